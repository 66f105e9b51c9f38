import { createMemoryStore, decodeState, forwarding, type LiveForwarding, type Store } from '@amd/core';
import type { LogEntry } from '@amd/core/http';
import { createSimulator, handlerTransport, human, noAnswer, voicemail, type Person } from '@amd/simulator';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { BASE, CALLER, forwardingNode, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';

const ANN = '+14155550142';
const BEN = '+14155550143';

/** One process of the application; the next has an empty store, as after a crash with the state in memory. */
function world(people: Readonly<Record<string, Person>>, voiceUrl = `${BASE}/inbound`) {
  const log: LogEntry[] = [];
  const sim = createSimulator({
    numbers: [{ phoneNumber: OUR_NUMBER, voiceUrl, statusCallback: `${BASE}/inbound/status` }],
    people,
    transport: handlerTransport((request) => node.endpoint.fetch(request)),
    idle: () => node.runtime.idle(),
  });
  const start = (store: Store) => {
    const made = forwardingNode({
      sim,
      store,
      clock: sim.clock,
      httpClient: sim.httpClient,
      pollMs: null,
      settings: { forwardTo: [ANN, BEN], ringSeconds: 10 },
      log: (entry) => log.push(entry),
    });
    made.runtime.start();
    return made;
  };
  let store = createMemoryStore();
  let node = start(store);
  return {
    sim,
    log,
    /** Kills the process with everything it knew; another one starts. */
    async forget() {
      await node.runtime.stop();
      store = createMemoryStore();
      node = start(store);
      return node.recover();
    },
    recover: () => node.recover(),
    async stateOf(sid: string): Promise<LiveForwarding | undefined> {
      const record = await store.read(`forwarding:${sid}`, sim.clock.now());
      if (record === undefined) return undefined;
      const { state } = decodeState(forwarding, record.key, record.data);
      return state.kind === 'call' ? state : undefined;
    },
  };
}

/** Advances until something has happened on the line. */
async function until(sim: { advance(ms: number): Promise<void> }, done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600 && !done(); tries += 1) await sim.advance(100);
  expect(done()).toBe(true);
}

describe('a process that has lost all its state', () => {
  it('a restarted process finds a caller who waits alone, and rings anew: they talk with a human', async () => {
    const { sim, forget, stateOf } = world({
      [ANN]: voicemail({ ringMs: 5000 }),
      [BEN]: human({ ringMs: 2000, talkMs: 4000 }),
    });
    const caller = sim.placeCall({ from: CALLER, to: OUR_NUMBER });
    await until(sim, () => caller.conference !== undefined);
    expect(await forget()).toMatchObject({ recovered: [caller.sid], leftAlone: 0, failed: [] });
    await sim.settle();
    const [talk, ...more] = caller.bridgedWith;
    expect(more).toEqual([]);
    expect(sim.call(talk?.sid ?? '')?.to).toBe(BEN);
    expect((await stateOf(caller.sid))?.result).toBe('connected');
    expect(sim.calls.every(({ endedAt }) => endedAt !== undefined)).toBe(true);
  });

  it('a restarted process does not take a leg rung before for one of its own', async () => {
    const { sim, forget } = world({
      [ANN]: human({ ringMs: 8000, talkMs: 4000 }),
      [BEN]: human({ ringMs: 2000, talkMs: 4000 }),
    });
    const caller = sim.placeCall({ from: CALLER, to: OUR_NUMBER });
    await until(sim, () => caller.conference !== undefined);
    const [lost] = sim.calls.filter(({ to }) => to === ANN);
    await forget();
    await sim.settle();
    expect(caller.bridgedWith).toHaveLength(1);
    expect(caller.bridgedWith.map(({ sid }) => sid)).not.toContain(lost?.sid);
    expect(lost?.bridgedWith).toEqual([]);
    expect(lost?.endedAt).toBeDefined();
  });

  it('a caller who requests their document without a record is served anew as well', async () => {
    const { sim, forget } = world({ [ANN]: human({ ringMs: 2000, verdictMs: 1000, talkMs: 4000 }), [BEN]: noAnswer() });
    const caller = sim.placeCall({ from: CALLER, to: OUR_NUMBER });
    await until(sim, () => caller.conference !== undefined);
    await forget();
    const { client, url } = tools(sim);
    await client
      .calls(caller.sid)
      .update({ url: url({ key: caller.sid, purpose: 'caller.document' }), method: 'POST' });
    await sim.settle();
    expect(caller.bridgedWith).toHaveLength(1);
  });

  it('a restarted process leaves parties alone who talk with each other', async () => {
    const { sim, forget } = world({ [ANN]: human({ ringMs: 2000, talkMs: 20_000 }), [BEN]: noAnswer() });
    const caller = sim.placeCall({ from: CALLER, to: OUR_NUMBER });
    await until(sim, () => caller.bridgedWith.length > 0);
    await sim.advance(1000);
    expect(await forget()).toMatchObject({ recovered: [], leftAlone: 1 });
    await sim.settle();
    expect(caller.bridgedWith.map(({ ms }) => ms)).toEqual([20_000]);
    expect(sim.calls.filter(({ direction }) => direction !== 'inbound')).toHaveLength(1);
  });

  it('a restarted process leaves a caller with a record alone', async () => {
    const { sim, recover } = world({ [ANN]: human({ ringMs: 5000, talkMs: 1000 }), [BEN]: noAnswer() });
    sim.placeCall({ from: CALLER, to: OUR_NUMBER });
    await sim.advance(4000);
    expect(await recover()).toMatchObject({ recovered: [], leftAlone: 1 });
    await sim.settle();
  });

  it('a restarted process leaves a caller alone whose number belongs to another deployment', async () => {
    const { sim, forget } = world({ [ANN]: human({ ringMs: 8000 }), [BEN]: noAnswer() });
    const caller = sim.placeCall({ from: CALLER, to: OUR_NUMBER });
    await until(sim, () => caller.conference !== undefined);
    sim.setNumber({ phoneNumber: OUR_NUMBER, voiceUrl: `${BASE}.elsewhere.example/inbound` });
    expect(await forget()).toMatchObject({ recovered: [], leftAlone: 1 });
    caller.hangUp();
    await sim.settle();
  });
});

function tools(sim: ReturnType<typeof world>['sim']) {
  const client = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient });
  const url = ({ key, purpose }: { key: string; purpose: string }): string =>
    `${BASE}/inbound/${purpose === 'caller.document' ? 'document' : purpose}?ref=forwarding.${key}.1.0`;
  return { client, url };
}
