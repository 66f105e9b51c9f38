import { createMemoryStore, decodeState, forwarding, taskrouter, type Store } from '@amd/core';
import { callbackUrls } from '@amd/core/http';
import { lostCallers, queuedCallers, watchLostCallers } from '@amd/core/twilio';
import { createSimulator, handlerTransport, human, noAnswer, type Person, type Simulator } from '@amd/simulator';
import twilio from 'twilio';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { MEMORY, redisDatabases, sqliteDatabases, type Databases } from '../../src/chaos/databases.js';
import type { Database } from '../../src/chaos/cluster.js';
import { hasRedis } from '../../../store-redis/test/helpers/programs.js';
import { BASE, CALLER, forwardingNode, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';
import { openWorkspace, taskRouterNode, type TaskRouterScenario } from '../../src/crowds/taskrouter-app.js';

const ANN = '+14155550142';
const BEN = '+14155550143';
const MINUTE_MS = 60_000;

/** Records that this program cannot read. */
const UNREADABLE: Readonly<Record<string, (now: number) => string>> = {
  'of a newer version': (now) => JSON.stringify({ v: 99, at: now, state: { of: 'a newer program' } }),
  'that is damaged': () => '{"v":1,"at":17488860000',
};

const STORES: Readonly<Record<string, () => Databases | Promise<Databases>>> = {
  memory: () => MEMORY,
  SQLite: sqliteDatabases,
  ...(hasRedis() ? { Redis: redisDatabases } : {}),
};

const opened = new Map<string, Promise<Databases>>();
const databasesOf = (name: string): Promise<Databases> => {
  const known = opened.get(name) ?? Promise.resolve(STORES[name]?.() ?? MEMORY);
  opened.set(name, known);
  return known;
};
afterAll(async () => {
  for (const databases of opened.values()) await (await databases).end();
});

/** Overwrites a record as a newer process would, or as no process should. */
async function overwrite(store: Store, key: string, data: string, now: number): Promise<void> {
  const record = await store.read(key, now);
  const commit = { key, expected: record?.revision ?? 0, data, expiresAt: null, now, put: [], drop: [] };
  expect((await store.commit(commit)).ok).toBe(true);
}

/** Leaves a caller waiting alone in their room; the process that served them is gone, and so is the next callee. */
async function stranded(store: Store, people: Readonly<Record<string, Person>>) {
  let again = 0;
  const log: string[] = [];
  const sim = createSimulator({
    numbers: [{ phoneNumber: OUR_NUMBER, voiceUrl: `${BASE}/inbound`, statusCallback: `${BASE}/inbound/status` }],
    people,
    transport: handlerTransport((request) => {
      if (new URL(request.url).pathname.endsWith('/inbound/again')) again += 1;
      return node.endpoint.fetch(request);
    }),
    idle: () => node.runtime.idle(),
  });
  const start = () => {
    const made = forwardingNode({
      sim,
      store,
      clock: sim.clock,
      httpClient: sim.httpClient,
      pollMs: null,
      settings: { forwardTo: [ANN, BEN], ringSeconds: 10, deadlineSeconds: 300 },
      log: ({ code }) => log.push(code),
    });
    made.runtime.start();
    return made;
  };
  let node = start();
  const caller = sim.placeCall({ from: CALLER, to: OUR_NUMBER });
  for (let tries = 0; tries < 100 && caller.conference === undefined; tries += 1) await sim.advance(100);
  await node.runtime.stop();
  const key = `${forwarding.name}:${caller.sid}`;
  return {
    sim,
    caller,
    key,
    log,
    again: () => again,
    start: () => (node = start()),
    overwrite: (data: string) => overwrite(store, key, data, sim.clock.now()),
  };
}

async function withStore(name: string, body: (store: Store) => Promise<void>): Promise<void> {
  const database: Database = await (await databasesOf(name)).make();
  try {
    await body(await database.open());
  } finally {
    await database.close();
  }
}

describe.each(Object.keys(STORES))('a caller whose record cannot be read, on %s', (name) => {
  it.each(Object.keys(UNREADABLE))(
    '%s: the caller is served anew after three heartbeats, once, by one of two processes',
    (kind) =>
      withStore(name, async (store) => {
        const scenario = await stranded(store, { [ANN]: noAnswer(), [BEN]: human({ ringMs: 2000, talkMs: 4000 }) });
        const { sim, caller } = scenario;
        await scenario.overwrite(UNREADABLE[kind]?.(sim.clock.now()) ?? '');
        const nodes = [scenario.start(), scenario.start()];
        const recovered: string[] = [];
        for (let minute = 0; minute < 4; minute += 1) {
          const found = await Promise.all(nodes.map(({ look }) => look()));
          recovered.push(...found.flatMap((one) => one.recovered.map(() => `minute ${String(minute)}`)));
          expect(found.flatMap(({ failed }) => failed)).toEqual([]);
          await sim.advance(MINUTE_MS);
        }
        expect(recovered).toEqual(['minute 2']);
        expect(scenario.again()).toBe(1);
        await sim.settle();
        expect(caller.bridgedWith).toHaveLength(1);
        expect(sim.calls.filter(({ to }) => to === BEN)).toHaveLength(1);
        const record = await store.read(scenario.key, sim.clock.now());
        expect(decodeState(forwarding, scenario.key, record?.data ?? '').state).toMatchObject({ result: 'connected' });
        expect(scenario.log.filter((code) => code === 'record.unreadable').length).toBeLessThanOrEqual(2);
        for (const { runtime } of nodes) await runtime.stop();
      }),
  );

  it('the caller is left alone while a newer process serves them, at each of whose heartbeats the record changes', () =>
    withStore(name, async (store) => {
      const scenario = await stranded(store, { [ANN]: noAnswer(), [BEN]: noAnswer() });
      const { sim, caller } = scenario;
      const node = scenario.start();
      for (let heartbeat = 0; heartbeat < 20; heartbeat += 1) {
        await scenario.overwrite(UNREADABLE['of a newer version']?.(sim.clock.now()) ?? '');
        expect(await node.look()).toMatchObject({ recovered: [], leftAlone: 1, failed: [] });
        await sim.advance(30_000);
      }
      caller.hangUp();
      await sim.settle();
      expect(scenario.again()).toBe(0);
      await node.runtime.stop();
    }));
});

describe('the search for lost callers', () => {
  it('the search finds at the start callers whom a newer process left long ago, and again those it could not redirect', async () => {
    const store = createMemoryStore();
    const scenario = await stranded(store, { [ANN]: human({ ringMs: 20_000, talkMs: 4000 }), [BEN]: noAnswer() });
    const { sim, caller } = scenario;
    await scenario.overwrite(UNREADABLE['of a newer version']?.(sim.clock.now() - 90_000) ?? '');
    const node = scenario.start();
    const real = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient });
    const update = vi.fn(() => Promise.reject(new Error('no route to host')));
    const calls = (sid: string) => ({ fetch: () => real.calls(sid).fetch(), update });
    const client = { conferences: real.conferences, incomingPhoneNumbers: real.incomingPhoneNumbers, calls };
    const look = lostCallers({ client, store, clock: sim.clock, url: callbackUrls(BASE), publicBaseUrl: BASE });
    expect(await look()).toMatchObject({ recovered: [], failed: [{ sid: caller.sid }] });
    // Taken by a process that could not redirect them: for a moment by no other.
    expect(await node.look()).toMatchObject({ recovered: [], leftAlone: 1 });
    await sim.advance(MINUTE_MS);
    expect(await node.look()).toMatchObject({ recovered: [caller.sid] });
    expect(update).toHaveBeenCalledTimes(1);
    caller.hangUp();
    await sim.settle();
    await node.runtime.stop();
  });

  it('the search runs now and every minute, reports what it found, and goes on after a failed request', async () => {
    const looks: number[] = [];
    const log: string[] = [];
    const sim = createSimulator({});
    const begun = sim.clock.now();
    const sid = `CA${'1'.repeat(32)}` as never;
    const watch = watchLostCallers({
      clock: sim.clock,
      log: ({ code, call }) => log.push(`${code} ${call ?? ''}`.trim()),
      look: () => {
        looks.push((sim.clock.now() - begun) / 1000);
        if (looks.length === 1) return Promise.reject(new Error('no route to host'));
        const failed = looks.length === 2 ? [{ sid, error: new Error('busy') }] : [];
        return Promise.resolve({ recovered: looks.length === 3 ? [sid] : [], leftAlone: 0, failed });
      },
    });
    for (let minute = 0; minute < 3; minute += 1) {
      await watch.idle();
      await sim.advance(MINUTE_MS);
    }
    await watch.stop();
    await sim.advance(10 * MINUTE_MS);
    expect(looks).toEqual([0, 60, 120, 180]);
    expect(log).toEqual(['lost.unknown', `lost.failed ${String(sid)}`, `lost.recovered ${String(sid)}`]);
    sim.close();
  });
});

describe.each(Object.keys(STORES))('a caller in a queue whose record cannot be read, on %s', (name) => {
  it.each(Object.keys(UNREADABLE))(
    '%s: the caller is served by the next assignment once the record has not changed for three heartbeats',
    (kind) =>
      withStore(name, async (store) => {
        const people = new Map<string, Person>();
        const sim: Simulator = createSimulator({
          numbers: [{ phoneNumber: OUR_NUMBER, voiceUrl: `${BASE}/inbound`, statusCallback: `${BASE}/inbound/status` }],
          transport: handlerTransport((request) => node.endpoint.fetch(request)),
          idle: () => node.idle(),
          people: (to) => people.get(to),
        });
        const scenario: TaskRouterScenario = {
          workers: [{ name: 'Ben', person: human({ ringMs: 2000, talkMs: 4000 }), activity: 'Offline' }],
          settings: { deadlineSeconds: 600 },
        };
        const sids = openWorkspace(sim, scenario, people);
        const begin = async () => {
          const log = (): void => undefined;
          const { clock, httpClient } = sim;
          const made = await taskRouterNode({ sim, store, clock, httpClient, pollMs: null, scenario, log });
          await made.start();
          return made;
        };
        let node = await begin();
        const caller = sim.placeCall({ from: CALLER, to: OUR_NUMBER });
        await sim.advance(5000);
        await node.stop();
        const key = `${taskrouter.name}:${caller.sid}`;
        await overwrite(store, key, UNREADABLE[kind]?.(sim.clock.now()) ?? '', sim.clock.now());
        node = await begin();
        const client = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient });
        const looks = [1, 2].map(() =>
          queuedCallers({ client, store, workspace: () => sids.workspace, clock: sim.clock }),
        );
        const recovered: string[] = [];
        for (let minute = 0; minute < 4; minute += 1) {
          for (const found of await Promise.all(looks.map((look) => look()))) {
            recovered.push(...found.recovered.map(() => `minute ${String(minute)}`));
          }
          await sim.advance(MINUTE_MS);
        }
        expect(recovered).toEqual(['minute 2']);
        await client.taskrouter.v1
          .workspaces(sids.workspace)
          .workers(sids.workers['Ben'] ?? '')
          .update({ activitySid: sids.activities['Available'] ?? '' });
        await sim.settle();
        expect(caller.bridgedWith).toHaveLength(1);
        await node.stop();
      }),
  );
});
