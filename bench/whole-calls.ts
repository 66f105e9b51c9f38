// A process of its own: whole calls, so many at once, through signature, limits, handler, flow and store.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { createMemoryStore } from '@amd/core';
import { createSqliteStore } from '@amd/store-sqlite';
import { createBench, plain, webhooks, type Bench, type Signed } from './calls.js';

export type StoreName = 'memory' | 'sqlite';

/** What one round of calls took. */
export interface WholeCalls {
  /** CPU of the process for a call, in ms. */
  readonly cpuMs: number;
  /** How long nothing else could be done at the worst 1 % of moments, in ms, and at the worst one. */
  readonly delayMs: number;
  readonly longestDelayMs: number;
}

/** Webhooks come apart so far, in ms: what one leads to is mostly done before the next. */
const APART_MS = 10;

const [, , names = '', atOnce = '1', calls = '20', rounds = '1'] = process.argv;
const folder = mkdtempSync(join(tmpdir(), 'amd-bench-'));
const stores = names.split(',') as StoreName[];
const results = Object.fromEntries(stores.map((name) => [name, [] as WholeCalls[]]));
const open = { memory: createMemoryStore, sqlite: () => createSqliteStore({ file: join(folder, 'calls.db') }) };
const benches: Record<string, Bench & { next: number }> = {};
for (const name of stores) benches[name] = { ...createBench({ store: await open[name](), limits: true }), next: 0 };
for (let round = 0; round <= Number(rounds); round += 1) {
  for (const name of round % 2 === 0 ? stores : [...stores].reverse()) {
    const bench = benches[name] as Bench & { next: number };
    bench.runtime.start();
    const measured = await playAll(bench);
    await bench.runtime.idle();
    // The first round is the compiler's.
    if (round > 0) results[name]?.push(measured);
  }
}
console.log(JSON.stringify(results));
rmSync(folder, { recursive: true, force: true });
process.exit(0);

async function playAll(bench: Bench & { next: number }): Promise<WholeCalls> {
  const last = bench.next + Number(calls);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const before = process.cpuUsage();
  await Promise.all(
    Array.from({ length: Number(atOnce) }, async () => {
      while (bench.next < last) await play(bench, (bench.next += 1));
    }),
  );
  const { user, system } = process.cpuUsage(before);
  delay.disable();
  return {
    cpuMs: (user + system) / 1000 / Number(calls),
    delayMs: delay.percentile(99) / 1e6,
    longestDelayMs: delay.max / 1e6,
  };
}

async function play({ endpoint }: Bench, n: number): Promise<void> {
  const life: (readonly [Signed, number])[] = [
    [webhooks.inbound(n), 200],
    [webhooks.joined(n, 'caller'), 204],
    [webhooks.initiated(n), 204],
    [webhooks.ringing(n), 204],
    [webhooks.answered(n), 200],
    [webhooks.joined(n, 'leg'), 204],
    [webhooks.callerCompleted(n), 204],
    [webhooks.legCompleted(n), 204],
  ];
  for (const [webhook, wanted] of life) {
    const { status } = await endpoint.handle(plain(webhook));
    if (status !== wanted) throw new Error(`${webhook.path} was answered ${String(status)}`);
    await wait(APART_MS);
  }
}
