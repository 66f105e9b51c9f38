import type { Clock } from '@amd/core';
import { START } from '@amd/core/testing';
import { createBench, plain, webhooks, type Bench } from './calls.js';
import type { Figure, Section } from './figure.js';
import { heapAfterGc } from './heap.js';
import { short } from './samples.js';

const HEAP = 'heap after 100,000 calls';
const HANDLES = 'handles after 100,000 calls';
const STORE = 'records after 100,000 calls';
const KEEP_MS = 60_000;
/** Ten calls a second. */
const EVERY_MS = 100;

/** A clock that is not waited for: due work runs when the loop says so. */
class LoopClock implements Clock {
  #now = START;
  readonly now = (): number => this.#now;
  readonly wakeAt = (): (() => void) => () => undefined;
  advance(ms: number): void {
    this.#now += ms;
  }
}

/** Whole calls through signature, handler, flow and memory store, without sockets. Finished calls expire after a minute. */
export const manyCalls: Section = {
  name: '100,000 calls',
  figures: [HEAP, HANDLES, STORE],
  async run({ quick, progress }) {
    const calls = quick ? 10_000 : 100_000;
    const clock = new LoopClock();
    const limits = { atOnce: 1000, perCaller: { calls: 100, seconds: 60 } };
    const bench = createBench({ clock, config: { keepForMs: KEEP_MS }, limits });
    const base = calls / 5;
    await play(bench, clock, 0, base, progress);
    const early = { heap: await heapAfterGc(), handles: process.getActiveResourcesInfo().length };
    const begin = performance.now();
    await play(bench, clock, base, calls, progress);
    const seconds = (performance.now() - begin) / 1000;
    const late = { heap: await heapAfterGc(), handles: process.getActiveResourcesInfo().length };
    const growth = (late.heap / early.heap - 1) * 100;
    const left = await records(bench, clock);
    const after = `from ${String(base)} calls to ${String(calls)}`;
    return [
      figure(
        HEAP,
        '≤ 10 % more',
        growth <= 10,
        `${growth.toFixed(1)} %`,
        `${mb(early.heap)} → ${mb(late.heap)} MB ${after}; ${short((calls - base) / seconds)} calls/s`,
      ),
      figure(
        HANDLES,
        'no more',
        late.handles <= early.handles,
        `${String(early.handles)} → ${String(late.handles)}`,
        after,
      ),
      figure(STORE, '0', left === 0, String(left), 'live records and due tasks once the last calls have expired'),
    ];
  },
};

async function play(
  { endpoint, runtime }: Bench,
  clock: LoopClock,
  from: number,
  to: number,
  progress: (text: string) => void,
): Promise<void> {
  for (let n = from; n < to; n += 1) {
    if (n % 1000 === 0) progress(`${String(n)} calls`);
    const first = await endpoint.handle(plain(webhooks.inbound(n)));
    if (first.status !== 200) throw new Error(`/inbound was answered ${String(first.status)}`);
    await runtime.tick();
    await endpoint.handle(plain(webhooks.joined(n, 'caller')));
    await endpoint.handle(plain(webhooks.ringing(n)));
    await endpoint.handle(plain(webhooks.answered(n)));
    await endpoint.handle(plain(webhooks.joined(n, 'leg')));
    await endpoint.handle(plain(webhooks.callerCompleted(n)));
    const last = await endpoint.handle(plain(webhooks.legCompleted(n)));
    if (last.status !== 204) throw new Error(`the last status was answered ${String(last.status)}`);
    clock.advance(EVERY_MS);
    await runtime.tick();
  }
}

/** Counts the records and tasks that are left when everything has had its time. */
async function records({ store, runtime }: Bench, clock: LoopClock): Promise<number> {
  clock.advance(2 * KEEP_MS);
  await runtime.tick();
  // All but the list of counted calls, which is one record and is kept for a day.
  const { records: all } = await store.list({ prefix: '', limit: Infinity });
  const rows = all.filter(({ key }) => key !== 'limits:at-once');
  const tasks = await store.claim({ now: clock.now() + 86_400_000, limit: 1_000_000, leaseMs: 1, lease: 'bench' });
  return rows.length + tasks.length;
}

function figure(name: string, goal: string, ok: boolean, value: string, detail: string): Figure {
  return { name, goal, verdict: ok ? 'ok' : 'below goal', value, detail };
}

function mb(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
