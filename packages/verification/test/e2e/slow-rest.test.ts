import { callbackUrls } from '@amd/core/http';
import { createTwilioExecutor } from '@amd/core/twilio';
import { busy, createSimulator, human, noAnswer, voicemail, type Person, type RestFaultHook } from '@amd/simulator';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { generator } from '../../src/crowds/crowd.js';
import { BASE, forwardingApp, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';

const CALLS = 60;
const PEOPLE: readonly (() => Person)[] = [
  () => human({ talkMs: 5000 }),
  () => voicemail(),
  () => busy({ afterMs: 100 }),
  () => noAnswer(),
  () => human({ ringMs: 200, verdictMs: 100, talkMs: 3000 }),
];

const isCreate = ({ method, path }: Parameters<RestFaultHook>[0]): boolean =>
  method === 'POST' && path.endsWith('/Calls.json');

/** Plays 60 callers with two callees each; returns every broken promise, and the results. */
async function play(rest: RestFaultHook) {
  const people = new Map<string, Person>();
  const lists = new Map<string, string[]>();
  const app = forwardingApp((call) => ({ forwardTo: lists.get(call.from) ?? [], deadlineSeconds: 60 }), {
    people: (to) => people.get(to),
    rest,
  });
  const sids: string[] = [];
  for (let index = 0; index < CALLS; index += 1) {
    const from = `+1212${String(5_550_000 + index)}`;
    const list = [0, 1].map((at) => {
      const to = `+1415${String(2_000_000 + index * 2 + at)}`;
      people.set(to, (PEOPLE[(index + at * (1 + Math.floor(index / PEOPLE.length))) % PEOPLE.length] ?? noAnswer)());
      return to;
    });
    lists.set(from, list);
    sids.push(app.sim.placeCall({ from, to: OUR_NUMBER }).sid);
    await app.sim.advance(700);
  }
  await app.sim.settle();
  const problems: string[] = [];
  const results: Record<string, number> = {};
  for (const failure of app.failures) problems.push(`a task failed: ${String(failure)}`);
  for (const { code, message } of app.log) problems.push(`the edge complains: ${code} ${message}`);
  for (const { code, message } of app.sim.debugger)
    problems.push(`the simulator complains: ${String(code)} ${message}`);
  for (const sid of sids) {
    const state = app.states.get(sid);
    const result = state?.result ?? 'none';
    results[result] = (results[result] ?? 0) + 1;
    if (result === 'none') problems.push(`${sid} has no outcome`);
    const talks = [...(app.sim.call(sid)?.bridgedWith ?? [])].sort((a, b) => a.since - b.since);
    if (talks.some(({ since, ms }, at) => since + ms > (talks[at + 1]?.since ?? Infinity))) {
      problems.push(`${sid} talked to two people at once`);
    }
    for (const leg of state?.legs ?? [])
      if (leg.phase !== 'ended') problems.push(`${sid}: a leg is ${leg.phase} for us`);
  }
  for (const call of app.sim.calls) {
    if (call.endedAt === undefined) problems.push(`${call.sid} (${call.direction}) is still on the line`);
    if (call.direction === 'outbound-api' && call.bridgedWith.length > 0 && call.answeredBy !== 'human') {
      problems.push(`${call.sid} is ${String(call.answeredBy)} and was bridged`);
    }
  }
  const { calls, timeline } = app.sim;
  await app.stop();
  return { problems, results, calls, timeline };
}

/** Creates a new hook for each run, so that a run can be repeated. */
const FAULTS: readonly (readonly [string, () => RestFaultHook])[] = [
  [
    'every answer comes 0.3 to 3 s late, after the callbacks',
    () => {
      const random = generator(1);
      return () => ({ delayMs: 300 + Math.floor(random() * 2700) });
    },
  ],
  [
    'every fifth create is carried out but never answered',
    () => {
      let creates = 0;
      return (request) => (isCreate(request) && (creates += 1) % 5 === 0 ? 'executed-but-timeout' : undefined);
    },
  ],
  [
    'every fifth request is neither carried out nor answered',
    () => {
      let requests = 0;
      return () => ((requests += 1) % 5 === 0 ? 'timeout' : undefined);
    },
  ],
];

describe('when Twilio is slow', () => {
  it.each(FAULTS)('%s: every call ends and no leg is left', async (_, fault) => {
    const { problems, results, timeline } = await play(fault());
    expect(problems).toEqual([]);
    expect(Object.values(results).reduce((sum, count) => sum + count, 0)).toBe(CALLS);
    expect(results['connected']).toBeGreaterThan(0);
    expect(timeline.some(({ text }) => text.includes('⚡'))).toBe(true);
  });

  it('the app learns that a leg is over before it learns that it exists', async () => {
    const { problems, calls } = await play(() => ({ delayMs: 3000 }));
    expect(problems).toEqual([]);
    const over = calls.filter(({ direction, createdAt, endedAt = Infinity }) => {
      return direction === 'outbound-api' && endedAt - createdAt < 2500;
    });
    expect(over.length).toBeGreaterThan(10);
  });

  it.each(FAULTS)('%s: a run repeats exactly', async (_, fault) => {
    expect((await play(fault())).timeline).toEqual((await play(fault())).timeline);
  });

  it.each(['timeout', 'executed-but-timeout'] as const)(
    '%s: the executor gives up before the client',
    async (fault) => {
      const sim = createSimulator({ rest: () => fault });
      const client = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient });
      const execute = createTwilioExecutor({ client, mayDial: () => true, url: callbackUrls(BASE), clock: sim.clock });
      const began = sim.clock.now();
      const execution = execute({ type: 'call.fetch', id: '1', sid: `CA${'0'.repeat(32)}` } as never).then(
        (result) => ({
          ...result,
          took: sim.clock.now() - began,
        }),
      );
      await sim.settle();
      expect(await execution).toEqual({ kind: 'ambiguous', reason: 'Twilio took longer than 8000 ms', took: 8000 });
      expect(sim.clock.now() - began).toBe(30_000);
    },
  );
});
