import { describe, expect, it } from 'vitest';
import { forwarding, roomOf } from '@amd/core';
import { events, given, NUMBERS, sids } from '@amd/core/testing';
import { after, at, BOTH, both, connected, joining, waiting } from './scenes.js';

const ALIVE = { kind: 'fetched', status: 'in-progress', answeredBy: null } as const;

describe('winning the caller', () => {
  it('the commit of the first human verdict decides: the caller is theirs', () => {
    given(forwarding, waiting)
      .when(events.answered({ at: at(8) }))
      .then({
        state: { winner: 1, caller: { phase: 'joining' }, legs: [{ phase: 'joining', human: true }] },
        verbs: ['dial.conference'],
      });
  });

  it('a human wins even while the caller is still arriving', () => {
    const arriving = [events.inbound()];
    given(forwarding, arriving)
      .when(events.answered({ at: at(3) }))
      .then({ state: { caller: { phase: 'joining', held: false } }, verbs: ['dial.conference'] });
    given(forwarding, [
      ...arriving,
      events.answered({ at: at(3) }),
      events.conference({ event: 'join', leg: 1, at: at(4) }),
    ])
      .when(events.conference({ event: 'join', at: at(5) }))
      .then({ state: { caller: { phase: 'connected', held: true }, legs: [{ phase: 'bridged' }] } });
  });

  it('caller and winner get the same room, with the same settings', () => {
    const caller = given(forwarding, []).when(
      events.inbound({ options: { ...BOTH, waitUrl: 'https://example.com/music' } }),
    ).result;
    const leg = given(forwarding, waiting).when(events.answered({ at: at(8) })).result;
    const [first] = caller.reply.kind === 'twiml' ? caller.reply.verbs.slice(-1) : [];
    const [second] = leg.reply.kind === 'twiml' ? leg.reply.verbs : [];
    expect(first).toMatchObject({
      room: roomOf(sids.call(0)),
      endOnExit: true,
      startOnEnter: true,
      maxParticipants: 2,
      wait: { url: 'https://example.com/music' },
    });
    expect(second).toMatchObject({ ...first, wait: 'silence', action: { purpose: 'leg.ended', leg: 1 } });
  });

  it('a winner ends ringing legs and leaves those in detection', () => {
    given(forwarding, both)
      .when(events.answered({ leg: 1, at: at(8) }))
      .then({
        asks: [{ type: 'call.end', leg: 2 }],
        state: { legs: [{ phase: 'joining' }, { phase: 'ending', result: { kind: 'stopped' } }] },
      });
    given(forwarding, [...both, events.status({ leg: 2, status: 'in-progress', at: at(6) })])
      .when(events.answered({ leg: 1, at: at(8) }))
      .then({ asks: [], state: { legs: [{ phase: 'joining' }, { phase: 'detecting' }] } });
  });

  it('a second human hears that the call was taken, a second machine gets a hang-up', () => {
    const taken = [
      ...both,
      events.status({ leg: 2, status: 'in-progress', at: at(6) }),
      events.answered({ leg: 1, at: at(8) }),
    ];
    given(forwarding, taken)
      .when(events.answered({ leg: 2, at: at(9) }))
      .then({
        verbs: ['say', 'hangup'],
        state: { winner: 1, legs: [{}, { phase: 'farewell', farewell: 'taken', farewellDelivered: true }] },
      });
    given(forwarding, taken)
      .when(events.answered({ leg: 2, answeredBy: 'fax', at: at(9) }))
      .then({ verbs: ['hangup'], asks: [] });
    given(forwarding, taken)
      .when(events.answered({ leg: 2, answeredBy: 'unknown', at: at(9) }))
      .then({ verbs: ['say', 'hangup'] });
  });

  it('a callee who is being asked for a key learns at their next request that the call was taken', () => {
    const asked = [
      ...both,
      events.answered({ leg: 2, answeredBy: 'unknown', at: at(7) }),
      events.answered({ leg: 1, at: at(8) }),
    ];
    given(forwarding, asked)
      .when(events.poll({ leg: 2, at: at(11) }))
      .then({ verbs: ['say', 'hangup'], state: { legs: [{}, { phase: 'farewell', farewell: 'taken' }] } });
  });
});

describe('in the room', () => {
  it('the leg that joins a held caller is bridged', () => {
    given(forwarding, joining)
      .when(events.conference({ event: 'join', leg: 1, at: at(9) }))
      .then({ state: { caller: { phase: 'connected' }, legs: [{ phase: 'bridged', result: { kind: 'bridged' } }] } });
  });

  it('a lost join event is made up for: every 10 s both calls are fetched, and both alive count as together after 25 s', () => {
    given(forwarding, joining)
      .when(events.due('caller'))
      .then({
        asks: [
          { type: 'call.fetch', leg: 0 },
          { type: 'call.fetch', leg: 1 },
        ],
      });
    const half = [...joining, events.due('caller'), events.outcomeOf('call.fetch', ALIVE, { leg: 0, at: at(33) })];
    after(half).then({ state: { caller: { phase: 'joining' } } });
    given(forwarding, half)
      .when(events.outcomeOf('call.fetch', ALIVE, { leg: 1, at: at(32.9) }))
      .then({ state: { caller: { phase: 'joining' } } });
    given(forwarding, half)
      .when(events.outcomeOf('call.fetch', ALIVE, { leg: 1, at: at(33) }))
      .then({ state: { caller: { phase: 'connected' } } });
  });

  it('a leg that was wrongly taken for joined gets the room again for each of two requests, and nothing else', () => {
    const redirected = [
      events.inbound({ options: { forwardTo: [NUMBERS.ann], amd: { mode: 'async' } } }),
      events.conference({ event: 'join', at: at(1) }),
      events.answered({ answeredBy: null, at: at(5) }),
      events.verdict({ at: at(8) }),
      events.outcomeOf('call.redirect', { kind: 'failed', reason: 'no answer' }, { at: at(9) }),
      // A request from before the redirect comes late, and leads to the room as well.
      events.answered({ answeredBy: null, at: at(10) }),
      events.due('caller'),
      events.outcomeOf('call.fetch', ALIVE, { leg: 0, at: at(35) }),
      events.outcomeOf('call.fetch', ALIVE, { leg: 1, at: at(35) }),
    ];
    after(redirected).then({ state: { caller: { phase: 'connected' }, legs: [{ phase: 'bridged' }] } });
    const asks = events.legDocument({ at: at(36) });
    given(forwarding, redirected)
      .when(asks)
      .then({ verbs: ['dial.conference'], state: { legs: [{ phase: 'joining', wasRedirected: true }] } });
    given(forwarding, [...redirected, asks])
      .when(asks)
      .thenNothingHappened();
  });

  it('the bridge check is repeated until it tells', () => {
    const failed = { kind: 'failed', reason: '' } as const;
    const once = [
      ...joining,
      events.due('caller'),
      events.outcomeOf('call.fetch', failed, { leg: 0, at: at(19) }),
      events.outcomeOf('call.fetch', failed, { leg: 1, at: at(19) }),
    ];
    given(forwarding, once)
      .when(events.due('caller'))
      .then({
        state: { caller: { phase: 'joining' } },
        asks: [
          { type: 'call.fetch', leg: 0 },
          { type: 'call.fetch', leg: 1 },
        ],
      });
  });

  it('a winner who leaves releases the caller, and the hunt goes on', () => {
    const two = { forwardTo: ['+14155550142', '+14155550143'] };
    const claimed = [
      events.inbound({ options: two }),
      events.conference({ event: 'join', at: at(1) }),
      events.answered({ at: at(8) }),
    ];
    const left = {
      state: { winner: null, caller: { phase: 'held' }, legs: [{}, { id: 2 }] },
      asks: [{ type: 'call.create', leg: 2 }],
    } as const;
    given(forwarding, claimed)
      .when(events.conference({ event: 'leave', leg: 1, reason: 'participant_hung_up', at: at(9) }))
      .then(left);
    given(forwarding, claimed)
      .when(events.status({ leg: 1, status: 'completed', at: at(9) }))
      .then(left);
    given(forwarding, claimed)
      .when(events.legEnded({ leg: 1, status: 'completed', at: at(9) }))
      .then(left);
    given(forwarding, [...claimed, events.due('caller')])
      .when(events.outcomeOf('call.fetch', { kind: 'gone' }, { leg: 1, at: at(19) }))
      .then(left);
  });

  it('a winner who leaves before the caller has arrived leaves the caller arriving', () => {
    given(forwarding, [events.inbound(), events.answered({ at: at(3) })])
      .when(events.status({ leg: 1, status: 'completed', at: at(4) }))
      .then({ state: { winner: null, caller: { phase: 'fallingBack', held: false } } });
  });

  it('when a room ends under the leg, no new callee is rung until a fetch says what happened to the caller', () => {
    given(forwarding, joining)
      .when(events.legEnded({ leg: 1, at: at(9) }))
      .then({
        verbs: ['say', 'hangup'],
        asks: [{ type: 'call.fetch', leg: 0 }],
        state: {
          winner: null,
          caller: { isUnverified: true, phase: 'held' },
          legs: [{ phase: 'farewell', farewell: 'lost' }],
        },
      });
    const doubted = [...joining, events.legEnded({ leg: 1, at: at(9) })];
    given(forwarding, doubted)
      .when(events.outcomeOf('call.fetch', ALIVE, { leg: 0, at: at(10) }))
      .then({ state: { caller: { isUnverified: false, phase: 'fallingBack' } } });
    given(forwarding, doubted)
      .when(events.outcomeOf('call.fetch', { kind: 'gone' }, { leg: 0, at: at(10) }))
      .then({ state: { result: 'callerLeft' } });
  });

  it('a leg pulled out of the room is told why, even if it was the caller who left', () => {
    const pulled = [
      ...joining,
      events.conference({
        event: 'leave',
        leg: 1,
        reason: 'moderator_ended_conference',
        status: 'in-progress',
        at: at(9),
      }),
    ];
    after(pulled).then({ state: { legs: [{ phase: 'farewell', farewell: 'lost' }] } });
    given(forwarding, [...pulled, events.callerStatus({ at: at(9) })])
      .when(events.legEnded({ leg: 1, at: at(10) }))
      .then({ verbs: ['say', 'hangup'], reply: { verbs: [{ text: 'The caller has hung up. Goodbye.' }, {}] } });
  });

  it('a farewell is not cut off by the timer that redirected to it', () => {
    const told = [...joining, events.callerStatus({ at: at(9) }), events.legDocument({ leg: 1, part: 1, at: at(18) })];
    const { state } = given(forwarding, told);
    expect(state.kind === 'call' && (state.timers['leg1'] ?? 0)).toBeGreaterThanOrEqual(at(18 + 20));
  });
});

describe('talking', () => {
  it('a talk ends when the leg leaves: the caller, released by the room, is hung up', () => {
    given(forwarding, connected)
      .when(events.callerEnded({ at: at(60) }))
      .then({ reply: { kind: 'twiml', verbs: [] }, asks: [{ type: 'call.fetch', leg: 0 }] });
    given(forwarding, [...connected, events.callerEnded({ at: at(60) })])
      .when(events.callerStatus({ at: at(60) }))
      .then({ state: { result: 'connected' } });
  });

  it('a talk ends when the caller leaves', () => {
    given(forwarding, connected)
      .when(events.callerEnded({ status: 'completed', at: at(60) }))
      .then({ verbs: ['hangup'], state: { result: 'connected' } });
    given(forwarding, connected)
      .when(events.callerStatus({ at: at(60) }))
      .then({ state: { result: 'connected' } });
    given(forwarding, connected)
      .when(events.conference({ event: 'leave', reason: 'participant_hung_up', at: at(60) }))
      .then({ state: { result: 'connected' } });
  });

  it('a caller left alone in the room is ended after 10 s', () => {
    const alone = [
      ...connected,
      events.conference({ event: 'leave', leg: 1, reason: 'participant_hung_up', at: at(60) }),
    ];
    given(forwarding, alone)
      .when(events.due('caller'))
      .then({ asks: [{ type: 'call.end', leg: 0, sid: sids.call(0) }] });
    given(forwarding, [...alone, events.due('caller')])
      .when(events.outcomeOf('call.end', { kind: 'done', status: 'completed' }, { leg: 0, at: at(70) }))
      .then({ state: { result: 'connected' } });
  });

  it('a leg left alone in the room is told and ended', () => {
    const alone = [...connected, events.callerStatus({ at: at(60) })];
    given(forwarding, alone)
      .when(events.legEnded({ leg: 1, at: at(60) }))
      .then({ verbs: ['hangup'] });
    given(forwarding, alone)
      .when(events.due('leg1'))
      .then({ asks: [{ type: 'call.redirect', leg: 1, document: { purpose: 'leg.document' } }] });
  });

  it('a talk is never ended by a late verdict, a late status or a repeated request', () => {
    for (const event of [
      events.answered({ answeredBy: 'fax' }),
      events.key(),
      events.poll(),
      events.legDocument(),
      events.status({ status: 'ringing' }),
      events.status({ status: 'in-progress' }),
    ]) {
      given(forwarding, connected)
        .when({ ...event, at: at(30) })
        .thenNothingHappened();
    }
  });
});
