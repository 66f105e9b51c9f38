import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryStore } from '@amd/core';
import { createRedisStore } from '@amd/store-redis';
import { createSqliteStore } from '@amd/store-sqlite';
import { crowdScenario } from '../chaos/crowd-scenario.js';
import { MEMORY, redisDatabases, sqliteDatabases, type Databases } from '../chaos/databases.js';
import {
  crashEverywhere,
  repeatsEverywhere,
  restFaultsEverywhere,
  storeFaultsEverywhere,
  type Campaign,
} from '../chaos/everywhere.js';
import { FORWARDING_SCENARIOS } from '../chaos/forwarding-scenarios.js';
import { runScenario } from '../chaos/run-scenario.js';
import { runSeeds } from '../chaos/run-seeds.js';
import { REPEATED_SCENARIOS } from '../chaos/repeated-scenarios.js';
import { TASKROUTER_SCENARIOS } from '../chaos/taskrouter-scenarios.js';
import { foreignRequests } from '../foreign/campaign.js';
import { DURABLE, ready, startRedis } from '../../../store-redis/test/helpers/redis.js';
import { blinks } from './blink.js';
import { bursts } from './burst.js';
import type { CrashReport } from './crashes.js';
import type { Facts, Part, PartOptions } from './facts.js';
import { clock, crowd, foreignTasks, queueCrowd, queueToggles, races, repeatedCrowds, toggles } from './crowds.js';
import { measure } from './measured.js';
import { randomOrders } from './orders.js';
import { OWN_HOSTS } from './own-hosts.js';
import { killRedis, promoteReplica } from './redis-crashes.js';
import { killSqlite } from './sqlite-crashes.js';
import { storms } from './storm.js';
import { ringTimers } from './timers.js';
import { toldTwice } from './told-twice.js';
import { upgrades } from './upgrade.js';

const SCENARIOS = [...FORWARDING_SCENARIOS, ...TASKROUTER_SCENARIOS];

/** What runs in a process of its own, the longest first. */
export const PARTS: Readonly<Record<string, Part>> = {
  'crash SQLite': (options) => crashes(sqliteDatabases(), options, options.full),
  'crash Redis': async (options) => crashes(await redisDatabases(), options, options.full),
  'crash memory': (options) => crashes(MEMORY, options, true),
  'bad network': ({ tell, seed, full }) => lossyCrowds({ nodes: 1, seed, plays: full ? 30 : 10, tell }),
  'three nodes': ({ tell, seed, full }) => lossyCrowds({ nodes: 3, seed: seed + 100, plays: full ? 30 : 4, tell }),
  'store faults': async ({ tell }) =>
    factsOf([await storeFaultsEverywhere({ scenarios: SCENARIOS, database: MEMORY.make, onProgress: tell })]),
  'REST faults': async ({ tell }) =>
    factsOf([await restFaultsEverywhere({ scenarios: SCENARIOS, database: MEMORY.make, onProgress: tell })]),
  repeats: async ({ tell, seed, full }) => {
    const options = { scenarios: [...SCENARIOS, ...REPEATED_SCENARIOS], database: MEMORY.make, onProgress: tell };
    const campaigns = [await repeatsEverywhere(options)];
    if (full) campaigns.push(await repeatsEverywhere({ ...options, nodes: 2, disorder: { seed, maxDelayMs: 5000 } }));
    return factsOf(campaigns);
  },
  'repeated crowds': repeatedCrowds,
  seeds: async ({ seed, full, seeds, tell }) => {
    const count = full ? 1000 : 200;
    const numbers = Array.from({ length: count }, (_, index) => seed * 10_000 + index);
    const { failed, deaths, calls } = await runSeeds(numbers, seeds, (done) => tell(done, count));
    const problems = [...failed].map(
      ([one, found]) => `seed ${String(one)}, kept in packages/verification/test/seeds: ${found}`,
    );
    return { figures: { seeds: count, deaths, calls }, problems };
  },
  'kill SQLite': async ({ full, seed, writers, tell }) => {
    const times = full ? 200 : 100;
    return crashFacts(
      await killSqlite({ times, seed, writer: writers.sqlite, onProgress: (done) => tell(done, times) }),
    );
  },
  'kill Redis': async ({ full, seed, writers, tell }) => {
    const times = full ? 50 : 25;
    return crashFacts(await killRedis({ times, seed, writer: writers.redis, onProgress: (done) => tell(done, times) }));
  },
  'promote replica': async ({ full, seed, writers, tell }) => {
    const times = full ? 20 : 10;
    return crashFacts(
      await promoteReplica({ times, seed, writer: writers.redis, onProgress: (done) => tell(done, times) }),
    );
  },
  clock,
  blink: ({ tell }) => blinks(tell),
  crowd,
  'queue crowd': queueCrowd,
  'foreign tasks': foreignTasks,
  toggles,
  'queue toggles': queueToggles,
  races,
  'foreign workspaces': async ({ full, seed, tell }) => {
    const count = full ? 50_000 : 10_000;
    const { problems, ...figures } = await foreignRequests(seed, count, (done) => tell(done, count));
    return { figures, problems };
  },
  'random orders': randomOrders,
  'told twice': toldTwice,
  timers: () => timersOnAll(1000),
  burst: ({ full }) => bursts({ callers: 300, processes: 4, rounds: full ? 20 : 5 }),
  storm: ({ full }) => storms(full ? [10, 50, 100, 200] : [50, 200]),
  measured: ({ root }) => measure(root),
};

/** What runs with --full, or when it is named by --only: it builds, or installs from the registry. */
export const FULL_PARTS: Readonly<Record<string, Part>> = {
  upgrade: upgrades,
  ...OWN_HOSTS,
};

async function crashes(databases: Databases, { tell }: PartOptions, twice: boolean): Promise<Facts> {
  const options = { scenarios: SCENARIOS, database: databases.make, onProgress: tell };
  try {
    const campaigns = [await crashEverywhere(options)];
    if (twice) campaigns.push(await crashEverywhere({ ...options, everyWebhookTwice: true }));
    return factsOf(campaigns);
  } finally {
    await databases.end();
  }
}

function factsOf(campaigns: readonly Campaign[]): Facts {
  const sum = (of: (one: Campaign) => number): number => campaigns.reduce((total, one) => total + of(one), 0);
  const most = (of: (one: Campaign) => number): number => Math.max(...campaigns.map(of));
  return {
    figures: {
      points: sum(({ points }) => points),
      runs: sum(({ runs }) => runs),
      deaths: sum(({ deaths }) => deaths),
      calls: sum(({ calls }) => calls),
      same: sum(({ same }) => same),
      slowestFailoverMs: most(({ slowestFailoverMs }) => slowestFailoverMs),
      slowestReplyMs: most(({ slowestReplyMs }) => slowestReplyMs),
      legsLeft: sum(({ legsLeft }) => legsLeft),
      legsLate: sum(({ legsLate }) => legsLate),
    },
    problems: campaigns.flatMap(({ bad }) =>
      bad.map(
        ({ scenario, faultPlan, result }) => `${scenario} ${JSON.stringify(faultPlan)}: ${result.problems.join('; ')}`,
      ),
    ),
  };
}

/** Runs crowds of 1,000 callers on a network that loses, repeats and delays. */
async function lossyCrowds(options: {
  readonly nodes: number;
  readonly seed: number;
  readonly plays: number;
  readonly tell: (done: number, of: number) => void;
}): Promise<Facts> {
  const { nodes, seed, plays, tell } = options;
  const problems: string[] = [];
  const figures = { calls: 0, webhooks: 0, conflicts: 0, connected: 0, legsLeft: 0, legsLate: 0 };
  for (let number = 0; number < plays; number += 1) {
    const one = seed * 1000 + number;
    const disorder = { seed: one, maxDelayMs: 5000, duplicate: 0.2, lose: 0.05 };
    const result = await runScenario(crowdScenario(one, 1000, 100), await MEMORY.make(), { nodes, disorder });
    problems.push(...result.problems.map((problem) => `seed ${String(one)}: ${problem}`));
    // Only the network is bad: the log must contain no complaint.
    problems.push(...result.log.map(({ code, message }) => `seed ${String(one)}: ${code} ${message}`));
    figures.calls += result.results.length;
    figures.webhooks += result.counted.webhook;
    figures.connected += result.results.filter((ending) => ending === 'connected').length;
    figures.conflicts += result.conflicts;
    figures.legsLeft += result.orphans.left;
    figures.legsLate += result.orphans.late;
    tell(number + 1, plays);
  }
  return { figures, problems };
}

function crashFacts({ problems, ...figures }: CrashReport): Facts {
  return { figures, problems };
}

async function timersOnAll(count: number): Promise<Facts> {
  const folder = mkdtempSync(join(tmpdir(), 'amd-timers-'));
  const redis = await startRedis(DURABLE);
  try {
    const memory = await ringTimers(createMemoryStore(), count);
    const file = await createSqliteStore({ file: join(folder, 'timers.db') });
    const sqlite = await ringTimers(file, count);
    await file.close();
    const store = await createRedisStore({ client: await ready(redis.connect()) });
    const shared = await ringTimers(store, count, store.clock);
    await store.close();
    const each = Object.entries({ memory, sqlite, redis: shared });
    return {
      figures: Object.fromEntries(each.map(([name, { p99Ms }]) => [name, p99Ms])),
      problems: each.flatMap(([name, { early, notOnce }]) =>
        early + notOnce === 0 ? [] : [`${name}: ${String(early)} rang early, ${String(notOnce)} not once`],
      ),
    };
  } finally {
    await redis.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
