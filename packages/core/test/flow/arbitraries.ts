import fc from 'fast-check';
import {
  ANSWERED_BY,
  CALL_STATUSES,
  type Effect,
  type ForwardingEvent,
  type Outcome,
  type CallEffect,
} from '@amd/core';
import { events, type Given, NUMBERS, sids, START } from '@amd/core/testing';
import type { CallOptions, ForwardingState } from '@amd/core';

export type Move = Given<ForwardingState, ForwardingEvent, Effect>;

const status = fc.constantFrom(...CALL_STATUSES);
const answeredBy = fc.constantFrom(...ANSWERED_BY);
const leg = fc.integer({ min: 0, max: 5 });
const sid = fc.option(fc.integer({ min: 0, max: 6 }).map(sids.call), { nil: undefined });
const reason = fc.constantFrom('participant_hung_up', 'participant_updated_via_api', 'moderator_ended_conference', '');

const plans = [
  [],
  [NUMBERS.ann],
  [NUMBERS.ann, NUMBERS.ben],
  [{ targets: [{ to: NUMBERS.ann }, { to: NUMBERS.ben }] }, { targets: [] }, { targets: [{ to: NUMBERS.cleo }] }],
];

const fallbacks: readonly CallOptions['fallback'][] = [
  undefined,
  { kind: 'redirect', url: 'https://example.com/voicemail' },
  { kind: 'voicemail' },
  { kind: 'number', to: NUMBERS.cleo, ifUnanswered: { kind: 'voicemail' } },
];

/** When detection listens, which callees are asked for a key, and what the caller hears. */
const ways: readonly Omit<CallOptions, 'forwardTo'>[] = [
  {},
  { amd: { mode: 'async' } },
  { amd: { mode: 'async' }, confirm: 'always', record: true },
  { amd: { mode: 'async' }, confirm: 'never', texts: { connected: 'Here is {name}.' } },
  { amd: { mode: 'async' }, screening: {}, policy: 'lenient', ringback: 'eu', progress: {} },
  { amd: { mode: 'off' }, policy: { busy: 'fall back' } },
  { policy: { machine_end_beep: 'leave a message' }, detection: { mode: 'DetectMessageEnd' } },
  { amd: { mode: 'async' }, policy: { machine_end_beep: 'leave a message' }, detection: { mode: 'DetectMessageEnd' } },
];

const inbound = fc
  .record({
    status,
    plan: fc.constantFrom(...plans),
    from: fc.constantFrom(NUMBERS.caller, 'anonymous', ''),
    token: fc.constantFrom(undefined, 'a token'),
    fallback: fc.constantFrom(...fallbacks),
    ways: fc.constantFrom(...ways),
  })
  .map(({ plan, fallback, ways: how, token, ...rest }): Move =>
    events.inbound({
      ...rest,
      ...(token === undefined ? {} : { token }),
      options: { forwardTo: plan, fallback, ...how },
    }),
  );

const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ kind: fc.constant('created' as const), sid: fc.integer({ min: 1, max: 6 }).map(sids.call), status }),
  fc.record({
    kind: fc.constant('refused' as const),
    code: fc.constantFrom(null, 20003, 21210, 21211, 21212, 21220),
    reason: fc.constant('no'),
  }),
  fc.constant({ kind: 'unknown' as const, reason: 'reset' }),
  fc.constant({ kind: 'late' as const }),
  fc.constant({ kind: 'done' as const, status: null }),
  fc.constant({ kind: 'gone' as const }),
  fc.record({ kind: fc.constant('fetched' as const), status, answeredBy: fc.option(answeredBy, { nil: null }) }),
  fc.constant({ kind: 'failed' as const, reason: 'gave up' }),
);

/** The outcome of a request that was really made, if there was one; otherwise a webhook that changes little. */
const outcomeOfAsked = fc.tuple(fc.nat(), outcomes).map(([index, outcome]): Move => ({ effects }) => {
  const asked = effects.filter((effect): effect is CallEffect => 'leg' in effect);
  const effect = asked[index % Math.max(1, asked.length)];
  return effect === undefined ? events.callerStatus({ status: 'ringing' }) : events.outcome(effect, outcome);
});

/** A timer that the state wants, or one that it does not want. */
const timer = fc.tuple(fc.nat(), fc.boolean()).map(([index, stray]): Move => ({ state }) => {
  const timers = state.kind === 'call' ? Object.entries(state.timers) : [];
  const [name, dueAt] = timers[index % Math.max(1, timers.length)] ?? ['heartbeat', START];
  return events.timer(name, stray ? dueAt + 1 : dueAt);
});

const ofLeg = fc
  .record({ leg, sid, status })
  .map(({ sid: of, ...rest }) => (of === undefined ? rest : { ...rest, sid: of }));
const likely = fc.integer({ min: 1, max: 3 }).map((one) => ({ leg: one }));

const requests: fc.Arbitrary<Move> = fc.oneof(
  fc.oneof(likely, ofLeg).chain((o) => answeredBy.map((by) => events.answered({ ...o, answeredBy: by }))),
  fc.oneof(likely, ofLeg).map((o) => events.answered({ ...o, answeredBy: null })),
  fc.oneof(likely, ofLeg).chain((o) => fc.constantFrom('', '1', '#').map((digits) => events.key({ ...o, digits }))),
  fc.oneof(likely, ofLeg).map((o) => events.key({ ...o, speech: 'Hi. What is the reason for your call?' })),
  fc.oneof(likely, ofLeg).map(events.poll),
  fc
    .tuple(fc.oneof(likely, ofLeg), fc.boolean())
    .map(([of, isNotice]) => events.legDocument({ ...of, ...(isNotice ? { part: 1 } : {}) })),
  fc.oneof(likely, ofLeg).map(events.legEnded),
  fc.oneof(fc.constant({}), fc.record({ status })).map(events.callerEnded),
  fc
    .tuple(fc.oneof(fc.constant({}), fc.record({ status })), fc.constantFrom(1, 1, 2, 3, null))
    .map(([of, part]) => events.callerDocument({ ...of, part })),
  fc
    .record({
      status: fc.oneof(fc.constant('in-progress' as const), status),
      answered: fc.constantFrom(true, false, null),
      left: fc.boolean(),
    })
    .map(({ left, ...o }) => events.callerFallback({ ...o, ...(left ? { recording: recording(1) } : {}) })),
  fc.boolean().map((again) => events.callerWait({ again })),
  fc.constant(events.callerWhisper()),
);

const notifications: fc.Arbitrary<Move> = fc.oneof(
  status.map((one) => events.callerStatus({ status: one })),
  fc.constantFrom({}, { visit: 1 }).map((o): Move => ({ type: 'caller.goodbye', at: START, ...o })),
  fc
    .record({
      event: fc.constantFrom('start', 'end', 'join', 'leave'),
      leg,
      reason,
      status,
      conference: fc.constantFrom(undefined, `CF${'3'.repeat(32)}`),
    })
    .map((o) => events.conference(o as Parameters<typeof events.conference>[0])),
  fc.oneof(likely, ofLeg).chain((o) => status.map((one) => events.status({ ...o, status: one }))),
  fc.oneof(likely, ofLeg).chain((o) => answeredBy.map((by) => events.verdict({ ...o, answeredBy: by }))),
  fc.integer({ min: 1, max: 2 }).map((number) => events.recording({ recording: recording(number) })),
  fc.integer({ min: 1, max: 2 }).map((number) => events.talkRecorded({ recording: recording(number) })),
);

/** What usually comes next: chance alone connects nobody, ends no talk and leaves no message. */
const usual = fc
  .tuple(fc.nat(), fc.constantFrom('verdict', 'key', 'machine', 'hang-up'))
  .map(([pick, mood]): Move => ({ state, effects }) => {
    if (state.kind !== 'call') return events.inbound();
    const live = state.legs.filter(({ phase }) => phase !== 'ended');
    const leg = live[pick % Math.max(1, live.length)];
    if (leg === undefined) return nextOfCaller(state, pick);
    const { id: one, phase } = leg;
    const of = { leg: one, sid: leg.sid ?? sids.call(one) };
    const answeredBy = mood === 'machine' ? 'machine_start' : mood === 'key' ? 'unknown' : 'human';
    switch (phase) {
      case 'requested': {
        const created = effects.filter((effect) => effect.type === 'call.create' && effect.leg === one);
        return events.outcome(created.at(-1) as CallEffect, { kind: 'created', sid: of.sid, status: 'queued' });
      }
      case 'placed':
        return events.status({ ...of, status: 'ringing' });
      case 'ringing':
        return events.answered({ ...of, answeredBy: mood === 'key' ? null : answeredBy });
      case 'detecting':
        return events.verdict({ ...of, answeredBy });
      case 'confirming':
        return mood === 'key' ? events.key(of) : events.verdict({ ...of, answeredBy });
      case 'farewell': {
        if (mood === 'key') return events.legDocument({ ...of, part: 1 });
        const timer = `leg${String(one)}`;
        const dueAt = state.timers[timer];
        return dueAt === undefined ? events.status({ ...of, status: 'completed' }) : events.timer(timer, dueAt);
      }
      case 'ending':
        return events.status({ ...of, status: 'completed' });
      case 'joining':
        if (mood === 'hang-up') return events.callerStatus();
        if (!state.caller.inRoom) return events.conference({ event: 'join' });
        return mood === 'key' ? events.legDocument(of) : events.conference({ event: 'join', leg: one });
      case 'bridged':
      case 'ended':
        return nextOfCaller(state, pick);
    }
  });

function nextOfCaller(state: Extract<ForwardingState, { kind: 'call' }>, pick: number): ForwardingEvent {
  const { phase } = state.caller;
  if (phase === 'ended') return events.inbound({ status: 'in-progress' });
  if (phase === 'arriving' || phase === 'joining') return events.conference({ event: 'join' });
  if (phase !== 'fallingBack') return events.callerEnded();
  const { useIfUnanswered, recorded } = state.caller;
  const part = 1 + Number(useIfUnanswered) + Number(recorded);
  return pick % 2 === 0 ? events.callerDocument({ part }) : events.callerStatus();
}

export const moves = fc
  .tuple(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc
          .tuple(fc.constantFrom(...ways), fc.constantFrom(...fallbacks))
          .map(([how, fallback]): Move => usualInbound({ fallback, ...how })),
      },
      { weight: 2, arbitrary: inbound },
    ),
    fc.array(fc.record({ move: usual, afterMs: fc.constantFrom(0, 900) }), { maxLength: 14, size: 'max' }),
    fc.array(
      fc.record({
        move: fc.oneof(
          { weight: 1, arbitrary: inbound },
          { weight: 6, arbitrary: requests },
          { weight: 5, arbitrary: notifications },
          { weight: 5, arbitrary: outcomeOfAsked },
          { weight: 3, arbitrary: timer },
          { weight: 6, arbitrary: usual },
        ),
        afterMs: fc.constantFrom(0, 1, 900, 5000, 30_000),
      }),
      { maxLength: 30 },
    ),
  )
  .map(([first, well, rest]) => [{ move: first, afterMs: 0 }, ...well, ...rest]);

function usualInbound(how: (typeof ways)[number]): Move {
  return events.inbound({ options: { forwardTo: [NUMBERS.ann, NUMBERS.ben], ...how } });
}

function recording(number: number): { sid: string; url: string; seconds: number } {
  const name = `RE${String(number).repeat(32)}`;
  return { sid: name, url: `https://api.twilio.com/2010-04-01/Recordings/${name}`, seconds: 12 };
}
