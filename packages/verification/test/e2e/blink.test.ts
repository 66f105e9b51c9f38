import { createCallLimits, createMemoryStore } from '@amd/core';
import type { LogEntry } from '@amd/core/http';
import { createSimulator, handlerTransport, human, voicemail, type Person } from '@amd/simulator';
import { describe, expect, it } from 'vitest';
import { blinkingStore, type Blink } from '../../src/crowds/blinking-store.js';
import { BASE, forwardingNode, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';
import { openWorkspace, taskRouterNode, type TaskRouterScenario } from '../../src/crowds/taskrouter-app.js';

const ANN = '+14155550142';
const BEN = '+14155550143';
const caller = (index: number): string => `+1212555${String(1000 + index)}`;

interface World {
  /** Whether calls are counted, and how many are allowed at once. */
  readonly atOnce?: number;
  /** The query that the user put behind `/inbound`. */
  readonly query?: string;
  readonly people?: Readonly<Record<string, Person>>;
}

/** The product on a store that can be taken down, and what its callers experience. */
function world({ atOnce, query = '', people = {} }: World = {}) {
  const log: LogEntry[] = [];
  const asked: string[] = [];
  const transport = handlerTransport((request) => node.endpoint.fetch(request));
  const sim = createSimulator({
    numbers: [
      { phoneNumber: OUR_NUMBER, voiceUrl: `${BASE}/inbound${query}`, statusCallback: `${BASE}/inbound/status` },
    ],
    people: {
      [ANN]: voicemail({ ringMs: 900, verdictMs: 800 }),
      [BEN]: human({ ringMs: 1500, verdictMs: 900, talkMs: 3000 }),
      ...people,
    },
    transport: (request) => {
      asked.push(request.url);
      return transport(request);
    },
    idle: () => node.runtime.idle(),
  });
  const store = blinkingStore(createMemoryStore(), () => sim.pause(30_000));
  const { clock } = sim;
  const node = forwardingNode({
    sim,
    store,
    clock,
    httpClient: sim.httpClient,
    pollMs: 1000,
    settings: { forwardTo: [ANN, BEN] },
    limits: atOnce === undefined ? undefined : createCallLimits({ store, clock, atOnce }),
    log: (entry) => log.push(entry),
  });
  node.runtime.start();
  return {
    sim,
    log,
    asked,
    store,
    call: (index: number) => sim.placeCall({ from: caller(index), to: OUR_NUMBER }),
    /** Takes the store down for this long. */
    async blink(does: Blink, ms: number, meanwhile: () => void = () => undefined): Promise<void> {
      store.does = does;
      meanwhile();
      await sim.advance(ms);
      store.does = null;
    },
    /** With whom each of the callers talked, by their numbers. */
    talks: () =>
      sim.calls
        .filter(({ direction }) => direction === 'inbound')
        .map(({ bridgedWith }) => [...new Set(bridgedWith.map(({ sid }) => sim.call(sid)?.to))]),
    isOver: () => sim.calls.every(({ endedAt }) => endedAt !== undefined),
    end: async () => {
      sim.close();
      await node.runtime.stop();
    },
  };
}

describe('a store that is away for ten seconds', () => {
  it.each<[string, Blink, World]>([
    ['fails at once', 'fail', {}],
    ['fails at once, calls are counted', 'fail', { atOnce: 100 }],
    ['fails at once, and /inbound has a query of the user', 'fail', { query: '?who=Ann&&a=%C3%BC+b' }],
    ['hangs', 'hang', {}],
  ])('a store that is down for ten seconds and %s serves every caller, new or known', async (_, does, options) => {
    const { sim, call, blink, talks, isOver, asked, end } = world(options);
    // Known callers in all their situations, then new ones.
    for (let index = 0; index < 8; index += 1) {
      call(index);
      await sim.advance(700);
    }
    await blink(does, 10_000, () => [8, 9, 10].forEach((index) => call(index)));
    for (let tries = 0; tries < 60 && !isOver(); tries += 1) await sim.advance(5000);
    expect(talks()).toEqual(Array.from({ length: 11 }, () => [BEN]));
    const again = asked.filter((url) => url.includes('/inbound?') && url.includes('failingSince='));
    expect(again.length).toBeGreaterThan(5);
    const { query = '?' } = options;
    expect(again.every((url) => url.startsWith(`${BASE}/inbound${query}`))).toBe(true);
    await end();
  });

  it('a caller on the line at that time hears that there are too many calls', async () => {
    const { sim, call, blink, isOver, end } = world({ atOnce: 1, people: { [BEN]: human({ talkMs: 60_000 }) } });
    call(0);
    await sim.advance(3000);
    let second = call(1);
    await sim.advance(1000);
    expect(second.status).toBe('busy');
    await blink('fail', 3000, () => (second = call(2)));
    await sim.advance(5000);
    expect(
      sim.timeline
        .filter(({ call: of }) => of === second.sid)
        .map(({ text }) => text)
        .join('\n'),
    ).toContain('all our lines are busy');
    for (let tries = 0; tries < 60 && !isOver(); tries += 1) await sim.advance(5000);
    expect(second.status).toBe('completed');
    expect(second.bridgedWith).toEqual([]);
    await end();
  });
});

describe('a store that is down longer than a caller waits', () => {
  it.each<[Blink]>([['fail'], ['fail-after'], ['hang']])(
    'a store that is down and does "%s" rings nobody for callers who were told goodbye, even when it is back',
    async (does) => {
      const { sim, call, blink, talks, isOver, log, end } = world();
      await blink(does, 40_000, () => [0, 1, 2].forEach((index) => call(index)));
      const said = log.filter(({ code }) => code === 'goodbye');
      expect(new Set(said.map(({ call: sid }) => sid)).size).toBe(3);
      expect(sim.calls.filter(({ direction }) => direction !== 'inbound')).toEqual([]);
      for (let tries = 0; tries < 60 && !isOver(); tries += 1) await sim.advance(5000);
      await sim.advance(120_000);
      expect(sim.calls.filter(({ direction }) => direction !== 'inbound')).toEqual([]);
      expect(talks()).toEqual([[], [], []]);
      // They were asked to wait for 20 s, and no longer than that.
      for (const { createdAt, endedAt = 0 } of sim.calls) {
        expect(endedAt - createdAt).toBeGreaterThan(20_000);
        expect(endedAt - createdAt).toBeLessThan(40_000);
      }
      await end();
    },
  );
});

describe('callers of a queue while the store is down', () => {
  const scenario: TaskRouterScenario = {
    workers: [{ name: 'Ann', activity: 'Available', person: human({ ringMs: 1500, verdictMs: 900, talkMs: 3000 }) }],
    settings: { afterCall: 'available' },
  };

  async function queueWorld() {
    const log: LogEntry[] = [];
    const people = new Map<string, Person>();
    const sim = createSimulator({
      numbers: [{ phoneNumber: OUR_NUMBER, voiceUrl: `${BASE}/inbound`, statusCallback: `${BASE}/inbound/status` }],
      transport: handlerTransport((request) => node.endpoint.fetch(request)),
      idle: () => node.idle(),
      people: (to) => people.get(to),
    });
    openWorkspace(sim, scenario, people);
    const store = blinkingStore(createMemoryStore(), () => sim.pause(30_000));
    const { clock } = sim;
    const parts = { sim, store, clock, httpClient: sim.httpClient, pollMs: 1000, scenario };
    const node = await taskRouterNode({ ...parts, log: (entry) => log.push(entry) });
    await node.start();
    return { sim, store, log, stop: () => node.stop() };
  }

  it('queued callers wait while the store is down for ten seconds, and then talk with a worker', async () => {
    const { sim, store, stop } = await queueWorld();
    store.does = 'fail';
    const call = sim.placeCall({ from: caller(0), to: OUR_NUMBER });
    await sim.advance(10_000);
    store.does = null;
    for (let tries = 0; tries < 60 && call.endedAt === undefined; tries += 1) await sim.advance(5000);
    expect(call.bridgedWith).toHaveLength(1);
    sim.close();
    await stop();
  });

  it('queued callers are told goodbye when the store is down longer, and no worker is rung for them', async () => {
    const { sim, store, log, stop } = await queueWorld();
    store.does = 'fail';
    const call = sim.placeCall({ from: caller(0), to: OUR_NUMBER });
    await sim.advance(40_000);
    store.does = null;
    await sim.advance(300_000);
    expect(call.endedAt).toBeDefined();
    expect(log.some(({ code }) => code === 'goodbye')).toBe(true);
    expect(sim.calls).toHaveLength(1);
    sim.close();
    await stop();
  });
});
