import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure, Section } from './figure.js';
import { atMost, median, short } from './samples.js';
import type { StoreName, WholeCalls } from './whole-calls.js';

const CPU = 'CPU of a whole call on SQLite beside memory, 20 at once';
const DELAY = 'the event loop with 20 calls at once on SQLite, beside memory';
const ALONE = 'waits for the disk of a call alone on SQLite';
const AT_ONCE = 'waits for the disk of a call, 20 at once on SQLite';
const CHILD = fileURLToPath(new URL('./whole-calls.mjs', import.meta.url));

/** What it costs that a call survives the machine's power. */
export const durable: Section = {
  name: 'whole calls on SQLite',
  figures: [CPU, DELAY, ALONE, AT_ONCE],
  run({ quick, progress }) {
    progress('20 at once');
    const { memory, sqlite } = play('memory,sqlite', 20, quick ? 200 : 400, quick ? 2 : 6);
    const of = (rounds: readonly WholeCalls[], what: keyof WholeCalls) => rounds.map((round) => round[what]);
    const beside = (what: keyof WholeCalls) =>
      sqlite.map((round, n) => round[what] / (memory[n]?.[what] ?? Number.NaN));
    const both = (what: keyof WholeCalls) =>
      `${short(median(of(sqlite, what)))} ms, in memory ${short(median(of(memory, what)))} ms`;
    progress('waits for the disk');
    return Promise.resolve([
      atMost(CPU, beside('cpuMs'), 1.5, '×', `${both('cpuMs')}; 8 signed webhooks, 10 ms apart, limits on, no sockets`),
      atMost(DELAY, beside('delayMs'), 1.5, '×', `99 of 100 delays at most ${both('delayMs')}`),
      syncs(ALONE, 1, quick ? 10 : 50, 9),
      syncs(AT_ONCE, 20, quick ? 200 : 400, 1.5),
    ]);
  },
};

function play(stores: string, atOnce: number, calls: number, rounds: number): Record<StoreName, readonly WholeCalls[]> {
  const args = [CHILD, stores, String(atOnce), String(calls), String(rounds)];
  return told(spawnSync(process.execPath, args, { encoding: 'utf8' }));
}

/** Counted by strace, the first round of the child with it. */
function syncs(name: string, atOnce: number, calls: number, goal: number): Figure {
  const folder = mkdtempSync(join(tmpdir(), 'amd-strace-'));
  try {
    const counts = join(folder, 'counts');
    const strace = ['-f', '-c', '-o', counts, '-e', 'trace=fsync,fdatasync', process.execPath, CHILD, 'sqlite'];
    const ran = spawnSync('strace', [...strace, String(atOnce), String(calls), '1'], { encoding: 'utf8' });
    if (ran.error !== undefined) {
      return { name, goal: `≤ ${String(goal)}`, ok: false, value: 'not measured', detail: 'install strace' };
    }
    told(ran);
    // "% time  seconds  usecs/call  calls  errors  syscall"
    const rows = readFileSync(counts, 'utf8').matchAll(/^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+).*\b(?:fsync|fdatasync)$/gm);
    const waits = [...rows].reduce((sum, [, count]) => sum + Number(count), 0);
    return atMost(
      name,
      [waits / (2 * calls)],
      goal,
      '',
      `fsync and fdatasync of ${String(2 * calls)} calls, by strace`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function told(ran: { readonly status: number | null; readonly stdout: string; readonly stderr: string }) {
  if (ran.status !== 0) throw new Error(`a process of the bench has ended: ${ran.stderr}`);
  return JSON.parse(ran.stdout) as Record<StoreName, readonly WholeCalls[]>;
}
