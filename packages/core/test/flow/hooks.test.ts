import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_FORWARDING_CONFIG, forwarding, type Effect, type HookData, type HookRun } from '@amd/core';
import { events, given, type Given, NUMBERS, sids, START } from '@amd/core/testing';
import { countCases } from '../helpers/met.js';
import { moves } from './arbitraries.js';

type Step = Given<Parameters<typeof forwarding.transition>[0], Parameters<typeof forwarding.transition>[1], Effect>;
const at = (seconds: number): number => START + seconds * 1000;
const created = (leg: number, seconds: number): Step =>
  events.outcomeOf('call.create', { kind: 'created', sid: sids.call(leg), status: 'queued' }, { leg, at: at(seconds) });
const OF_CALL = { v: 1, flow: 'forwarding', sid: sids.call(0), from: NUMBERS.caller, to: NUMBERS.ours, visit: 1 };

/** Ann's voicemail answers after 8 s of ringing; Ben is rung. */
const voicemail: readonly Step[] = [
  events.inbound({ options: { forwardTo: [{ to: NUMBERS.ann, name: 'Ann' }, NUMBERS.ben] } }),
  created(1, 1),
  events.status({ status: 'ringing', at: at(2) }),
  events.status({ status: 'in-progress', at: at(10) }),
  events.answered({ answeredBy: 'machine_start', at: at(14) }),
  events.status({ status: 'completed', at: at(15) }),
  created(2, 16),
];
/** Ben answers, and the two talk. */
const talking: readonly Step[] = [
  ...voicemail,
  events.status({ leg: 2, status: 'ringing', at: at(17) }),
  events.status({ leg: 2, status: 'in-progress', at: at(20) }),
  events.answered({ leg: 2, at: at(23) }),
  events.conference({ event: 'join', at: at(23) }),
];
const ANN = {
  leg: 1,
  name: 'Ann',
  number: NUMBERS.ann,
  sid: sids.call(1),
  answeredBy: 'machine_start',
  pressedKey: false,
  result: { kind: 'answered', by: 'machine_start' },
  ringMs: 8000,
  detectionMs: 4000,
};
const BEN = { leg: 2, name: null, number: NUMBERS.ben, sid: sids.call(2), pressedKey: false };

describe('rung', () => {
  it('a person whose phone begins to ring is told of, once', () => {
    given(forwarding, voicemail.slice(0, 2))
      .when(events.status({ status: 'ringing', at: at(2) }))
      .then({
        tells: [
          {
            id: `hook:rung:${sids.call(0)}:1`,
            hook: 'rung',
            data: { ...OF_CALL, waitedMs: 2000, callee: { leg: 1, name: 'Ann', number: NUMBERS.ann, ringMs: null } },
          },
        ],
      });
    given(forwarding, voicemail.slice(0, 3))
      .when(events.status({ status: 'in-progress', at: at(10) }))
      .then({ tells: [] });
  });

  it('a person who answers before the ringing was reported is told of all the same', () => {
    given(forwarding, voicemail.slice(0, 2))
      .when(events.answered({ at: at(4) }))
      .then({ tells: [{ hook: 'rung' }] });
  });

  it('a person whose call Twilio refuses was not rung', () => {
    given(forwarding, voicemail.slice(0, 1))
      .when(events.outcomeOf('call.create', { kind: 'refused', code: 21215, reason: 'no' }, { at: at(1) }))
      .then({ tells: [] });
  });
});

describe('connected', () => {
  it('the talk is told of with the person, the wait, and why the others did not get the caller', () => {
    given(forwarding, talking)
      .when(events.conference({ event: 'join', leg: 2, at: at(24) }))
      .then({
        tells: [
          {
            id: `hook:connected:${sids.call(0)}:2`,
            hook: 'connected',
            data: {
              ...OF_CALL,
              callee: { ...BEN, answeredBy: 'human', result: { kind: 'bridged' }, ringMs: 3000, detectionMs: 3000 },
              others: [ANN],
              waitedMs: 24_000,
            },
          },
        ],
      });
  });

  it('a person who took the call with a key is marked', () => {
    const asked: readonly Step[] = [
      events.inbound({ options: { forwardTo: [NUMBERS.ann], amd: { mode: 'async' } } }),
      created(1, 1),
      events.answered({ answeredBy: null, at: at(4) }),
      events.key({ at: at(7) }),
      events.conference({ event: 'join', at: at(8) }),
    ];
    given(forwarding, asked)
      .when(events.conference({ event: 'join', leg: 1, at: at(8) }))
      .then({ tells: [{ hook: 'connected', data: { callee: { pressedKey: true } } }] });
  });
});

describe('ended and missed', () => {
  it('a talk that is over is told of with its length, and nobody missed the call', () => {
    given(forwarding, [...talking, events.conference({ event: 'join', leg: 2, at: at(24) })])
      .when(events.callerStatus({ at: at(84) }))
      .then({
        tells: [
          {
            id: `hook:ended:${sids.call(0)}:1`,
            hook: 'ended',
            data: {
              ...OF_CALL,
              result: 'connected',
              callee: BEN,
              others: [ANN],
              waitedMs: 24_000,
              talkMs: 60_000,
              recording: null,
            },
          },
        ],
      });
  });

  it('a caller who hangs up on hold is missed, and a phone that still rings is told of as being ended', () => {
    given(forwarding, talking.slice(0, -3))
      .when(events.callerStatus({ at: at(19) }))
      .then({
        tells: [
          { hook: 'ended', data: { result: 'callerLeft', callee: null, waitedMs: 19_000, talkMs: null } },
          {
            id: `hook:missed:${sids.call(0)}:1`,
            hook: 'missed',
            data: {
              ...OF_CALL,
              result: 'callerLeft',
              others: [ANN, { ...BEN, result: { kind: 'stopped' }, ringMs: null }],
              waitedMs: 19_000,
              recording: null,
            },
          },
        ],
      });
  });

  it('a caller who left a message is missed, and the message goes with it', () => {
    const recording = { sid: 'RE1', url: 'https://api.twilio.com/RE1', seconds: 4 };
    given(forwarding, [
      events.inbound({ options: { forwardTo: [], fallback: { kind: 'voicemail' } }, status: 'in-progress' }),
      events.callerDocument({ at: at(1) }),
      events.callerFallback({ recording, at: at(20) }),
    ])
      .when(events.callerStatus({ at: at(21) }))
      .then({
        tells: [
          { hook: 'ended', data: { result: 'unanswered', recording } },
          { hook: 'missed', data: { result: 'unanswered', recording, others: [] } },
        ],
      });
  });

  it('a caller who goes on to TwiML of the app is not missed', () => {
    const fallback = { kind: 'redirect', url: 'https://example.com/menu' } as const;
    given(forwarding, [events.inbound({ options: { forwardTo: [], fallback }, status: 'in-progress' })])
      .when(events.callerDocument({ at: at(1) }))
      .then({ tells: [{ hook: 'ended', data: { result: 'handedOff' } }] });
  });

  it('people of an earlier visit are not told of again', () => {
    const fallback = { kind: 'redirect', url: 'https://example.com/menu' } as const;
    const comesBack: readonly Step[] = [
      events.inbound({ options: { forwardTo: [NUMBERS.ann], fallback }, status: 'in-progress' }),
      created(1, 1),
      // A voicemail, whose call has not ended when the caller comes back.
      events.answered({ answeredBy: 'machine_start', at: at(3) }),
      events.callerDocument({ at: at(4) }),
      events.inbound({ options: { forwardTo: [NUMBERS.ben] }, status: 'in-progress', at: at(6) }),
    ];
    given(forwarding, comesBack)
      .when(events.callerStatus({ at: at(16) }))
      .then({
        tells: [{ hook: 'ended', data: { visit: 2, waitedMs: 10_000, others: [{ leg: 2 }] } }, { hook: 'missed' }],
      });
  });
});

describe('a recorded talk', () => {
  it('is told of with the person who talked', () => {
    const recording = { sid: 'RE2', url: 'https://api.twilio.com/RE2', seconds: 60 };
    given(forwarding, [...talking, events.conference({ event: 'join', leg: 2, at: at(24) })])
      .when(events.talkRecorded({ recording, at: at(90) }))
      .then({ tells: [{ id: 'hook:recording:RE2', hook: 'recording', data: { recording, callee: BEN } }] });
  });
});

describe('whatever happens', () => {
  it('each id comes once, each visit ends once, and nothing secret or without a meaning is told', () => {
    const { met, lookIn, expectAll } = countCases('rung', 'connected', 'ended', 'missed', 'voicemail', 'recording');
    const property = fc.property(moves, (all) => {
      let state = forwarding.initial();
      let now = START;
      const effects: Effect[] = [];
      const told: HookRun[] = [];
      for (const { move, afterMs } of all) {
        const made = typeof move === 'function' ? move({ state, effects }) : move;
        now = Math.max(now + afterMs, made.at);
        const event = { ...made, at: now };
        const step = forwarding.transition(state, event, DEFAULT_FORWARDING_CONFIG);
        told.push(...forwarding.tells({ before: state, event, after: step.state }));
        state = step.state;
        effects.push(...step.effects);
      }
      expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
      const of = <Name extends keyof HookData>(name: Name): HookData[Name][] =>
        told.filter(({ hook }) => hook === name).map(({ data }) => data as HookData[Name]);
      for (const { hook } of told) met(hook as keyof HookData);
      const live = state.kind === 'call' ? state : null;
      const over = (live?.visit ?? 0) - (live === null || live.caller.phase === 'ended' ? 0 : 1);
      expect(of('ended').map(({ visit }) => visit)).toEqual(Array.from({ length: over }, (_, n) => n + 1));
      const missed = of('ended').filter(({ result }) => result === 'unanswered' || result === 'callerLeft');
      expect(of('missed').map(({ visit }) => visit)).toEqual(missed.map(({ visit }) => visit));
      for (const { result, callee, talkMs } of of('ended')) {
        expect([callee === null, talkMs === null]).toEqual([result !== 'connected', result !== 'connected']);
      }
      for (const { data } of told) {
        expect(JSON.parse(JSON.stringify(data))).toEqual(data);
        expect(JSON.stringify(data)).not.toMatch(/token/i);
        const { waitedMs = 0 } = data as { readonly waitedMs?: number };
        expect(waitedMs).toBeGreaterThanOrEqual(0);
      }
    });
    lookIn(() => {
      fc.assert(property, { numRuns: 200 });
    });
    expectAll();
  });
});
