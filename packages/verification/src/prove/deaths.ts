import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Tally, Word } from './tally.js';

export interface Deaths {
  readonly kills: number;
  /** Writes that were acknowledged. */
  readonly acked: number;
  /** Of them, how many are not there. */
  readonly lost: number;
  /** From the next start until the store answers, in ms. */
  readonly slowestReopenMs: number;
  readonly problems: readonly string[];
}

/** A process that writes until it is killed, or its store is; what it is told goes to the tally. */
export interface Writer {
  /** Some of its writes were acknowledged, or it has ended. */
  readonly started: Promise<void>;
  /** It has ended and everything it said was heard: what it complained of, if it ended by itself. */
  readonly ended: Promise<string | undefined>;
  kill(): void;
}

/** However slow the machine is, nobody dies before this many writes. */
const SOME_WRITES = 51;

/** `script`: the URL of a file. */
export function startWriter(script: string, args: readonly string[], tally: Tally): Writer {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk) => (complaint += String(chunk)));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ackedBefore = tally.acked;
  let busy = (): void => undefined;
  const writes = new Promise<void>((resolve) => (busy = resolve));
  const heard = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      // The last one may have been cut off: then it was not said.
      if (line.endsWith('}')) tally.hear(JSON.parse(line) as Word);
      if (tally.acked - ackedBefore >= SOME_WRITES) busy();
    }
  })();
  return {
    started: Promise.race([writes, closed]),
    ended: Promise.all([closed, heard]).then(() =>
      child.signalCode === 'SIGKILL' ? undefined : `ended by itself: ${complaint.slice(0, 500)}`,
    ),
    kill: () => child.kill('SIGKILL'),
  };
}

/** Repeats exactly for the same seed. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
