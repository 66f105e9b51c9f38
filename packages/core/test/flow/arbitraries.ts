import fc from 'fast-check';
import {
  ANSWERED_BY,
  CALL_STATUSES,
  type Effect,
  type ForwardingEvent,
  type Outcome,
  type RestEffect,
} from '@amd/core';
import { events, type Given, NUMBERS, sids, START } from '@amd/core/testing';
import type { ForwardingState } from '@amd/core';

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

const inbound = fc
  .record({
    status,
    plan: fc.constantFrom(...plans),
    from: fc.constantFrom(NUMBERS.caller, 'anonymous', ''),
    token: fc.constantFrom(undefined, 'a token'),
    url: fc.constantFrom(undefined, 'https://example.com/voicemail'),
  })
  .map(({ plan, url, token, ...rest }): Move =>
    events.inbound({
      ...rest,
      ...(token === undefined ? {} : { token }),
      options: {
        forwardTo: plan,
        ...(url === undefined ? {} : { fallback: { kind: 'redirect' as const, url } }),
      },
    }),
  );

const outcomes: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({ as: fc.constant('created' as const), sid: fc.integer({ min: 1, max: 6 }).map(sids.call), status }),
  fc.record({
    as: fc.constant('refused' as const),
    code: fc.constantFrom(null, 20003, 21210, 21211, 21212, 21220),
    reason: fc.constant('no'),
  }),
  fc.constant({ as: 'unknown' as const, reason: 'reset' }),
  fc.constant({ as: 'done' as const, status: null }),
  fc.constant({ as: 'gone' as const }),
  fc.record({ as: fc.constant('fetched' as const), status, answeredBy: fc.option(answeredBy, { nil: null }) }),
  fc.constant({ as: 'failed' as const, reason: 'gave up' }),
);

/** The outcome of something that was really asked for, if anything was; else a webhook that changes little. */
const outcomeOfAsked = fc.tuple(fc.nat(), outcomes).map(([index, outcome]): Move => ({ effects }) => {
  const asked = effects.filter((effect): effect is RestEffect => 'leg' in effect);
  const effect = asked[index % Math.max(1, asked.length)];
  return effect === undefined ? events.callerStatus({ status: 'ringing' }) : events.outcome(effect, outcome);
});

/** A timer that the state wants, or one that it does not. */
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
  fc.oneof(likely, ofLeg).chain((o) => fc.constantFrom('', '1', '#').map((digits) => events.key({ ...o, digits }))),
  fc.oneof(likely, ofLeg).map(events.round),
  fc.oneof(likely, ofLeg).map(events.legDocument),
  fc.oneof(likely, ofLeg).map(events.legEnded),
  fc.oneof(fc.constant({}), fc.record({ status })).map(events.callerEnded),
  fc.oneof(fc.constant({}), fc.record({ status })).map(events.callerDocument),
);

const notifications: fc.Arbitrary<Move> = fc.oneof(
  status.map((one) => events.callerStatus({ status: one })),
  fc
    .record({ event: fc.constantFrom('start', 'end', 'join', 'leave'), leg, reason, status })
    .map((o) => events.conference(o as Parameters<typeof events.conference>[0])),
  fc.oneof(likely, ofLeg).chain((o) => status.map((one) => events.status({ ...o, status: one }))),
);

export const moves = fc
  .tuple(
    fc.oneof({ weight: 9, arbitrary: fc.constant<Move>(() => usualInbound) }, { weight: 1, arbitrary: inbound }),
    fc.array(
      fc.record({
        move: fc.oneof(
          { weight: 1, arbitrary: inbound },
          { weight: 6, arbitrary: requests },
          { weight: 5, arbitrary: notifications },
          { weight: 5, arbitrary: outcomeOfAsked },
          { weight: 3, arbitrary: timer },
        ),
        afterMs: fc.constantFrom(0, 1, 900, 5000, 30_000),
      }),
      { maxLength: 30 },
    ),
  )
  .map(([first, rest]) => [{ move: first, afterMs: 0 }, ...rest]);

const usualInbound = events.inbound({ options: { forwardTo: [NUMBERS.ann, NUMBERS.ben] } });
