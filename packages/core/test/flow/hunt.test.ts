import { describe, expect, it } from 'vitest';
import { ANSWERED_BY, atOnce, e164, DEFAULT_POLICY, forwarding, staggered, type AnswerAction } from '@amd/core';
import { events, given, NUMBERS, sids } from '@amd/core/testing';
import { at, BOTH, both, joining, legOf, TWO, two, waiting } from './scenes.js';

describe('whom the plan names and nobody rings', () => {
  const staggeredTwice = {
    forwardTo: [...staggered(5, [NUMBERS.ann, NUMBERS.ann, NUMBERS.ben])],
  };

  it.each([
    ['at once', { forwardTo: atOnce([NUMBERS.ann, NUMBERS.ann, NUMBERS.ben]) }],
    ['at once in two steps', { forwardTo: [{ targets: [NUMBERS.ann], nextAfterSeconds: 5 }, ...BOTH.forwardTo] }],
  ])('a number that rings already, listed twice %s', (_, options) => {
    const rung = given(forwarding, [events.inbound({ options }), events.conference({ event: 'join', at: at(1) })]);
    const later = rung.state.kind === 'call' && 'step' in rung.state.timers ? [events.due('step')] : [];
    const { effects } = given(forwarding, [events.inbound({ options }), ...later]);
    const numbers = effects.flatMap((effect) => (effect.type === 'call.create' ? [effect.to] : []));
    expect(numbers).toEqual([NUMBERS.ann, NUMBERS.ben]);
  });

  it('a step of nobody else is passed over at once', () => {
    given(forwarding, [events.inbound({ options: staggeredTwice })])
      .when(events.due('step'))
      .then({
        asks: [{ type: 'call.create', to: e164(NUMBERS.ben, 'ben') }],
        state: { nextStep: 3, firstLegOfStep: 2 },
      });
  });

  it('but a number that was tried is tried again, where it is listed again', () => {
    given(forwarding, [events.inbound({ options: { forwardTo: [NUMBERS.ann, NUMBERS.ann] } })])
      .when(events.status({ status: 'busy', at: at(5) }))
      .then({ asks: [{ type: 'call.create', to: e164(NUMBERS.ann, 'ann'), leg: 2 }] });
  });

  it('a step that has to wait for a phone to be free is looked at again every second', () => {
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
  ])('somebody %s', (_, call) => {
    const inbound = events.inbound({ options: TWO });
    given(forwarding, [])
      .when({ ...inbound, call: { ...inbound.call, ...call } })
      .then({ asks: [{ type: 'call.create', to: e164(NUMBERS.ben, 'ben') }], verbs: ['say', 'dial.conference'] });
  });
});

describe('the ring plan', () => {
  it('rings one after the other, the next when nobody is left', () => {
    given(forwarding, [])
      .when(events.inbound({ options: TWO }))
      .then({ asks: [{ type: 'call.create', leg: 1, to: NUMBERS.ann as never }] });
    for (const status of ['busy', 'no-answer', 'failed', 'canceled', 'completed'] as const) {
      given(forwarding, two)
        .when(events.status({ leg: 1, status }))
        .then({ asks: [{ type: 'call.create', leg: 2, to: NUMBERS.ben as never }] });
    }
  });

  it('rings the people of one step at once, and waits for all of them', () => {
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

  it('skips steps without anybody', () => {
    given(forwarding, [])
      .when(events.inbound({ options: { forwardTo: [{ targets: [] }, ...BOTH.forwardTo] } }))
      .then({ asks: [{ leg: 1 }, { leg: 2 }], state: { nextStep: 2 } });
  });

  it('falls back at once when there is nobody to ring', () => {
    given(forwarding, [])
      .when(events.inbound({ options: { forwardTo: [] } }))
      .then({ asks: [], verbs: ['redirect'], state: { caller: { phase: 'fallingBack' } } });
  });

  it('goes on when a creation is refused, and waits when it is unknown', () => {
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

  it('a leg whose creation is unknown is adopted by its first callback', () => {
    given(forwarding, [...two, events.outcomeOf('call.create', { kind: 'unknown', reason: 'reset' })])
      .when(events.status({ leg: 1, status: 'ringing' }))
      .then({ state: { legs: [{ phase: 'ringing', sid: sids.call(1) }] } });
  });

  it('rides on the first event: a second one with other settings changes nothing', () => {
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

  it.each(ANSWERED_BY)('by default means for %s what the table says', (answeredBy) => {
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

  it('bridges humans only, asks the unknown, and hangs up on everything else', () => {
    const bridged = ANSWERED_BY.filter((one) => DEFAULT_POLICY[one] === 'bridge');
    const asked = ANSWERED_BY.filter((one) => DEFAULT_POLICY[one] === 'confirm');
    expect([bridged, asked]).toEqual([['human'], ['unknown']]);
  });

  it('can be changed for each kind of answer', () => {
    for (const answeredBy of ANSWERED_BY) {
      for (const action of ['bridge', 'confirm', 'hang up'] as const) {
        const options = { ...TWO, policy: { [answeredBy]: action } };
        const { state } = given(forwarding, [events.inbound({ options })]).when(events.answered({ answeredBy })).result;
        expect(legOf(state, 1)?.phase, `${answeredBy}: ${action}`).toBe(seen[action]);
      }
    }
  });

  it('a machine lets the next person ring', () => {
    given(forwarding, two)
      .when(events.answered({ answeredBy: 'machine_start' }))
      .then({
        verbs: ['hangup'],
        asks: [{ type: 'call.create', leg: 2 }],
        state: { legs: [{ phase: 'ending', result: { kind: 'answered', by: 'machine_start' } }, {}] },
      });
  });

  it('counts the first verdict only', () => {
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
  it('ends who rings, leaves who has answered, and rings nobody new', () => {
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

  it('falls back when nobody is left, with people still to ring', () => {
    given(forwarding, [...two, events.conference({ event: 'join', at: at(1) })])
      .when(events.due('deadline'))
      .then({ state: { caller: { phase: 'fallingBack' }, nextStep: 1 }, asks: [{ type: 'call.redirect', leg: 0 }] });
  });

  it('lies where the settings say', () => {
    given(forwarding, [])
      .when(events.inbound({ options: { ...TWO, deadlineSeconds: 30 } }))
      .then({ state: { timers: { deadline: at(30) } } });
  });

  it('a human who answers an ended leg is told that it could not be', () => {
    given(forwarding, [...waiting, events.due('deadline')])
      .when(events.answered({ at: at(121) }))
      .then({ verbs: ['say', 'hangup'], state: { legs: [{ phase: 'ending', human: true, farewell: 'lost' }] } });
  });
});

describe('caller id', () => {
  const create = (options: Parameters<typeof events.inbound>[0]) => given(forwarding, []).when(events.inbound(options));

  it("is the caller's own, with its token", () => {
    create({ token: 'secret' }).then({ asks: [{ from: NUMBERS.caller as never, callToken: 'secret' }] });
  });

  it.each(['anonymous', 'Restricted', '', 'client:ann', 'sip:ann@example.com', '+266696687000000000'])(
    'is ours when the caller has none to show: %s',
    (from) => {
      const { effects } = create({ from, token: 'secret' }).then({ asks: [{ from: NUMBERS.ours as never }] }).result;
      expect(effects[0]).not.toHaveProperty('callToken');
    },
  );

  it('is the number of the settings, when one is given', () => {
    create({ token: 'secret', options: { ...TWO, callerId: NUMBERS.cleo } }).then({
      asks: [{ from: NUMBERS.cleo as never }],
    });
    create({ from: 'anonymous', options: { ...TWO, ownNumber: NUMBERS.cleo } }).then({
      asks: [{ from: NUMBERS.cleo as never }],
    });
  });

  it.each([21210, 21212])('refused with %i: the same person is rung once more with ours', (code) => {
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
  });

  it('the token is dropped at the last creation', () => {
    create({ token: 'secret', options: TWO }).then({ state: { call: { token: 'secret' } } });
    given(forwarding, [events.inbound({ token: 'secret', options: TWO })])
      .when(events.status({ leg: 1, status: 'busy' }))
      .then({ state: { call: { token: null } }, asks: [{ callToken: 'secret' }] });
  });
});
