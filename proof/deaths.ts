import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
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

/** Runs a writer until it is killed at a random moment, and hears what it has been told. Returns why it ended by itself. */
export async function runAndKill(
  script: string,
  args: readonly string[],
  tally: Tally,
  liveMs: number,
): Promise<string | undefined> {
  const child = spawn(process.execPath, [fileURLToPath(script), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk) => (complaint += String(chunk)));
  let first = (): void => undefined;
  const started = new Promise<void>((resolve) => (first = resolve));
  const heard = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      first();
      // The last one may have been cut off: then it was not said.
      if (line.endsWith('}')) tally.hear(JSON.parse(line) as Word);
    }
  })();
  const ended = new Promise<void>((resolve) => child.once('close', resolve));
  await Promise.race([started, ended]);
  await Promise.race([wait(liveMs), ended]);
  const byItself = child.exitCode !== null;
  child.kill('SIGKILL');
  await Promise.all([heard, ended]);
  return byItself ? `the writer ended by itself: ${complaint.slice(0, 500)}` : undefined;
}

/** Repeats exactly for the same seed. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
