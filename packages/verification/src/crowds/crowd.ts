import type { CallOptions } from '@amd/core';
import type { ArrivingCall } from '@amd/core/http';
import {
  busy,
  fax,
  hangsUpDuringDetection,
  human,
  noAnswer,
  refused,
  screening,
  seededRepeats,
  silent,
  unreachable,
  voicemail,
} from '@amd/simulator';
import type { HangUpRule, Person, SeededRepeats, SimulatedCall, Toggles } from '@amd/simulator';
import { fallbackOf, lastNumber, Outcomes } from './fallbacks.js';
import { forwardingApp, OUR_NUMBER, type TestApp } from './forwarding-app.js';
import { stranded } from './stranded.js';
import { steppingClock } from './stepping-clock.js';

/** Creates a generator that repeats exactly for the same seed. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Crowd {
  readonly calls: number;
  readonly seed: number;
  readonly toggles?: Partial<Toggles>;
  /** Notifications in any order, some of them lost or repeated. */
  readonly disorder?: { maxDelayMs: number; lose: number; duplicate: number };
  /** Requests for TwiML that are repeated; callers whom nobody takes then get every kind of fallback. */
  readonly repeats?: Omit<SeededRepeats, 'seed'>;
  /** The application's clock is set again and again, back by up to this many ms and forward. */
  readonly clockBackMs?: number;
  /** One call every so many ms. */
  readonly everyMs?: number;
}

export interface CrowdResult {
  readonly results: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/** The deadline of 90 s, the answer in progress at that time, and the fallback, in ms. */
const LONGEST_WAIT_MS = 4 * 60_000;

/** Plays random callees and random hang-ups with webhooks in random order. Names every call that breaks a promise. */
export async function playCrowd(crowd: Crowd): Promise<CrowdResult> {
  const random = generator(crowd.seed);
  const people = new Map<string, Person>();
  const lists = new Map<string, string[]>();
  const outcomes = new Outcomes();
  const last = lastNumber();
  const settings = ({ from }: ArrivingCall): CallOptions => ({
    forwardTo: lists.get(from) ?? [],
    deadlineSeconds: 90,
    ...(crowd.repeats !== undefined && { fallback: fallbackOf(from) }),
  });
  const app = forwardingApp(settings, {
    people: (to) => people.get(to) ?? last(to),
    random: crowd.seed,
    hooks: outcomes.hooks,
    ...(crowd.repeats === undefined ? {} : { repeats: seededRepeats({ seed: crowd.seed, ...crowd.repeats }) }),
    clockOf: (clock) => steppingClock(clock, generator(crowd.seed), crowd.clockBackMs ?? 0),
    ...(crowd.toggles === undefined ? {} : { toggles: crowd.toggles }),
    ...(crowd.disorder === undefined ? {} : { disorder: { seed: crowd.seed, ...crowd.disorder } }),
  });
  const callers: SimulatedCall[] = [];
  for (let index = 0; index < crowd.calls; index += 1) {
    const from = `+1212${String(5_550_000 + index).padStart(7, '0')}`;
    const list = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, at) => {
      const to = `+1415${String(2_000_000 + index * 3 + at)}`;
      people.set(to, somebody(random));
      return to;
    });
    lists.set(from, list);
    const hangUp = hangUpRule(random);
    callers.push(app.sim.placeCall({ from, to: OUR_NUMBER, ...(hangUp === undefined ? {} : { hangUp }) }));
    await app.sim.advance(crowd.everyMs ?? 200);
  }
  await app.sim.settle();
  const { results, problems } = judge(
    app,
    callers.map(({ sid }) => sid),
  );
  const legs = new Map<string, SimulatedCall[]>();
  for (const leg of app.sim.calls.filter(({ to }) => people.has(to)))
    legs.set(leg.to, [...(legs.get(leg.to) ?? []), leg]);
  const served = callers.map((caller) => ({
    caller,
    legs: (lists.get(caller.from) ?? []).flatMap((to) => legs.get(to) ?? []),
    outcomes: app.states.has(caller.sid) ? outcomes.of(caller.sid) : undefined,
  }));
  await app.stop();
  return { results, problems: [...problems, ...stranded(app.sim.timeline, served, LONGEST_WAIT_MS)].slice(0, 20) };
}

export function somebody(random: () => number): Person {
  const ringMs = 1000 + Math.floor(random() * 20_000);
  const talkMs = 500 + Math.floor(random() * 20_000);
  const kinds: (() => Person)[] = [
    () => human({ ringMs, talkMs, verdictMs: 500 + Math.floor(random() * 4000) }),
    () => human({ ringMs, talkMs }),
    () => voicemail({ ringMs }),
    () => fax({ ringMs }),
    () => silent({ ringMs, talkMs, key: random() < 0.5 ? '#' : '1', keyAfterMs: Math.floor(random() * 9000) }),
    () => silent({ ringMs }),
    () => screening({ ringMs }),
    () => busy(),
    () => noAnswer(),
    () => unreachable(),
    () => refused(random() < 0.5 ? 21211 : 21210),
    () => hangsUpDuringDetection({ ringMs }),
  ];
  return (kinds[Math.floor(random() * kinds.length)] ?? noAnswer)();
}

export function hangUpRule(random: () => number): HangUpRule | undefined {
  const dice = random();
  if (dice < 0.5) return undefined;
  if (dice < 0.6) return { afterMs: Math.floor(random() * 60_000) };
  const moments = ['leg-ringing', 'leg-detecting', 'leg-human', 'bridged'] as const;
  const when = moments[Math.floor(random() * moments.length)] ?? 'bridged';
  return random() < 0.5 ? { when } : { when, afterMs: Math.floor(random() * 5000) };
}

function judge(app: TestApp, sids: readonly string[]): CrowdResult {
  const results: Record<string, number> = {};
  const problems: string[] = [];
  for (const failure of app.failures) problems.push(`a task failed: ${String(failure)}`);
  for (const entry of app.log) problems.push(`the edge complains: ${entry.code} ${entry.message}`);
  for (const { code, message } of app.sim.debugger)
    problems.push(`the simulated Twilio complains: ${String(code)} ${message}`);
  for (const sid of sids) {
    const state = app.states.get(sid);
    const result = state?.result ?? 'none';
    results[result] = (results[result] ?? 0) + 1;
    const call = app.sim.call(sid);
    if (result === 'none' && call?.status !== 'no-answer' && call?.status !== 'canceled')
      problems.push(`${sid} has no outcome`);
    if (state?.legs.some(({ phase }) => phase !== 'ended') === true) problems.push(`${sid}: a leg never ended for us`);
    const talks = [...(call?.bridgedWith ?? [])].sort((a, b) => a.since - b.since);
    if (talks.some(({ since, ms }, at) => since + ms > (talks[at + 1]?.since ?? Infinity))) {
      problems.push(`${sid} talked to two people at once`);
    }
  }
  for (const call of app.sim.calls) {
    if (call.endedAt === undefined) problems.push(`${call.sid} (${call.direction}) is still on the line`);
    if (call.direction === 'outbound-api' && call.bridgedWith.length > 0) {
      const pressed = call.answeredBy === 'unknown' && call.heard.length > 0;
      if (call.answeredBy !== 'human' && !pressed)
        problems.push(`${call.sid} is ${String(call.answeredBy)} and was bridged`);
    }
  }
  return { results, problems };
}
