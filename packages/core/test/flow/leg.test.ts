import { describe, expect, it } from 'vitest';
import { forwarding, type Leg, type LegResult } from '@amd/core';
import { events, given, NUMBERS, sids, START } from '@amd/core/testing';
import type { Move } from './arbitraries.js';
import { at, both, connected, legOf, two } from './scenes.js';

const PLACED = [...two, events.status({ leg: 1, status: 'initiated', at: at(1) })];
const RINGING = [...PLACED, events.status({ leg: 1, status: 'ringing', at: at(2) })];
const DETECTING = [...RINGING, events.status({ leg: 1, status: 'in-progress', at: at(5) })];
const CONFIRMING = [...DETECTING, events.answered({ leg: 1, answeredBy: 'unknown', at: at(10) })];

function phases(leg: Leg | undefined): [Leg['phase'], LegResult | null] | undefined {
  return leg === undefined ? undefined : [leg.phase, leg.result];
}

describe('leg: from request to bridge', () => {
  it('a leg is requested, placed, rings, is detected, joins and is bridged', () => {
    const { state } = given(forwarding, two);
    expect(legOf(state, 1)?.phase).toBe('requested');
    const journey = [
      [events.status({ status: 'queued' }), 'placed'],
      [events.status({ status: 'ringing' }), 'ringing'],
      [events.status({ status: 'in-progress' }), 'detecting'],
      [events.answered(), 'joining'],
      [events.conference({ event: 'join', leg: 1 }), 'joining'],
      [events.conference({ event: 'join' }), 'bridged'],
    ] as const;
    const before: Move[] = [...two];
    for (const [event, phase] of journey) {
      before.push(event);
      expect(legOf(given(forwarding, before).state, 1)?.phase).toBe(phase);
    }
  });

  it('the outcome of its create places a leg', () => {
    given(forwarding, two)
      .when(events.outcomeOf('call.create', { kind: 'created', sid: sids.call(1), status: 'queued' }))
      .then({ state: { legs: [{ phase: 'placed', sid: sids.call(1) }] } });
  });

  it('the timestamps of a leg tell its whole journey', () => {
    const { state } = given(forwarding, [...connected, events.status({ status: 'completed', at: at(60) })]);
    expect(legOf(state, 1)?.timestamps).toEqual({
      requestedAt: START,
      placedAt: at(2),
      initiatedAt: at(2),
      ringingAt: at(2),
      answeredAt: at(8),
      verdictAt: at(8),
      greetedAt: at(8),
      joinedAt: at(9),
      endedAt: at(60),
    });
  });

  it('a leg is known by its reference before it exists: a callback that overtakes the REST response finds it', () => {
    given(forwarding, [events.inbound(), events.conference({ event: 'join' })])
      .when(events.answered({ leg: 1 }))
      .then({ state: { caller: { phase: 'joining' }, legs: [{ sid: sids.call(1), phase: 'joining' }] } });
  });

  it('a leg keeps the SID it learned first, and any other call with its reference gets a hang-up', () => {
    given(forwarding, RINGING)
      .when(events.answered({ leg: 1, sid: sids.call(77) }))
      .then({ verbs: ['hangup'] })
      .thenNothingHappened();
    given(forwarding, RINGING)
      .when(events.status({ leg: 1, sid: sids.call(77), status: 'completed' }))
      .thenNothingHappened();
  });

  it('a request for an unknown leg gets a hang-up and writes nothing', () => {
    given(forwarding, two)
      .when(events.answered({ leg: 9 }))
      .then({ verbs: ['hangup'] })
      .thenNothingHappened();
    given(forwarding, two)
      .when(events.status({ leg: 9, status: 'ringing' }))
      .thenNothingHappened();
  });

  it('a request of an unknown call gets a hang-up or nothing, and writes nothing', () => {
    for (const event of [
      events.answered(),
      events.key(),
      events.poll(),
      events.legDocument(),
      events.legEnded(),
      events.callerEnded(),
      events.callerDocument(),
    ]) {
      given(forwarding, [])
        .when(event)
        .then({ state: { kind: 'nothing' }, verbs: ['hangup'], keepForMs: 86_400_000 });
    }
    for (const event of [
      events.callerStatus(),
      events.conference({ event: 'start' }),
      events.status({ status: 'ringing' }),
      events.timer('heartbeat', START),
    ]) {
      given(forwarding, [])
        .when(event)
        .then({ state: { kind: 'nothing' }, effects: [], reply: { kind: 'nothing' } });
    }
  });
});

describe('leg: the watchdog', () => {
  it('the watchdog runs from the request, then from `initiated`: ring time plus 10 s', () => {
    given(forwarding, [])
      .when(events.inbound())
      .then({ state: { timers: { leg1: at(30) } } });
    given(forwarding, two)
      .when(events.status({ leg: 1, status: 'initiated', at: at(7) }))
      .then({ state: { timers: { leg1: at(37) } } });
  });

  it('the watchdog uses the ring time of the target', () => {
    const options = { forwardTo: [{ to: NUMBERS.ann, ringSeconds: 5 }] };
    given(forwarding, [])
      .when(events.inbound({ options }))
      .then({
        state: { timers: { leg1: at(15) } },
        asks: [{ type: 'call.create', ringSeconds: 5 }],
      });
  });

  it('a repeated `initiated` does not postpone the watchdog', () => {
    given(forwarding, PLACED)
      .when(events.status({ leg: 1, status: 'initiated', at: at(4) }))
      .thenNothingHappened();
  });

  it('the watchdog fetches the call, and the answer decides', () => {
    given(forwarding, RINGING)
      .when(events.due('leg1'))
      .then({ asks: [{ type: 'call.fetch', leg: 1, sid: sids.call(1) }] });
    const fetched = (status: 'ringing' | 'in-progress' | 'no-answer') =>
      given(forwarding, [...RINGING, events.due('leg1')]).when(
        events.outcomeOf('call.fetch', { kind: 'fetched', status, answeredBy: null }, { at: at(40) }),
      );
    fetched('ringing').then({
      state: { legs: [{ phase: 'ringing', inFlight: { fetch: null } }], timers: { leg1: at(70) } },
      asks: [],
    });
    fetched('in-progress').then({ state: { legs: [{ phase: 'detecting' }] } });
    fetched('no-answer').then({
      state: { legs: [{ phase: 'ended', result: { kind: 'notReached', status: 'no-answer' } }, {}] },
    });
  });

  it('the watchdog does not count a timer twice', () => {
    const { state } = given(forwarding, RINGING);
    const dueAt = state.kind === 'call' ? (state.timers['leg1'] ?? 0) : 0;
    given(forwarding, [...RINGING, events.due('leg1')])
      .when(events.timer('leg1', dueAt))
      .thenNothingHappened();
  });

  it('a leg without a SID counts as ended, its create is dropped, and a later request gets a hang-up', () => {
    const lost = [...two, events.timer('leg1', at(30))];
    given(forwarding, two)
      .when(events.timer('leg1', at(30)))
      .then({
        state: {
          legs: [
            { phase: 'ended', result: { kind: 'lost' } },
            { id: 2, phase: 'requested' },
          ],
        },
        asks: [{ type: 'call.create', leg: 2 }],
      });
    expect(given(forwarding, lost).effects).toContainEqual({ type: 'effect.drop', id: 'create:1:caller' });
    given(forwarding, lost)
      .when(events.answered({ leg: 1 }))
      .then({ verbs: ['hangup'] });
  });

  it('a leg that rings after it counted as ended is ended', () => {
    given(forwarding, [...two, events.timer('leg1', at(30))])
      .when(events.status({ leg: 1, status: 'ringing', at: at(31) }))
      .then({ state: { legs: [{ phase: 'ending' }, {}] }, asks: [{ type: 'call.end', leg: 1, sid: sids.call(1) }] });
  });

  it('a leg whose create succeeds after it counted as ended is ended', () => {
    given(forwarding, [...two, events.timer('leg1', at(30))])
      .when(
        events.outcomeOf(
          'call.create',
          { kind: 'created', sid: sids.call(1), status: 'queued' },
          { leg: 1, at: at(31) },
        ),
      )
      .then({ state: { legs: [{ phase: 'ending' }, {}] }, asks: [{ type: 'call.end', leg: 1, sid: sids.call(1) }] });
  });

  it('the watchdog of detection and of confirmation ends a leg that is still alive', () => {
    for (const before of [DETECTING, CONFIRMING]) {
      given(forwarding, [...before, events.due('leg1')])
        .when(
          events.outcomeOf('call.fetch', { kind: 'fetched', status: 'in-progress', answeredBy: null }, { at: at(60) }),
        )
        .then({
          state: { legs: [{ phase: 'ending' }, { id: 2 }] },
          asks: [
            { type: 'call.end', leg: 1 },
            { type: 'call.create', leg: 2 },
          ],
        });
    }
  });

  it('a fetch that fails is repeated after 10 s', () => {
    given(forwarding, [...RINGING, events.due('leg1')])
      .when(events.outcomeOf('call.fetch', { kind: 'failed', reason: '' }, { at: at(40) }))
      .then({ state: { timers: { leg1: at(50) }, legs: [{ inFlight: { fetch: null } }] } });
  });
});

describe('leg: its end', () => {
  const ENDING = [...RINGING, events.callerStatus({ at: at(4) })];

  it('the end of a leg is requested once, and the 200 counts: a call cancelled while queued sends no callback', () => {
    given(forwarding, RINGING)
      .when(events.callerStatus({ at: at(4) }))
      .then({ asks: [{ type: 'call.end', leg: 1 }] });
    given(forwarding, ENDING)
      .when(events.outcomeOf('call.end', { kind: 'done', status: 'completed' }, { at: at(5) }))
      .then({ state: { legs: [{ phase: 'ended', result: { kind: 'stopped' } }] }, keepForMs: 86_400_000 });
  });

  it('a call that is gone has ended', () => {
    given(forwarding, ENDING)
      .when(events.outcomeOf('call.end', { kind: 'gone' }, { at: at(5) }))
      .then({ state: { legs: [{ phase: 'ended' }] } });
  });

  it('an end that fails is tried again after 10 s', () => {
    const failed = [...ENDING, events.outcomeOf('call.end', { kind: 'failed', reason: '' }, { at: at(5) })];
    given(forwarding, failed)
      .when(events.timer('leg1', at(14)))
      .then({ asks: [{ type: 'call.end', leg: 1 }], state: { legs: [{ phase: 'ending' }] } });
  });

  it('the end of a leg without a SID waits for its first callback', () => {
    const ending = [events.inbound(), events.callerStatus({ at: at(1) })];
    expect(given(forwarding, ending).effects.filter(({ type }) => type === 'call.end')).toEqual([]);
    expect(given(forwarding, ending).effects).toContainEqual({ type: 'effect.drop', id: 'create:1:caller' });
    given(forwarding, ending)
      .when(
        events.outcomeOf(
          'call.create',
          { kind: 'created', sid: sids.call(1), status: 'queued' },
          { leg: 1, at: at(2) },
        ),
      )
      .then({ asks: [{ type: 'call.end', leg: 1, sid: sids.call(1) }] });
    given(forwarding, ending)
      .when(events.timer('leg1', at(30)))
      .then({ state: { legs: [{ phase: 'ended' }] }, keepForMs: 86_400_000 });
  });

  it('an ended leg says how it ended', () => {
    const results: [Parameters<typeof events.status>[0], LegResult][] = [
      [
        { status: 'busy', sipCode: 486 },
        { kind: 'notReached', status: 'busy', sipCode: 486 },
      ],
      [
        { status: 'failed', sipCode: 404 },
        { kind: 'notReached', status: 'failed', sipCode: 404 },
      ],
      [{ status: 'no-answer' }, { kind: 'notReached', status: 'no-answer', sipCode: null }],
      [{ status: 'canceled' }, { kind: 'notReached', status: 'canceled', sipCode: null }],
      [{ status: 'completed' }, { kind: 'hungUp' }],
      [
        { status: 'completed', answeredBy: 'machine_start' },
        { kind: 'answered', by: 'machine_start' },
      ],
    ];
    for (const [options, result] of results) {
      const { state } = given(forwarding, RINGING).when(events.status({ leg: 1, at: at(9), ...options })).result;
      expect(phases(legOf(state, 1))).toEqual(['ended', result]);
    }
  });

  it('an ended leg is final: later events change nothing', () => {
    const ended = [...RINGING, events.status({ leg: 1, status: 'busy', at: at(9) })];
    for (const event of [
      events.status({ status: 'ringing' }),
      events.status({ status: 'in-progress' }),
      events.status({ status: 'completed' }),
    ]) {
      given(forwarding, ended)
        .when({ ...event, at: at(10) })
        .thenNothingHappened();
    }
    given(forwarding, ended)
      .when(events.poll({ at: at(10) }))
      .then({ verbs: ['hangup'] })
      .thenNothingHappened();
  });
});

describe('leg: confirmation', () => {
  it('confirmation asks for a key in polls of at most 4 s that fall through to a redirect', () => {
    given(forwarding, DETECTING)
      .when(events.answered({ answeredBy: 'unknown', at: at(10) }))
      .then({
        state: { legs: [{ phase: 'confirming', human: false, confirmUntil: at(22) }] },
        reply: {
          kind: 'twiml',
          verbs: [
            {
              verb: 'gather',
              numDigits: 1,
              finishOnKey: '',
              timeoutSeconds: 4,
              action: { purpose: 'leg.key', leg: 1 },
            },
            { verb: 'redirect', to: { purpose: 'leg.poll', leg: 1 } },
          ],
        },
      });
  });

  it('confirmation shortens the last poll to the remaining time', () => {
    given(forwarding, CONFIRMING)
      .when(events.poll({ at: at(20) }))
      .then({ reply: { verbs: [{ verb: 'gather', timeoutSeconds: 2 }, {}] } })
      .thenNothingHappened();
  });

  it('confirmation accepts any key, including the pound sign', () => {
    for (const digits of ['1', '5', '#', '*']) {
      given(forwarding, CONFIRMING)
        .when(events.key({ digits, at: at(12) }))
        .then({ state: { winner: 1, legs: [{ phase: 'joining', human: true }] }, verbs: ['dial.conference'] });
    }
  });

  it('confirmation does not take an empty input for a key', () => {
    given(forwarding, CONFIRMING)
      .when(events.key({ digits: '', at: at(12) }))
      .then({ verbs: ['gather', 'redirect'] })
      .thenNothingHappened();
  });

  it('confirmation ends when its time is over, and the next callee is rung', () => {
    given(forwarding, CONFIRMING)
      .when(events.poll({ at: at(22) }))
      .then({
        state: { legs: [{ phase: 'ending', result: { kind: 'answered', by: 'unknown' } }, { id: 2 }] },
        asks: [{ type: 'call.create', leg: 2 }],
        verbs: ['hangup'],
      });
  });

  it('a key after confirmation ended hears why there is nothing to take', () => {
    given(forwarding, both)
      .when(events.answered({ leg: 2, answeredBy: 'unknown', at: at(9) }))
      .then({ state: { legs: [{}, { phase: 'confirming' }] } });
    const taken = [
      ...both,
      events.answered({ leg: 2, answeredBy: 'unknown', at: at(9) }),
      events.answered({ leg: 1, at: at(10) }),
    ];
    given(forwarding, taken)
      .when(events.key({ leg: 2, at: at(11) }))
      .then({ verbs: ['say', 'hangup'], state: { legs: [{}, { phase: 'farewell', farewell: 'taken' }] } });
  });
});

describe('an end that Twilio refuses', () => {
  it('a refused end makes us fetch the call, so a leg that is over is not ended forever', () => {
    given(forwarding, [
      events.inbound(),
      events.outcomeOf('call.create', { kind: 'created', sid: sids.call(1), status: 'queued' }),
      events.callerStatus({ status: 'completed' }),
    ])
      .when(events.outcomeOf('call.end', { kind: 'refused', code: 20003, reason: 'Authenticate' }))
      .then({ state: { legs: [{ phase: 'ending' }] }, asks: [{ type: 'call.fetch', leg: 1 }] });
  });
});
