import { setTimeout as wait } from 'node:timers/promises';
import { busy, human, noAnswer, voicemail, type SimulatedCall } from '@amd/simulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestCluster, type TestCluster } from '../helpers/cluster.js';
import { expectWithin } from '../../../core/test/helpers/measured.js';
import { hasRedis } from '../../../store-redis/test/helpers/programs.js';

const TO_A_PERSON = '+14155550199';
const TO_NOBODY = '+14155550198';
const TO_A_PHONE_THAT_RINGS = '+14155550197';
const [ANN, BEN, CARA, DAN] = ['+14155550142', '+14155550143', '+14155550144', '+14155550145'] as const;
const SORRY = 'nobody';
const DEADLINE_SECONDS = 10;
const TAKE_OVER_MS = 20_000;

describe.skipIf(!hasRedis())('two processes on one Redis, behind a load balancer', () => {
  let cluster: TestCluster;

  beforeAll(async () => {
    const phone = { ringMs: 800, verdictMs: 500 };
    cluster = await startTestCluster({
      lists: {
        [TO_A_PERSON]: { people: [named('Ann', ANN), named('Ben', BEN)], ringSeconds: 5 },
        [TO_NOBODY]: { people: [named('Cara', CARA)] },
        [TO_A_PHONE_THAT_RINGS]: { people: [named('Dan', DAN)], ringSeconds: 60, deadlineSeconds: DEADLINE_SECONDS },
      },
      people: {
        [ANN]: voicemail({ ...phone, ringMs: 500 }),
        [BEN]: human({ ...phone, talkMs: 1500 }),
        [CARA]: busy(),
        [DAN]: noAnswer(),
      },
    });
  });
  afterEach(() => {
    cluster.route(null);
    for (const api of cluster.apis) api.release();
  });
  afterAll(() => cluster.end());

  const allOver = (callers: readonly SimulatedCall[]): boolean => callers.every(({ endedAt }) => endedAt !== undefined);
  const untilOver = (callers: readonly SimulatedCall[]): Promise<void> =>
    expect.poll(() => allOver(callers), { interval: 100 }).toBe(true);

  /** Expects each of them to have talked with Ben, once. */
  function expectTalkWithBen(callers: readonly SimulatedCall[]): void {
    const talkedWith = callers.map(({ bridgedWith }) => bridgedWith.map(({ sid }) => cluster.sim.call(sid)?.to));
    expect(talkedWith).toEqual(callers.map(() => [BEN]));
  }

  /** How often a person was rung for each of these callers, whose numbers they see. */
  const rung = (to: string, callers: readonly SimulatedCall[]): number[] =>
    callers.map(({ from }) => cluster.sim.calls.filter((call) => call.to === to && call.from === from).length);

  /** When each heard that nobody can be reached; `[]`: never. */
  const apologies = (callers: readonly SimulatedCall[]): number[][] =>
    callers.map(({ sounds }) => sounds.filter(({ text }) => text.includes(SORRY)).map(({ at }) => at));

  /** The requests of both processes to Twilio that are not answered. */
  function waiting(): { readonly creates: number; readonly updates: number } {
    const [first, second] = cluster.apis.map((api) => api.waiting());
    const of = (what: 'creates' | 'updates'): number => (first?.[what] ?? 0) + (second?.[what] ?? 0);
    return { creates: of('creates'), updates: of('updates') };
  }

  /** Places three callers with nobody left, whose redirect to that message waits at Twilio. */
  async function placeStuck(): Promise<SimulatedCall[]> {
    const callers = await cluster.place(3, TO_NOBODY);
    await expect.poll(() => rung(CARA, callers)).toEqual([1, 1, 1]);
    for (const api of cluster.apis) api.hold();
    await expect.poll(() => waiting().updates).toBe(3);
    return callers;
  }

  it('either process answers any webhook, and both have the same calls', async () => {
    const callers = await cluster.place(4, TO_A_PERSON);
    await untilOver(callers);
    expectTalkWithBen(callers);
    expect([rung(ANN, callers), rung(BEN, callers)]).toEqual(Array(2).fill([1, 1, 1, 1]));
    for (const { port } of cluster.targets) {
      const log = async (): Promise<unknown> => (await fetch(`http://127.0.0.1:${String(port)}/calls.json`)).json();
      await expect.poll(log).toHaveLength(4);
    }
  });

  it('a process stopped twice at once, as by Ctrl-C and by its parent, finishes its requests to Twilio', async () => {
    cluster.route(0);
    const talking = await cluster.place(3, TO_A_PERSON);
    const stuck = await placeStuck();

    cluster.route(null);
    const stopped = cluster.stop(0, ['SIGINT', 'SIGTERM']);
    await wait(500);
    const releasedAt = Date.now();
    for (const api of cluster.apis) api.release();
    expect(await stopped).toBe(0);

    await untilOver([...talking, ...stuck]);
    expectTalkWithBen(talking);
    expect([rung(ANN, talking), rung(BEN, talking)]).toEqual(Array(2).fill([1, 1, 1]));
    expect(apologies(stuck).map(({ length }) => length)).toEqual([1, 1, 1]);
    // Not by the other process, which would have waited for the end of a lease.
    const apologizedMs = Math.max(...apologies(stuck).flat()) - releasedAt;
    expectWithin('a process that stops has finished what was under way after', apologizedMs, 5000);
    await cluster.start(0);
  });

  it('the timers of a stopped process fire in the other, which did not know the calls', async () => {
    cluster.route(0);
    const ringing = await cluster.place(3, TO_A_PHONE_THAT_RINGS);
    await expect.poll(() => rung(DAN, ringing)).toEqual([1, 1, 1]);

    cluster.route(1);
    expect(await cluster.stop(0)).toBe(0);

    await untilOver(ringing);
    expect(apologies(ringing).map(({ length }) => length)).toEqual([1, 1, 1]);
    const late = apologies(ringing).map(([at = Infinity], index) => {
      return at - ((ringing[index]?.createdAt ?? 0) + DEADLINE_SECONDS * 1000);
    });
    expectWithin('timers of a process that has stopped are late by', Math.max(...late), 2500);
    await cluster.start(0);
  });

  it('a process killed while Twilio owes it answers is replaced, with each effect executed once', async () => {
    cluster.route(0);
    const stuck = await placeStuck();
    const talking = await cluster.place(3, TO_A_PERSON);
    await expect.poll(waiting).toEqual({ creates: 3, updates: 3 });

    const killedAt = Date.now();
    cluster.route(null);
    await cluster.kill(0);
    for (const api of cluster.apis) api.release();

    await untilOver([...stuck, ...talking]);
    // A redirect is requested again.
    expect(apologies(stuck).map(({ length }) => length)).toEqual([1, 1, 1]);
    const takenOverMs = Math.max(...apologies(stuck).flat()) - killedAt;
    expectWithin('what a killed process owed is done after', takenOverMs, TAKE_OVER_MS);
    // A create that may have been executed is not: Ann is skipped, and Ben is next.
    expectTalkWithBen(talking);
    expect(Math.max(...rung(ANN, talking))).toBeLessThanOrEqual(1);
    expect([rung(BEN, talking), rung(CARA, stuck)]).toEqual(Array(2).fill([1, 1, 1]));
    await cluster.start(0);
  });

  it('a process killed at any moment leaves no caller without an answer, and nobody is rung twice', async () => {
    const callers = await cluster.place(6, TO_A_PERSON);
    await cluster.kill(1);
    await untilOver(callers);
    const talks = callers.map(({ bridgedWith }) => bridgedWith.length);
    // A callee whose create was in flight may count as rung in vain: then the caller hears that nobody can be reached.
    expect(apologies(callers).map(({ length }, index) => length + (talks[index] ?? 0))).toEqual(Array(6).fill(1));
    expect(Math.max(...rung(ANN, callers), ...rung(BEN, callers))).toBe(1);
  });
});

function named(name: string, to: string): { readonly name: string; readonly to: string } {
  return { name, to };
}
