import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Where the program writes: all output and questions go through here. */
export interface Terminal {
  /** Writes a line of the result to standard output. */
  readonly out: (line: string) => void;
  /** Writes a line about progress or a problem to standard error, so that results can be piped. */
  readonly stderr: (line: string) => void;
  /** Shows that something slow has begun, until the next line. */
  readonly progress: (text: string) => void;
  /** Asks yes or no; `null` if no user can answer. */
  readonly confirm: ((question: string) => Promise<boolean>) | null;
  readonly paint: (style: Style, text: string) => string;
}

/** The streams of a terminal. */
export type Streams = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>;

/** Creates the terminal of a process. */
export function processTerminal(streams: Streams = process): Terminal {
  const { stdout, stderr, stdin, env } = streams;
  const colour = stdout.isTTY && env['NO_COLOR'] === undefined;
  const live = stderr.isTTY && env['CI'] === undefined;
  let showing = false;
  const wipe = (): void => {
    if (showing) stderr.write('\r\u001b[2K');
    showing = false;
  };
  return {
    out(line) {
      wipe();
      stdout.write(`${line}\n`);
    },
    stderr(line) {
      wipe();
      stderr.write(`${line}\n`);
    },
    progress(text) {
      wipe();
      stderr.write(live ? `${text} …` : `${text} …\n`);
      showing = live;
    },
    confirm: stdin.isTTY && stdout.isTTY ? (question) => ask(streams, question) : null,
    paint: (style, text) => (colour ? styleText(style, text) : text),
  };
}

async function ask({ stdin, stdout }: Streams, question: string): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const asked = createInterface({ input: stdin, output: stdout });
  try {
    return /^y(es)?$/i.test((await asked.question(`${question} [y/N] `)).trim());
  } finally {
    asked.close();
  }
}
