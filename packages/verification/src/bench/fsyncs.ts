import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure, Section } from './figure.js';
import { atMost } from './samples.js';
import type { SqliteCalls } from './processes/sqlite-calls.js';

const ALONE = 'fsyncs of a call on SQLite: alone';
const TOGETHER = 'fsyncs of a call on SQLite: 20 at once';
const CHILD = fileURLToPath(new URL('./sqlite-calls.mjs', import.meta.url));

/** How often a call waits for the disk. Counted, not timed: the same on every machine. */
export const fsyncs: Section = {
  name: 'fsyncs',
  figures: [ALONE, TOGETHER],
  run({ quick, progress }) {
    progress('one at a time');
    const alone = figure(ALONE, { groups: quick ? 10 : 40, size: 1 }, 9);
    progress('20 at once');
    return Promise.resolve([alone, figure(TOGETHER, { groups: quick ? 2 : 5, size: 20 }, 1.5)]);
  },
};

function figure(name: string, { groups, size }: { groups: number; size: number }, goal: number): Figure {
  const calls = groups * size;
  const traced = canTrace();
  const detail = traced
    ? 'as strace counts them'
    : 'transactions that wrote, each of which waits for the disk once: there is no strace here to count';
  return atMost(name, [play(groups, size, traced) / calls], goal, '', detail);
}

/** Plays calls, and returns how often the disk was waited for. */
function play(groups: number, size: number, traced: boolean): number {
  const folder = mkdtempSync(join(tmpdir(), 'amd-bench-'));
  try {
    const trace = join(folder, 'trace');
    const strace = ['strace', '-f', '-qq', '-ttt', '-e', 'trace=fsync,fdatasync', '-o', trace];
    const child = [process.execPath, CHILD, join(folder, 'calls.db'), String(groups), String(size)];
    const [program = '', ...args] = traced ? [...strace, ...child] : [...child, 'counting'];
    const { from, to, commits } = JSON.parse(execFileSync(program, args, { encoding: 'utf8' })) as SqliteCalls;
    if (!traced) return commits;
    return readFileSync(trace, 'utf8')
      .split('\n')
      .map((line) => Number(/^\d+ +(\d+\.\d+) f(?:data)?sync\(/.exec(line)?.[1]) * 1000)
      .filter((at) => at >= from && at <= to + 1).length;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Some machines have strace but do not let it trace processes. */
function canTrace(): boolean {
  return spawnSync('strace', ['-f', '-e', 'trace=fsync', 'true']).status === 0;
}
