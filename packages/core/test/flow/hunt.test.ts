import { describe, expect, it } from 'vitest';
import { ANSWERED_BY, atOnce, e164, DEFAULT_POLICY, forwarding, staggered, type AnswerAction } from '@amd/core';
import { events, given, NUMBERS, sids } from '@amd/core/testing';
import { at, BOTH, both, joining, legOf, TWO, two, waiting } from './scenes.js';

describe('callees who are not rung', () => {
  const staggeredTwice = {
    forwardTo: [...staggered(5, [NUMBERS.ann, NUMBERS.ann, NUMBERS.ben])],
  };

  it.each([
    ['at once', { forwardTo: atOnce([NUMBERS.ann, NUMBERS.ann, NUMBERS.ben]) }],
    ['at once in two steps', { forwardTo: [{ targets: [NUMBERS.ann], nextAfterSeconds: 5 }, ...BOTH.forwardTo] }],
  ])('a number that rings already is not rung again when listed twice %s', (_, options) => {
    const rung = given(forwarding, [events.inbound({ options }), events.conference({ event: 'join', at: at(1) })]);
    const later = rung.state.kind === 'call' && 'step' in rung.state.timers ? [events.due('step')] : [];
    const { effects } = given(forwarding, [events.inbound({ options }), ...later]);
    const numbers = effects.flatMap((effect) => (effect.type === 'call.create' ? [effect.to] : []));
    expect(numbers).toEqual([NUMBERS.ann, NUMBERS.ben]);
  });

  it('a step whose callees must not be rung is skipped at once', () => {
    given(forwarding, [events.inbound({ options: staggeredTwice })])
      .when(events.due('step'))
      .then({
        asks: [{ type: 'call.create', to: e164(NUMBERS.ben, 'ben') }],
        state: { nextStep: 3, firstLegOfStep: 2 },
      });
  });

  it('a number that was tried is tried again where it is listed again', () => {
    given(forwarding, [events.inbound({ options: { forwardTo: [NUMBERS.ann, NUMBERS.ann] } })])
      .when(events.status({ status: 'busy', at: at(5) }))
      .then({ asks: [{ type: 'call.create', to: e164(NUMBERS.ann, 'ann'), leg: 2 }] });
  });

  it('a step that waits for a phone to be free is checked every second', () => {
    const options = { forwardTo: [...staggered(5, [NUMBERS.ben, NUMBERS.ann]), { targets: [NUMBERS.ben] }] };
    const busy = [
      events.inbound({ options }),
      events.answered({ leg: 1, answeredBy: 'fax', at: at(1) }),
      events.due('step'),
    ];
    given(forwarding, busy.slice(0, 2))
      .when(busy[2]!)
      .then({ asks: [], state: { timers: { step: at(7) } } });
    given(forwarding, [...busy, events.status({ leg: 1, status: 'completed', at: at(6) })])
      .when(events.due('step'))
      .then({ asks: [{ type: 'call.create', to: e164(NUMBERS.ben, 'ben') }] });
  });

  it.each([
    ['whose phone forwarded the call to us', { forwardedFrom: NUMBERS.ann }],
    ['whose phone forwarded it, told without its plus', { calledVia: NUMBERS.ann.slice(1) }],
    ['who calls', { from: NUMBERS.ann }],
  ])('the plan does not ring somebody %s', (_, call) => {
    const inbound = events.inbound({ options: TWO });
    given(forwarding, [])
      .when({ ...inbound, call: { ...inbound.call, ...call } })
      .then({ asks: [{ type: 'call.create', to: e164(NUMBERS.ben, 'ben') }], verbs: ['say', 'dial.conference'] });
  });
});

describe('the ring plan', () => {
  it('a list rings one callee after the other, the next when none is left', () => {
    given(forwarding, [])
      .when(events.inbound({ options: TWO }))
      .then({ asks: [{ type: 'call.create', leg: 1, to: NUMBERS.ann as never }] });
    for (const status of ['busy', 'no-answer', 'failed', 'canceled', 'completed'] as const) {
      given(forwarding, two)
        .when(events.status({ leg: 1, status }))
        .then({ asks: [{ type: 'call.create', leg: 2, to: NUMBERS.ben as never }] });
    }
  });

  it('a step rings its callees at once and waits for all of them', () => {
    given(forwarding, [])
      .when(events.inbound({ options: BOTH }))
      .then({
        asks: [
          { type: 'call.create', leg: 1 },
          { type: 'call.create', leg: 2 },
        ],
      });
    given(forwarding, both)
      .when(events.status({ leg: 2, status: 'busy', at: at(6) }))
      .then({ asks: [], state: { caller: { phase: 'held' } } });
    given(forwarding, [...both, events.status({ leg: 2, status: 'busy', at: at(6) })])
      .when(events.status({ leg: 1, status: 'completed', at: at(7) }))
      .then({ state: { caller: { phase: 'fallingBack' } } });
  });

  it('steps without callees are skipped', () => {
    given(forwarding, [])
      .when(events.inbound({ options: { forwardTo: [{ targets: [] }, ...BOTH.forwardTo] } }))
      .then({ asks: [{ leg: 1 }, { leg: 2 }], state: { nextStep: 2 } });
  });

  it('the caller falls back at once when there is nobody to ring', () => {
    given(forwarding, [])
      .when(events.inbound({ options: { forwardTo: [] } }))
      .then({ asks: [], verbs: ['redirect'], state: { caller: { phase: 'fallingBack' } } });
  });

  it('the hunt goes on when a create is refused, and waits when its outcome is unknown', () => {
    given(forwarding, two)
      .when(events.outcomeOf('call.create', { kind: 'refused', code: 21211, reason: 'no number' }))
      .then({
        state: { legs: [{ phase: 'ended', result: { kind: 'refused', code: 21211 } }, { id: 2 }] },
        asks: [{ leg: 2 }],
      });
    given(forwarding, two)
      .when(events.outcomeOf('call.create', { kind: 'unknown', reason: 'reset' }))
      .thenNothingHappened();
  });

  it('a leg whose create is unknown is adopted by its first callback', () => {
    given(forwarding, [...two, events.outcomeOf('call.create', { kind: 'unknown', reason: 'reset' })])
      .when(events.status({ leg: 1, status: 'ringing' }))
      .then({ state: { legs: [{ phase: 'ringing', sid: sids.call(1) }] } });
  });

  it('the first event decides the settings: a second one with other settings changes nothing', () => {
    given(forwarding, two)
      .when(events.inbound({ options: { forwardTo: [NUMBERS.cleo], policy: { human: 'hang up' } } }))
      .thenNothingHappened();
  });
});

describe('the answer policy', () => {
  const seen: Record<AnswerAction, string> = {
    bridge: 'joining',
    confirm: 'confirming',
    'hang up': 'ending',
    'leave a message': 'farewell',
  };

  it.each(ANSWERED_BY)('the default policy treats %s as its table says', (answeredBy) => {
    const { state, reply } = given(forwarding, waiting).when(events.answered({ answeredBy, at: at(8) })).result;
    const action = DEFAULT_POLICY[answeredBy];
    expect(legOf(state, 1)?.phase).toBe(seen[action]);
    const verbs = {
      bridge: ['dial.conference'],
      confirm: ['gather', 'redirect'],
      'hang up': ['hangup'],
      'leave a message': ['say', 'hangup'],
    }[action];
    expect(reply.kind === 'twiml' && reply.verbs.map(({ verb }) => verb)).toEqual(verbs);
  });

  it('the default policy bridges humans only, asks the unknown, and hangs up on everything else', () => {
    const bridged = ANSWERED_BY.filter((one) => DEFAULT_POLICY[one] === 'bridge');
    const asked = ANSWERED_BY.filter((one) => DEFAULT_POLICY[one] === 'confirm');
    expect([bridged, asked]).toEqual([['human'], ['unknown']]);
  });

  it('the policy can be changed for each kind of answer', () => {
    for (const answeredBy of ANSWERED_BY) {
      for (const action of ['bridge', 'confirm', 'hang up'] as const) {
        const options = { ...TWO, policy: { [answeredBy]: action } };
        const { state } = given(forwarding, [events.inbound({ options })]).when(events.answered({ answeredBy })).result;
        expect(legOf(state, 1)?.phase, `${answeredBy}: ${action}`).toBe(seen[action]);
      }
    }
  });

  it('a machine lets the next callee ring', () => {
    given(forwarding, two)
      .when(events.answered({ answeredBy: 'machine_start' }))
      .then({
        verbs: ['hangup'],
        asks: [{ type: 'call.create', leg: 2 }],
        state: { legs: [{ phase: 'ending', result: { kind: 'answered', by: 'machine_start' } }, {}] },
      });
  });

  it('only the first verdict counts', () => {
    given(forwarding, joining)
      .when(events.answered({ answeredBy: 'machine_start', at: at(9) }))
      .then({ verbs: ['dial.conference'] })
      .thenNothingHappened();
    const machine = [...waiting, events.answered({ answeredBy: 'fax', at: at(8) })];
    given(forwarding, machine)
      .when(events.answered({ answeredBy: 'human', at: at(9) }))
      .then({ verbs: ['hangup'] })
      .thenNothingHappened();
  });
});

describe('the deadline', () => {
  it('the deadline ends ringing legs, leaves answered ones, and rings no new callee', () => {
    given(forwarding, both)
      .when(events.due('deadline'))
      .then({
        asks: [{ type: 'call.end', leg: 2 }],
        state: { deadlinePassed: true, caller: { phase: 'held' }, legs: [{ phase: 'detecting' }, { phase: 'ending' }] },
      });
    given(forwarding, [...both, events.due('deadline')])
      .when(events.answered({ leg: 1, at: at(121) }))
      .then({ state: { caller: { phase: 'joining' } }, verbs: ['dial.conference'] });
  });

  it('after the deadline the caller falls back when no leg is left, even with callees still to ring', () => {
    given(forwarding, [...two, events.conference({ event: 'join', at: at(1) })])
      .when(events.due('deadline'))
      .then({ state: { caller: { phase: 'fallingBack' }, nextStep: 1 }, asks: [{ type: 'call.redirect', leg: 0 }] });
  });

  it('the deadline is where the settings say', () => {
    given(forwarding, [])
      .when(events.inbound({ options: { ...TWO, deadlineSeconds: 30 } }))
      .then({ state: { timers: { deadline: at(30) } } });
  });

  it('a human who answers a leg that was ended hears that they could not be connected', () => {
    given(forwarding, [...waiting, events.due('deadline')])
      .when(events.answered({ at: at(121) }))
      .then({ verbs: ['say', 'hangup'], state: { legs: [{ phase: 'ending', human: true, farewell: 'lost' }] } });
  });
});

describe('caller id', () => {
  const create = (options: Parameters<typeof events.inbound>[0]) => given(forwarding, []).when(events.inbound(options));

  it("the caller id is the caller's own, with its token", () => {
    create({ token: 'secret' }).then({ asks: [{ from: NUMBERS.caller as never, callToken: 'secret' }] });
  });

  it.each(['anonymous', 'Restricted', '', 'client:ann', 'sip:ann@example.com', '+266696687000000000'])(
    'the caller id is ours when the caller has none to show: %s',
    (from) => {
      const { effects } = create({ from, token: 'secret' }).then({ asks: [{ from: NUMBERS.ours as never }] }).result;
      expect(effects[0]).not.toHaveProperty('callToken');
    },
  );

  it('the caller id is the number of the settings, if one is given', () => {
    create({ token: 'secret', options: { ...TWO, callerId: NUMBERS.cleo } }).then({
      asks: [{ from: NUMBERS.cleo as never }],
    });
    create({ from: 'anonymous', options: { ...TWO, ownNumber: NUMBERS.cleo } }).then({
      asks: [{ from: NUMBERS.cleo as never }],
    });
  });

  it.each([21210, 21212])(
    'a caller id refused with %i makes the same callee ring once more with our number',
    (code) => {
      const refused = events.outcomeOf('call.create', { kind: 'refused', code, reason: '' });
      const again = given(forwarding, two)
        .when(refused)
        .then({
          asks: [{ type: 'call.create', leg: 1, id: 'create:1:own', from: NUMBERS.ours as never }],
          state: { legs: [{ phase: 'requested', callerId: 'own' }] },
        });
      expect(again.result.effects[0]).not.toHaveProperty('callToken');
      given(forwarding, [...two, refused])
        .when(refused)
        .then({ asks: [{ leg: 2 }], state: { legs: [{ phase: 'ended' }, {}] } });
    },
  );

  it('the token is dropped at the last create', () => {
    create({ token: 'secret', options: TWO }).then({ state: { call: { token: 'secret' } } });
    given(forwarding, [events.inbound({ token: 'secret', options: TWO })])
      .when(events.status({ leg: 1, status: 'busy' }))
      .then({ state: { call: { token: null } }, asks: [{ callToken: 'secret' }] });
  });
});
