import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  atOnce,
  CALLBACKS,
  createMemoryStore,
  createRuntime,
  DEFAULT_FORWARDING_CONFIG,
  formatRef,
  forwarding,
  systemClock,
  type CallbackPurpose,
  type CallSid,
  type Clock,
  type Store,
  type TwilioEffect,
} from '@amd/core';
import { createForwardingEndpoint } from '@amd/core/http';
import { executions, NUMBERS } from '@amd/core/testing';
import { createRedisStore } from '@amd/store-redis';
import { createSqliteStore } from '@amd/store-sqlite';
import { ACCOUNT, BASE, common, TOKEN, webhook } from '../../../core/test/helpers/webhooks.js';
import { DURABLE, ready, startRedis } from '../../../store-redis/test/helpers/redis.js';
import type { Facts } from './facts.js';

/** One call that rings this many people at once. */
export interface Storm {
  readonly people: number;
  /** From the verdict to the room's document, in ms. */
  readonly answeredMs: number;
  /** From the verdict until the last of the other phones was stopped, in ms. */
  readonly stoppedMs: number;
  readonly problems: readonly string[];
}

/** A store as one process uses it. */
interface Member {
  readonly store: Store;
  readonly clock: Clock;
}

const HOT = sidOf(0);
/** Callers who arrive at the same moment. */
const OTHERS = 20;

function sidOf(number: number): CallSid {
  return `CA${String(number).padStart(32, '0')}` as CallSid;
}

/**
 * Rings all of them, with all of Twilio's notifications arriving at one instant: to one process after the other, if there are
 * several. In the middle of it one callee has picked up, and other callers arrive.
 */
export async function stormOver(
  members: readonly Member[],
  { people, replyBudgetMs }: { readonly people: number; readonly replyBudgetMs?: number | undefined },
): Promise<Storm> {
  const problems: string[] = [];
  const numbers = Array.from({ length: people }, (_, index) => `+1415${String(5_550_000 + index)}`);
  const [rung, stopped] = [counter(people), counter(people - 1)];
  const legSid = (leg: number): CallSid => sidOf(1000 + leg);
  let created = 50_000;
  const execute = (effect: TwilioEffect) => {
    if (effect.type === 'call.create') {
      if (effect.answered.key !== HOT) return Promise.resolve(executions.created(sidOf((created += 1))));
      rung.one();
      return Promise.resolve(executions.created(legSid(effect.leg)));
    }
    if (effect.type === 'call.end' && effect.leg > 0) stopped.one();
    return Promise.resolve(executions.done());
  };
  const processes = members.map(({ store, clock }) => {
    const runtime = createRuntime({
      flow: forwarding,
      config: DEFAULT_FORWARDING_CONFIG,
      store,
      clock,
      execute,
      log: ({ code, message }) => problems.push(`${code}: ${message}`),
    });
    const endpoint = createForwardingEndpoint({
      runtime,
      publicBaseUrl: BASE,
      accountSid: ACCOUNT,
      authTokens: [TOKEN],
      clock,
      replyBudgetMs,
      resolve: ({ sid }) => ({
        forwardTo: sid === HOT ? atOnce(numbers) : [NUMBERS.ann],
        ownNumber: NUMBERS.ours,
      }),
      log: ({ code, message }) => problems.push(`${code}: ${message}`),
    });
    runtime.start();
    return { runtime, endpoint };
  });
  let turn = 0;
  const post = async (path: string, params: Record<string, string>, query = ''): Promise<string> => {
    const { endpoint } = processes[(turn += 1) % processes.length] as (typeof processes)[number];
    const { status, body } = await endpoint.handle(webhook(path, params, { query }));
    if (status >= 500) problems.push(`${path} was answered ${String(status)}`);
    return body;
  };
  const ofLeg = (leg: number, purpose: CallbackPurpose, more: Record<string, string>): Promise<string> =>
    post(
      CALLBACKS[purpose].path,
      common(legSid(leg), { Direction: 'outbound-api', ...more }),
      `ref=${formatRef({ flow: 'forwarding', key: HOT, visit: 1, leg, purpose })}`,
    );
  const told = (status: string): Promise<string>[] =>
    numbers.map((_, index) => ofLeg(index + 1, 'leg.status', { CallStatus: status }));

  await post('/inbound', common(HOT));
  await rung.all;
  const callbacks = [...told('initiated'), ...told('ringing')];
  const began = performance.now();
  let answeredMs = Infinity;
  const human = ofLeg(Math.ceil(people / 2), 'leg.answered', { AnsweredBy: 'human' }).then((body) => {
    answeredMs = performance.now() - began;
    if (!body.includes('<Conference')) problems.push(`the human who picked up heard ${body}`);
  });
  const others = Array.from({ length: OTHERS }, (_, index) =>
    post('/inbound', common(sidOf(30_000 + index), { CallStatus: 'ringing', From: `+1212555${String(1000 + index)}` })),
  );
  const served = (await Promise.all(others)).filter((body) => body.includes('<Conference')).length;
  if (served < OTHERS) problems.push(`${String(OTHERS - served)} other callers were turned away`);
  await human;
  await stopped.all;
  const stoppedMs = performance.now() - began;
  await Promise.all([...callbacks, ...told('no-answer')]);
  for (const { runtime } of processes) await runtime.stop();
  return { people, answeredMs, stoppedMs, problems };
}

/** Resolves when this many have come. */
function counter(wanted: number): { readonly one: () => void; readonly all: Promise<void> } {
  let [count, resolve] = [0, (): void => undefined];
  const all = new Promise<void>((done) => (resolve = done));
  return {
    all,
    one: () => {
      count += 1;
      if (count === wanted) resolve();
    },
  };
}

/** Plays storms of each size over each store, and by two processes over one Redis. */
export async function storms(sizes: readonly number[], replyBudgetMs?: number): Promise<Facts> {
  const folder = mkdtempSync(join(tmpdir(), 'amd-storm-'));
  const redis = await startRedis(DURABLE);
  const problems: string[] = [];
  const figures = { storms: 0, people: 0, answeredMs: 0, stoppedMs: 0 };
  const add = (name: string, storm: Storm): void => {
    figures.storms += 1;
    figures.people += storm.people;
    figures.answeredMs = Math.max(figures.answeredMs, storm.answeredMs);
    figures.stoppedMs = Math.max(figures.stoppedMs, storm.stoppedMs);
    problems.push(...storm.problems.map((problem) => `${name}, ${String(storm.people)} people: ${problem}`));
  };
  try {
    for (const people of sizes) {
      const size = { people, replyBudgetMs };
      add('memory', await stormOver([{ store: createMemoryStore(), clock: systemClock }], size));
      const sqlite = await createSqliteStore({ file: join(folder, `${String(people)}.db`) });
      add('SQLite', await stormOver([{ store: sqlite, clock: systemClock }], size));
      await sqlite.close();
      for (const processes of [1, 2]) {
        const prefix = `{storm-${String(people)}-${String(processes)}}`;
        const stores = await Promise.all(
          Array.from({ length: processes }, async () =>
            createRedisStore({ client: await ready(redis.connect()), prefix }),
          ),
        );
        const members = stores.map((store) => ({ store, clock: store.clock }));
        add(processes === 1 ? 'Redis' : 'two processes on Redis', await stormOver(members, size));
        for (const store of stores) await store.close();
      }
    }
  } finally {
    await redis.end();
    rmSync(folder, { recursive: true, force: true });
  }
  return { figures, problems };
}
