import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Ledger, LedgerEntry } from './ledger.js';

/** What a series of kills cost. */
export interface CrashReport {
  readonly kills: number;
  /** Writes that were acknowledged. */
  readonly acked: number;
  /** How many of them are missing afterwards. */
  readonly lost: number;
  /** From the next start until the store answers, in ms. */
  readonly slowestReopenMs: number;
  readonly problems: readonly string[];
}

/** A process that writes until it or its store is killed; it reports acknowledged writes to the ledger. */
export interface Writer {
  /** Some of its writes were acknowledged, or it has ended. */
  readonly started: Promise<void>;
  /** It has ended and the ledger has all it reported: its standard error, if it ended by itself. */
  readonly ended: Promise<string | undefined>;
  kill(): void;
}

/** No writer is killed before this many writes, however slow the machine is. */
const SOME_WRITES = 51;

/** Starts a writer; `script` is the URL of a file. */
export function startWriter(script: string, args: readonly string[], ledger: Ledger): Writer {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk) => (complaint += String(chunk)));
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ackedBefore = ledger.acked;
  let busy = (): void => undefined;
  const writes = new Promise<void>((resolve) => (busy = resolve));
  const read = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      // The kill may have cut off the last line: then it does not count.
      if (line.endsWith('}')) ledger.enter(JSON.parse(line) as LedgerEntry);
      if (ledger.acked - ackedBefore >= SOME_WRITES) busy();
    }
  })();
  return {
    started: Promise.race([writes, closed]),
    ended: Promise.all([closed, read]).then(() =>
      child.signalCode === 'SIGKILL' ? undefined : `ended by itself: ${complaint.slice(0, 500)}`,
    ),
    kill: () => child.kill('SIGKILL'),
  };
}

/** Creates a generator of random numbers that repeats exactly for the same seed. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
