import { describe, expect, it } from 'vitest';
import {
  callSettings,
  DEFAULT_TEXTS,
  forwarding,
  type ForwardingEvent,
  type ForwardingState,
  type LiveForwarding,
} from '@amd/core';
import { events, given, NUMBERS, sids, START } from '@amd/core/testing';
import { after, at, BOTH, both, connected, falling, waiting } from './scenes.js';

const DAY = 86_400_000;
const HANDED_ON = {
  forwardTo: [NUMBERS.ann],
  fallback: { kind: 'redirect', url: 'https://example.com/menu' },
} as const;
/** Nobody took the call, and the caller was handed off to TwiML of the user's. */
const handedOff = [
  events.inbound({ options: HANDED_ON }),
  events.conference({ event: 'join', at: at(1) }),
  events.status({ status: 'busy', at: at(5) }),
  events.callerDocument({ at: at(6) }),
];
const again = (seconds: number) => events.inbound({ options: HANDED_ON, status: 'in-progress', at: at(seconds) });
const callOf = (state: ForwardingState): LiveForwarding => {
  if (state.kind !== 'call') throw new Error('there is no call');
  return state;
};

describe('a new call', () => {
  it('a new call creates a caller of whom nothing is known yet, and the legs to ring', () => {
    const { state } = given(forwarding, []).when(
      events.inbound({ options: { forwardTo: [] }, token: 'secret' }),
    ).result;
    const settings = callSettings({ forwardTo: [] });
    expect(state).toEqual({
      kind: 'call',
      visit: 1,
      call: { sid: sids.call(0), from: NUMBERS.caller, to: NUMBERS.ours, token: null },
      settings,
      caller: {
        phase: 'fallingBack',
        held: false,
        inRoom: false,
        // The greeting, however slowly it is spoken, plus 10 s.
        inRoomBy: START + settings.texts.greeting.length * 120 + 25_000,
        seenAlive: false,
        isUnverified: false,
        inFlight: { fetch: null, end: null, redirect: null },
        redirectTries: 0,
        fallbackServed: false,
        useIfUnanswered: false,
        recorded: false,
        recording: null,
        talks: [],
      },
      conference: null,
      legs: [],
      winner: null,
      lastLeg: 0,
      nextStep: 0,
      firstLegOfStep: 1,
      deadlinePassed: false,
      result: null,
      timers: { deadline: at(120), heartbeat: at(30), caller: at(10) },
      effectSeq: 0,
      timestamps: { startedAt: START },
    });
  });

  it('a new call leads into a room that reports joins and leaves', () => {
    const { reply } = given(forwarding, []).when(events.inbound()).result;
    expect(reply).toMatchObject({
      verbs: [
        { verb: 'say', text: DEFAULT_TEXTS.greeting },
        { verb: 'dial.conference', statusCallbackEvents: ['start', 'end', 'join', 'leave'] },
      ],
    });
  });

  it('a new call gets its timestamps', () => {
    const { state } = given(forwarding, [...connected, events.callerStatus({ at: at(60) })]);
    expect(callOf(state).timestamps).toEqual({
      startedAt: START,
      heldAt: at(1),
      wonAt: at(8),
      connectedAt: at(9),
      endedAt: at(60),
    });
    const unanswered = [...falling, events.callerDocument({ at: at(6) }), events.callerDocument({ at: at(9) })];
    expect(callOf(given(forwarding, unanswered).state).timestamps).toEqual({
      startedAt: START,
      heldAt: at(1),
      fallbackAt: at(6),
    });
  });
});

describe('how long a call is remembered', () => {
  it.each([
    ['who waits', waiting],
    ['whom nobody can be found for', falling],
    ['who talks', connected],
  ] as const)('a call of a caller %s is kept until it is over', (_, scene) => {
    after(scene).then({ keepForMs: null });
    given(forwarding, scene)
      .when(events.callerWait({ at: at(20) }))
      .then({ keepForMs: null })
      .thenNothingHappened();
  });

  it('a call is kept for a day from the end of its last leg', () => {
    const gone = [...both, events.callerStatus({ at: at(7) })];
    given(forwarding, gone)
      .when(events.status({ leg: 1, status: 'completed', at: at(8) }))
      .then({ keepForMs: null });
    given(forwarding, [...gone, events.status({ leg: 1, status: 'completed', at: at(8) })])
      .when(events.status({ leg: 2, status: 'canceled', at: at(9) }))
      .then({ keepForMs: DAY, state: { timers: {} } });
  });

  it('a call without any callee is kept for a day', () => {
    given(forwarding, [events.inbound({ options: { forwardTo: [] } }), events.callerDocument({ at: at(0.1) })])
      .when(events.callerStatus({ at: at(5) }))
      .then({ keepForMs: DAY, state: { result: 'unanswered' } });
  });
});

describe('an unknown caller', () => {
  it('an unknown caller who requests the document of our redirect is served as a new one', () => {
    const lost = { ...events.callerDocument({ visit: 2 }), sid: sids.call(0) };
    const { reply } = given(forwarding, []).when(lost).thenNothingHappened().result;
    expect(reply).toEqual({
      kind: 'twiml',
      verbs: [
        {
          verb: 'redirect',
          to: { flow: 'forwarding', key: sids.call(0), visit: 2, leg: 0, purpose: 'caller.again' },
        },
      ],
    });
  });

  it.each<[string, ForwardingEvent]>([
    ['whose reference names no call', events.callerDocument({ visit: 1 })],
    ['whose reference names no round', { ...events.callerDocument(), sid: sids.call(0) }],
    ['who is gone', { ...events.callerDocument({ visit: 1, status: 'completed' }), sid: sids.call(0) }],
    ['who asks for something else', { ...events.callerEnded({ visit: 1 }), sid: sids.call(0) } as ForwardingEvent],
    ['whose last number has answered', events.callerFallback({ visit: 1 })],
  ])('a caller without a record, %s, gets a hang-up', (_, event) => {
    given(forwarding, [])
      .when(event)
      .then({ verbs: ['hangup'], keepForMs: DAY })
      .thenNothingHappened();
  });

  it.each<[string, ForwardingEvent]>([
    ['a verdict', events.verdict()],
    ['a recording', events.recording()],
    ['a recorded talk', events.talkRecorded()],
    [
      'an outcome',
      events.outcome({ type: 'call.fetch', id: 'fetch:0:1', leg: 0, sid: sids.call(0) }, { kind: 'gone' }),
    ],
  ])('%s without a record is ignored', (_, event) => {
    given(forwarding, [])
      .when(event)
      .then({ reply: { kind: 'nothing' } })
      .thenNothingHappened();
  });
});

describe('a caller who was handed off and comes back', () => {
  it('a caller who comes back is fetched once at a time, over all visits', () => {
    const looked = [
      ...handedOff.slice(0, 3),
      events.due('heartbeat'),
      events.callerDocument({ at: at(31) }),
      again(32),
    ];
    after(looked).then({ state: { visit: 2, caller: { inFlight: { fetch: 'fetch:0:2' } } } });
    given(forwarding, looked).when(events.due('heartbeat')).then({ asks: [] });
    after([...handedOff, again(32)]).then({ state: { visit: 2, caller: { inFlight: { fetch: null } } } });
  });

  it('a caller who comes back gets the current document for a request of an earlier visit, not the greeting', () => {
    given(forwarding, [...handedOff, again(30)])
      .when(events.callerDocument({ visit: 1, at: at(31) }))
      .then({ verbs: ['pause', 'dial.conference'] })
      .thenNothingHappened();
  });

  it('a caller who comes back waits only for callees of the new visit', () => {
    given(forwarding, [...handedOff, again(30)])
      .when(events.status({ leg: 2, status: 'busy', at: at(31) }))
      .then({
        state: { caller: { phase: 'fallingBack' }, firstLegOfStep: 2 },
        asks: [{ type: 'call.redirect', leg: 0 }],
      });
  });
});

describe('requests of a caller', () => {
  it.each([
    ['its document', events.callerDocument({ at: at(30) })],
    ['its fallback', events.callerFallback({ at: at(30) })],
  ] as const)('a talking caller who requests %s gets the room, and nothing ends', (_, event) => {
    given(forwarding, connected)
      .when(event)
      .then({ verbs: ['pause', 'dial.conference'] })
      .thenNothingHappened();
  });

  it('a caller who leaves the room and goes on comes back to it', () => {
    given(forwarding, waiting)
      .when(events.callerEnded({ at: at(20) }))
      .then({ state: { caller: { phase: 'held', inRoom: false, inRoomBy: at(45) } } });
    given(forwarding, [events.inbound()])
      .when(events.callerEnded({ at: at(3) }))
      .then({ state: { caller: { phase: 'held', inRoom: false, inRoomBy: at(29.68) } } });
  });

  it('a caller in the room who requests their document changes nothing', () => {
    given(forwarding, waiting)
      .when(events.callerDocument({ at: at(20) }))
      .then({ verbs: ['pause', 'dial.conference'] })
      .thenNothingHappened();
  });

  it.each<[string, ForwardingEvent]>([
    ['leaves the room', events.callerEnded({ at: at(9) })],
    ['asks for their document', events.callerDocument({ at: at(9) })],
  ])('a caller whose call is over and who %s gets a hang-up', (_, event) => {
    for (const scene of [waiting, [events.inbound()]]) {
      given(forwarding, [...scene, events.callerStatus({ at: at(7) })])
        .when(event)
        .then({ verbs: ['hangup'] })
        .thenNothingHappened();
    }
  });
});

describe('callees who are rung at once', () => {
  it('callees who ring at once are watched one by one, each by their own watchdog', () => {
    given(forwarding, [
      events.inbound({ options: BOTH }),
      ...[1, 2].map((leg) => events.status({ leg, status: 'ringing', at: at(leg) })),
    ])
      .when(events.due('leg2'))
      .then({ asks: [{ type: 'call.fetch', leg: 2, sid: sids.call(2) }], state: { timers: { leg1: at(31) } } });
  });
});
