import { PassThrough } from 'node:stream';
import { processTerminal } from '@amd/cli';
import { describe, expect, it } from 'vitest';

type Streams = NonNullable<Parameters<typeof processTerminal>[0]>;

interface Setup {
  readonly out?: boolean;
  readonly err?: boolean;
  readonly in?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** A process whose streams are terminals where requested. */
function setup(tty: Setup = {}) {
  const stream = (isTTY: boolean | undefined) => Object.assign(new PassThrough(), { isTTY });
  const [stdin, stdout, stderr] = [stream(tty.in), stream(tty.out), stream(tty.err)];
  const text = (from: PassThrough): string => String(from.read() ?? '');
  const terminal = processTerminal({ stdin, stdout, stderr, env: tty.env ?? {} } as unknown as Streams);
  return { terminal, stdin, out: () => text(stdout), err: () => text(stderr) };
}

describe('a terminal', () => {
  it('the terminal writes results to standard output, and progress and problems to standard error', () => {
    const { terminal, out, err } = setup();
    terminal.out('a result');
    terminal.stderr('a problem');
    terminal.progress('looking');
    terminal.out('another');
    expect(out()).toBe('a result\nanother\n');
    expect(err()).toBe('a problem\nlooking …\n');
  });

  it('the terminal shows progress on a line that the next line replaces, once', () => {
    const { terminal, out, err } = setup({ err: true });
    terminal.progress('one');
    terminal.progress('two');
    terminal.stderr('done');
    terminal.stderr('and done');
    expect(err()).toBe('one …\r\u001b[2Ktwo …\r\u001b[2Kdone\nand done\n');
    terminal.progress('three');
    terminal.out('a result');
    terminal.out('another');
    expect(err()).toBe('three …\r\u001b[2K');
    expect(out()).toBe('a result\nanother\n');
  });

  it('the terminal keeps every line of progress where a CI reads it', () => {
    const { terminal, err } = setup({ err: true, env: { CI: '1' } });
    terminal.progress('one');
    terminal.stderr('done');
    expect(err()).toBe('one …\ndone\n');
  });

  it.each<[string, Setup, boolean]>([
    ['a terminal', { out: true }, true],
    ['a terminal with NO_COLOR', { out: true, env: { NO_COLOR: '1' } }, false],
    ['a terminal with NO_COLOR set to nothing', { out: true, env: { NO_COLOR: '' } }, false],
    ['a pipe', { err: true, in: true }, false],
  ])('the terminal paints for %s: %j, %s', (_, tty, isPainted) => {
    // styleText itself reads the colour settings of the process that runs the tests.
    const { FORCE_COLOR, NO_COLOR } = process.env;
    process.env['FORCE_COLOR'] = '1';
    delete process.env['NO_COLOR'];
    try {
      const { terminal } = setup(tty);
      expect(terminal.paint('red', 'wrong') === 'wrong').toBe(!isPainted);
      expect(terminal.paint('red', 'wrong')).toContain('wrong');
    } finally {
      restore({ FORCE_COLOR, NO_COLOR });
    }
  });

  it.each<[Setup]>([[{}], [{ in: true }], [{ out: true }], [{ in: false, out: true, err: true }]])(
    'the terminal asks no question where no user can answer: %j',
    (tty) => {
      expect(setup(tty).terminal.confirm).toBeNull();
    },
  );

  it.each<[string, boolean]>([
    ['y', true],
    ['YES', true],
    [' yes ', true],
    ['', false],
    ['n', false],
    ['yesterday', false],
    ['oh yes', false],
  ])('the terminal takes the answer "%s" as %s', async (answer, expected) => {
    const { terminal, stdin, out } = setup({ in: true, out: true });
    const confirmed = terminal.confirm?.('Change it?');
    stdin.write(`${answer}\n`);
    await expect(confirmed).resolves.toBe(expected);
    expect(out()).toContain('Change it? [y/N] ');
    // It is closed again: the process can end.
    expect(stdin.isPaused()).toBe(true);
  });
});

function restore(variables: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}
