import { createInterface } from 'node:readline/promises';
import { run, type Terminal } from './program.js';

/** Asks in the terminal. Ctrl-C and Ctrl-D are answers, too: the user gives up. */
async function ask(question: string): Promise<string | null> {
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<null>((resolve) => {
    lines.once('close', () => {
      resolve(null);
    });
  });
  lines.once('SIGINT', () => {
    lines.close();
  });
  try {
    return await Promise.race([lines.question(question), closed]);
  } finally {
    lines.close();
  }
}

const terminal: Terminal = {
  out: (text) => {
    console.log(text);
  },
  error: (text) => {
    console.error(text);
  },
  ask: process.stdin.isTTY && process.stdout.isTTY ? ask : null,
};

process.exitCode = await run(process.argv.slice(2), terminal);
