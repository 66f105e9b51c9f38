import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createCallLimits,
  createMemoryStore,
  createRuntime,
  DEFAULT_FORWARDING_CONFIG,
  forwarding,
  systemClock,
  type Clock,
  type Store,
} from '@amd/core';
import { createForwardingEndpoint } from '@amd/core/http';
import { executions, NUMBERS } from '@amd/core/testing';
import { createRedisStore } from '@amd/store-redis';
import { createSqliteStore } from '@amd/store-sqlite';
import { ACCOUNT, BASE, common, TOKEN, webhook } from '../../../core/test/helpers/webhooks.js';
import { DURABLE, ready, startRedis } from '../../../store-redis/test/helpers/redis.js';
import type { Facts } from './facts.js';

export interface Burst {
  readonly callers: number;
  /** Brought to the room within the reply budget. */
  readonly served: number;
  /** The slowest of a hundred answers, in ms. */
  readonly p99Ms: number;
}

const callSid = (number: number): string => `CA${String(number).padStart(32, '0')}`;
const from = (number: number): string => `+1212${String(5_550_000 + number)}`;

/** Plays this many new callers at the same moment, far below the limit, at the endpoint of one process. */
export async function burstOver(
  store: Store,
  clock: Clock,
  { callers, replyBudgetMs }: { readonly callers: number; readonly replyBudgetMs?: number | undefined },
): Promise<Burst> {
  const runtime = createRuntime({
    flow: forwarding,
    config: DEFAULT_FORWARDING_CONFIG,
    store,
    clock,
    pollMs: null,
    execute: () => Promise.resolve(executions.notExecuted()),
    log: () => undefined,
  });
  const endpoint = createForwardingEndpoint({
    runtime,
    publicBaseUrl: BASE,
    accountSid: ACCOUNT,
    authTokens: [TOKEN],
    clock,
    replyBudgetMs,
    resolve: () => ({ forwardTo: [NUMBERS.ann], ownNumber: NUMBERS.ours }),
    limits: createCallLimits({ store, clock, atOnce: 10 * callers }),
    log: () => undefined,
  });
  const requests = Array.from({ length: callers }, (_, number) =>
    webhook('/inbound', common(callSid(number), { CallStatus: 'ringing', From: from(number) })),
  );
  const took: number[] = [];
  const began = performance.now();
  const answers = await Promise.all(
    requests.map(async (request) => {
      const answer = await endpoint.handle(request);
      took.push(performance.now() - began);
      return answer.body;
    }),
  );
  await runtime.stop();
  took.sort((a, b) => a - b);
  return {
    callers,
    served: answers.filter((body) => body.includes('<Conference')).length,
    p99Ms: took[Math.ceil(took.length * 0.99) - 1] ?? Infinity,
  };
}

/**
 * Lets several processes, each with a connection of its own, meet at the limit; returns how many calls were admitted and refused.
 */
export async function crowdAtLimit(
  stores: readonly { readonly store: Store; readonly clock: Clock }[],
  { atOnce, callers }: { readonly atOnce: number; readonly callers: number },
): Promise<{ readonly admitted: number; readonly refused: number }> {
  const limits = stores.map(({ store, clock }) => createCallLimits({ store, clock, atOnce }));
  const numbers = Array.from({ length: callers }, (_, number) => number);
  const admissions = await Promise.all(
    limits.flatMap((one, index) =>
      numbers
        .filter((number) => number % limits.length === index)
        .map((number) => one.admit({ sid: callSid(1_000_000 + number), from: from(number) })),
    ),
  );
  const admitted = admissions.filter((one) => one === 'admitted').length;
  return { admitted, refused: admissions.filter((one) => one === 'tooManyAtOnce').length };
}

/** Plays bursts over each store, and by several processes over one Redis. */
export async function bursts(options: {
  readonly callers: number;
  readonly processes: number;
  readonly rounds: number;
  readonly replyBudgetMs?: number;
}): Promise<Facts> {
  const { callers, processes, rounds, replyBudgetMs } = options;
  const size = { callers, replyBudgetMs };
  const folder = mkdtempSync(join(tmpdir(), 'amd-burst-'));
  const redis = await startRedis(DURABLE);
  const problems: string[] = [];
  const figures = { callers: 0, served: 0, p99Ms: 0, crowds: 0, tooMany: 0, tooFew: 0 };
  const add = (name: string, burst: Burst, isWarm: boolean): void => {
    figures.callers += burst.callers;
    figures.served += burst.served;
    if (isWarm) figures.p99Ms = Math.max(figures.p99Ms, burst.p99Ms);
    if (burst.served !== burst.callers) {
      problems.push(`${name}: ${String(burst.served)} of ${String(burst.callers)} callers were served`);
    }
  };
  try {
    // The first burst of a process also compiles it.
    for (const isWarm of [false, true]) {
      add('memory', await burstOver(createMemoryStore(), systemClock, size), isWarm);
      const sqlite = await createSqliteStore({ file: join(folder, `${String(isWarm)}.db`) });
      add('SQLite', await burstOver(sqlite, systemClock, size), isWarm);
      await sqlite.close();
      const store = await createRedisStore({
        client: await ready(redis.connect()),
        prefix: `{burst-${String(isWarm)}}`,
      });
      add('Redis', await burstOver(store, store.clock, size), isWarm);
      await store.close();
    }
    for (let visit = 0; visit < rounds; visit += 1) {
      const stores = await Promise.all(
        Array.from({ length: processes }, async () => {
          const store = await createRedisStore({
            client: await ready(redis.connect()),
            prefix: `{crowd-${String(visit)}}`,
          });
          return { store, clock: store.clock };
        }),
      );
      const atOnce = Math.ceil(callers / 2) + visit;
      const { admitted, refused } = await crowdAtLimit(stores, { atOnce, callers });
      figures.crowds += 1;
      figures.tooMany += Math.max(0, admitted - atOnce);
      figures.tooFew += Math.max(0, callers - atOnce - refused);
      if (admitted !== atOnce || refused !== callers - atOnce) {
        problems.push(
          `${String(processes)} processes let in ${String(admitted)} of ${String(atOnce)} and refused ${String(refused)} of ${String(callers)}`,
        );
      }
      for (const { store } of stores) await store.close();
    }
  } finally {
    await redis.end();
    rmSync(folder, { recursive: true, force: true });
  }
  return { figures, problems };
}
