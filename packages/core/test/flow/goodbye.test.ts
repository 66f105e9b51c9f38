import { describe, expect, it } from 'vitest';
import { forwarding, type ForwardingEvent, type Outcome } from '@amd/core';
import { events, given, NUMBERS, sids, START } from '@amd/core/testing';
import { at, connected, joining, waiting } from './scenes.js';

const goodbye = (seconds: number, visit?: number): ForwardingEvent => ({
  type: 'caller.goodbye',
  at: at(seconds),
  ...(visit === undefined ? {} : { visit }),
});
const ALIVE = { kind: 'fetched', status: 'in-progress', answeredBy: null } as const;
const both = { forwardTo: [NUMBERS.ann, NUMBERS.ben] };
const inbound = (failingSince: number | undefined, seconds: number): ForwardingEvent => {
  const event = events.inbound({ options: both, status: 'in-progress', at: at(seconds) });
  return failingSince === undefined ? event : { ...event, call: { ...event.call, since: at(failingSince) } };
};
const late = (seconds: number) => events.outcomeOf('call.create', { kind: 'late' }, { at: at(seconds) });
const looked = (outcome: Outcome, seconds: number) =>
  events.outcomeOf('call.fetch', outcome, { leg: 0, at: at(seconds) });

describe('a caller who was told goodbye', () => {
  const told = [...waiting, goodbye(21)];

  it('no more callees are rung for a caller who was told goodbye, and ringing legs are ended', () => {
    given(forwarding, [events.inbound({ options: both })])
      .when(goodbye(21))
      .then({ state: { caller: { phase: 'fallingBack' }, call: { token: null }, legs: [{ phase: 'ending' }] } });
    const { effects } = given(forwarding, [events.inbound({ options: both })]).when(goodbye(21)).result;
    expect(effects).toContainEqual({ type: 'effect.drop', id: 'create:1:caller' });
    given(forwarding, told)
      .when(events.status({ status: 'no-answer', at: at(25) }))
      .then({ asks: [], state: { caller: { phase: 'fallingBack' } } });
  });

  it('a caller whose call ends by the goodbye has reached nobody, and the hook runs once', () => {
    given(forwarding, told).when(goodbye(22)).thenNothingHappened();
    given(forwarding, told)
      .when(events.callerStatus({ at: at(26) }))
      .then({
        asks: [],
        tells: [{ hook: 'ended' }, { hook: 'missed' }],
        state: { caller: { phase: 'ended' }, result: 'unanswered' },
      });
  });

  it('P-137 a caller who is still there after a goodbye, because it was the answer to a copy, hears the fallback', () => {
    given(forwarding, told)
      .when(events.due('caller'))
      .then({ asks: [{ type: 'call.redirect', leg: 0, document: { purpose: 'caller.document', part: 1 } }] });
    given(forwarding, [...told, events.due('caller')])
      .when(events.callerDocument({ at: at(40) }))
      .then({ verbs: ['say', 'hangup'] });
    given(forwarding, [...told, events.due('caller')])
      .when(events.outcomeOf('call.redirect', { kind: 'gone' }, { leg: 0, at: at(40) }))
      .then({ state: { caller: { phase: 'ended' }, result: 'unanswered' } });
  });

  it('a caller goes on talking, or joining, if the goodbye answered a repeat; a fetch tells', () => {
    for (const [scene, phase] of [
      [connected, 'connected'],
      [joining, 'joining'],
    ] as const) {
      given(forwarding, scene)
        .when(goodbye(60))
        .then({ asks: [{ type: 'call.fetch', leg: 0 }], state: { caller: { phase }, winner: 1 } });
      given(forwarding, [...scene, goodbye(60)])
        .when(goodbye(61))
        .thenNothingHappened();
      given(forwarding, [...scene, goodbye(60)])
        .when(looked(ALIVE, 61))
        .then({ asks: [], state: { caller: { phase }, winner: 1 } });
    }
    // Out of the room until they are seen there again: nobody counts as connected meanwhile.
    given(forwarding, [...joining, goodbye(60)])
      .when(events.conference({ event: 'join', leg: 1, at: at(61) }))
      .then({ state: { caller: { phase: 'joining', inRoom: false } } });
    // The callee on the way to them hangs up: no other phone is rung before the caller is seen in the room.
    const alone = [
      events.inbound({ options: both }),
      events.conference({ event: 'join', at: at(1) }),
      events.answered({ at: at(8) }),
      goodbye(30),
      events.status({ status: 'completed', at: at(31) }),
      looked(ALIVE, 32),
    ];
    given(forwarding, alone.slice(0, -1))
      .when(looked(ALIVE, 32))
      .then({ asks: [], state: { caller: { phase: 'held', goodbye: true } } });
    given(forwarding, alone)
      .when(events.conference({ event: 'join', at: at(33) }))
      .then({ state: { caller: { phase: 'held', goodbye: undefined } } });
    given(forwarding, [...joining, goodbye(60)])
      .when(looked({ kind: 'gone' }, 61))
      .then({ state: { result: 'unanswered', legs: [{ phase: 'farewell', farewell: 'callerGone' }] } });
  });

  it('a goodbye of an earlier visit does not concern the current one', () => {
    const twice = [
      events.inbound({ options: { forwardTo: [], fallback: { kind: 'redirect', url: 'https://a.example/' } } }),
      events.callerDocument({ at: at(2) }),
      events.inbound({ options: both, status: 'in-progress', at: at(9) }),
    ];
    given(forwarding, twice).when(goodbye(21, 1)).thenNothingHappened();
    given(forwarding, twice)
      .when(goodbye(21, 2))
      .then({ state: { caller: { phase: 'fallingBack' } } });
  });

  it('a goodbye without a record is remembered: a late decision rings nobody', () => {
    const told = given(forwarding, [goodbye(21)]);
    expect(told.state).toEqual({ kind: 'nothing', goodbye: true });
    told.when(goodbye(22)).thenNothingHappened();
    for (const event of [
      inbound(0, 22),
      events.inbound({ options: both, at: at(22) }),
      { type: 'caller.document', at: at(22), status: 'in-progress', sid: sids.call(0), visit: 1 } as const,
    ]) {
      told.when(event).then({ verbs: ['hangup'], effects: [] });
    }
    given(forwarding, []).when(goodbye(21)).then({ keepForMs: 86_400_000, effects: [] });
  });
});

describe('the first callee', () => {
  it('the first callee is rung within 20 s of the first failure, or of the call', () => {
    given(forwarding, [])
      .when(inbound(undefined, 0))
      .then({ asks: [{ type: 'call.create', by: at(20) }] });
    given(forwarding, [])
      .when(inbound(0, 7))
      .then({ asks: [{ type: 'call.create', by: at(20) }] });
    // From a process whose clock is ahead.
    given(forwarding, [])
      .when(inbound(100, 7))
      .then({ asks: [{ type: 'call.create', by: at(27) }] });
  });

  it('a callee is not rung after that time before a fetch has found the caller still there', () => {
    given(forwarding, [])
      .when(inbound(0, 21))
      .then({ asks: [{ type: 'call.fetch', leg: 0 }], state: { caller: { isUnverified: true }, legs: [] } });
    const scene = given(forwarding, [inbound(0, 21)]);
    scene.when(looked(ALIVE, 22)).then({ asks: [{ type: 'call.create', to: NUMBERS.ann as never }] });
    scene
      .when(looked({ kind: 'gone' }, 22))
      .then({ asks: [], tells: [{ hook: 'ended' }, { hook: 'missed' }], state: { result: 'callerLeft' } });
  });

  it('a create that was too late to send waits for the same fetch, and then gets its whole ring time', () => {
    const scene = [inbound(undefined, 0), late(25)];
    given(forwarding, [inbound(undefined, 0)])
      .when(late(25))
      .then({ asks: [{ type: 'call.fetch', leg: 0 }], state: { legs: [{ phase: 'requested', creating: null }] } });
    given(forwarding, scene)
      .when(looked(ALIVE, 26))
      .then({
        asks: [{ type: 'call.create', leg: 1, to: NUMBERS.ann as never, by: at(46) }],
        state: { timers: { leg1: at(56) } },
      });
    given(forwarding, scene)
      .when(looked({ ...ALIVE, status: 'completed' }, 26))
      .then({
        asks: [],
        tells: [{ hook: 'ended' }, { hook: 'missed' }],
        state: { result: 'callerLeft', legs: [{ phase: 'ending' }] },
      });
    // No leg is rung on a guess: the caller is fetched again.
    const unseen = [...scene, looked({ kind: 'failed', reason: 'time-out' }, 26)];
    given(forwarding, scene)
      .when(unseen.at(-1)!)
      .then({ asks: [], state: { caller: { isUnverified: true } } });
    given(forwarding, [...unseen, events.due('leg1')])
      .when(looked(ALIVE, 36))
      .then({ asks: [{ type: 'call.create', leg: 1 }] });
  });

  it('an unsent leg is rung as soon as the caller makes any request', () => {
    given(forwarding, [inbound(undefined, 0), late(25)])
      .when(events.callerEnded({ at: at(26) }))
      .then({ asks: [{ type: 'call.create', leg: 1 }] });
  });

  it('a repeated report that a create was late, or one after it was sent anew, changes nothing', () => {
    const first = ({ effects }: { readonly effects: readonly { readonly type: string }[] }) => {
      const effect = effects.find(({ type }) => type === 'call.create') as never;
      return events.outcome(effect, { kind: 'late' }, at(28));
    };
    given(forwarding, [inbound(undefined, 0), late(25)])
      .when(first)
      .thenNothingHappened();
    given(forwarding, [inbound(undefined, 0), late(25), looked(ALIVE, 26)])
      .when(first)
      .thenNothingHappened();
  });

  it('an unsent leg is not rung after the deadline', () => {
    given(forwarding, [inbound(undefined, 0), late(25), events.due('deadline')])
      .when(looked(ALIVE, 121))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }], state: { caller: { phase: 'fallingBack' } } });
  });
});

describe('work that was due long ago', () => {
  const steps = { forwardTo: [{ targets: [NUMBERS.ann], nextAfterSeconds: 5 }, { targets: [NUMBERS.ben] }] };

  it('work that was due long ago first checks whether the caller is still there', () => {
    const scene = [events.inbound({ options: steps, status: 'in-progress' })];
    given(forwarding, scene)
      .when(events.timer('step', at(5), at(24)))
      .then({ asks: [{ type: 'call.create', to: NUMBERS.ben as never }] });
    given(forwarding, scene)
      .when(events.timer('step', at(5), at(25)))
      .then({ asks: [{ type: 'call.fetch', leg: 0 }] });
  });
});

describe('a repeated request of a call in progress', () => {
  it('a call in progress whose repeated request has no token shows our number at once', () => {
    given(forwarding, [])
      .when(inbound(0, 3))
      .then({ asks: [{ id: 'create:1:own', from: NUMBERS.ours as never }] });
    const withToken = inbound(0, 3) as Extract<ForwardingEvent, { type: 'inbound' }>;
    given(forwarding, [])
      .when({ ...withToken, call: { ...withToken.call, token: 'secret' } })
      .then({ asks: [{ id: 'create:1:caller', from: NUMBERS.caller as never, callToken: 'secret' }] });
    expect(START).toBe(at(0));
  });
});
