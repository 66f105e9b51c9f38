import { describe, expect, it } from 'vitest';
import { forwarding } from '@amd/core';
import { NUMBERS, events, given, sids } from '@amd/core/testing';
import { after, at, both, connected, falling, joining, TWO, two, waiting } from './scenes.js';

const REFUSED = { kind: 'refused', code: 21220, reason: 'Call is not in-progress. Cannot redirect.' } as const;
const DONE = { kind: 'done', status: 'in-progress' } as const;
const ALIVE = { kind: 'fetched', status: 'in-progress', answeredBy: null } as const;

describe('the caller arrives', () => {
  it('a new caller hears the greeting and waits in the room', () => {
    given(forwarding, [])
      .when(events.inbound())
      .then({
        verbs: ['say', 'dial.conference'],
        state: { caller: { phase: 'arriving', held: false } },
        keepForMs: null,
      });
    given(forwarding, [])
      .when(events.inbound({ options: { ...TWO, texts: { greeting: '' } } }))
      .then({ verbs: ['dial.conference'] });
  });

  it('a caller is held once seen in the room, once the room has started, or once a fetch finds them in progress', () => {
    given(forwarding, two)
      .when(events.conference({ event: 'join' }))
      .then({ state: { caller: { phase: 'held', held: true } } });
    given(forwarding, two)
      .when(events.conference({ event: 'start' }))
      .then({ state: { caller: { phase: 'held' } } });
    given(forwarding, [...two, events.due('heartbeat')])
      .when(events.outcomeOf('call.fetch', ALIVE, { at: at(30) }))
      .then({ state: { caller: { phase: 'held' } } });
    given(forwarding, [])
      .when(events.inbound({ status: 'in-progress' }))
      .then({ state: { caller: { phase: 'held' } } });
  });

  it('a repeated first request gets the same document', () => {
    given(forwarding, two)
      .when(events.inbound({ options: TWO, at: at(1) }))
      .then({ verbs: ['say', 'dial.conference'] })
      .thenNothingHappened();
  });

  it('a later first request gets the current document', () => {
    given(forwarding, waiting)
      .when(events.inbound({ status: 'in-progress', at: at(9) }))
      .then({ verbs: ['pause', 'dial.conference'] })
      .thenNothingHappened();
    given(forwarding, falling)
      .when(events.inbound({ status: 'in-progress', at: at(9) }))
      .then({ verbs: ['pause', 'redirect'] })
      .thenNothingHappened();
  });

  it('a caller who has left before their request arrives gets a hang-up, and no callee is rung', () => {
    for (const status of ['completed', 'busy', 'failed', 'no-answer', 'canceled', 'queued'] as const) {
      given(forwarding, [])
        .when(events.inbound({ status }))
        .then({ verbs: ['hangup'], asks: [], state: { kind: 'nothing' } });
    }
  });

  it('a live caller is fetched at every heartbeat', () => {
    given(forwarding, waiting)
      .when(events.due('heartbeat'))
      .then({ asks: [{ type: 'call.fetch', leg: 0, sid: sids.call(0) }], state: { timers: { heartbeat: at(60) } } });
    given(forwarding, connected)
      .when(events.due('heartbeat'))
      .then({
        asks: [
          { type: 'call.fetch', leg: 0 },
          { type: 'call.fetch', leg: 1 },
        ],
      });
  });
});

describe('the caller is gone', () => {
  const signs = {
    'a status callback': events.callerStatus({ at: at(7) }),
    'a Dial action with a final status': events.callerEnded({ status: 'completed', at: at(7) }),
    'a document asked for with a final status': events.callerDocument({ status: 'canceled', at: at(7) }),
    'a leave by hanging up': events.conference({
      event: 'leave',
      reason: 'participant_hung_up',
      status: 'in-progress',
      at: at(7),
    }),
    'a leave with a final status': events.conference({
      event: 'leave',
      reason: 'moderator_ended_conference',
      status: 'completed',
      at: at(7),
    }),
  };

  it.each(Object.entries(signs))('the caller is gone after %s', (_, event) => {
    given(forwarding, waiting)
      .when(event)
      .then({
        state: { result: 'callerLeft', caller: { phase: 'ended' } },
        asks: [{ type: 'call.end', leg: 1 }],
        tells: [{ hook: 'ended', data: { result: 'callerLeft', visit: 1 } }, { hook: 'missed' }],
      });
  });

  it('the caller is gone when a fetch says so or finds no call', () => {
    for (const outcome of [{ kind: 'gone' }, { kind: 'fetched', status: 'completed', answeredBy: null }] as const) {
      given(forwarding, [...waiting, events.due('heartbeat')])
        .when(events.outcomeOf('call.fetch', outcome, { at: at(30) }))
        .then({ state: { result: 'callerLeft' } });
    }
  });

  it('the caller is not gone after a leave caused by our own redirect, or after an event that says nothing', () => {
    given(forwarding, falling)
      .when(
        events.conference({ event: 'leave', reason: 'participant_updated_via_api', status: 'in-progress', at: at(6) }),
      )
      .thenNothingHappened();
    given(forwarding, waiting)
      .when(events.callerStatus({ status: 'in-progress', at: at(6) }))
      .thenNothingHappened();
    given(forwarding, waiting)
      .when(events.conference({ event: 'end', at: at(6) }))
      .thenNothingHappened();
  });

  it('a leg that rings or is in detection is ended when the caller leaves', () => {
    given(forwarding, both)
      .when(events.callerStatus({ at: at(7) }))
      .then({
        asks: [
          { type: 'call.end', leg: 1 },
          { type: 'call.end', leg: 2 },
        ],
      });
  });

  it('a callee who is being asked learns at their next request that the caller left, and their key is too late', () => {
    const asking = [
      ...waiting,
      events.answered({ answeredBy: 'unknown', at: at(8) }),
      events.callerStatus({ at: at(9) }),
    ];
    after(asking).then({ state: { legs: [{ phase: 'farewell', farewell: 'callerGone' }] } });
    given(forwarding, asking)
      .when(events.key({ at: at(10) }))
      .then({ verbs: ['say', 'hangup'], state: { legs: [{ phase: 'farewell' }] } });
  });

  it('a human on the way into the room is redirected to their farewell', () => {
    const gone = [...joining, events.callerStatus({ at: at(9) })];
    given(forwarding, joining)
      .when(events.callerStatus({ at: at(9) }))
      .then({
        asks: [{ type: 'call.redirect', leg: 1, document: { purpose: 'leg.document', leg: 1 } }],
        state: { result: 'callerLeft', legs: [{ phase: 'farewell', farewell: 'callerGone' }] },
      });
    const notice = events.legDocument({ part: 1, at: at(10) });
    given(forwarding, gone)
      .when(notice)
      .then({
        verbs: ['say', 'hangup'],
        state: { legs: [{ farewellDelivered: true }] },
      });
    expect(given(forwarding, gone).when(notice).result.effects).toContainEqual({
      type: 'effect.drop',
      id: 'redirect:1:1',
    });
    given(forwarding, gone)
      .when(events.legEnded({ at: at(10) }))
      .then({ verbs: ['pause', 'redirect'], reply: { verbs: [{}, { to: { purpose: 'leg.document', part: 1 } }] } })
      .thenNothingHappened();
  });

  it('a farewell that is not fetched is tried three times, then the leg is ended', () => {
    const told = [...joining, events.callerStatus({ at: at(9) })];
    const refused = events.outcomeOf('call.redirect', { kind: 'failed', reason: '' }, { leg: 1, at: at(9) });
    const again = [...told, refused, events.due('leg1'), refused, events.due('leg1'), refused];
    const redirects = given(forwarding, again).effects.filter(({ type }) => type === 'call.redirect');
    expect(redirects.map((effect) => 'id' in effect && effect.id)).toEqual([
      'redirect:1:1',
      'redirect:1:2',
      'redirect:1:3',
    ]);
    given(forwarding, again)
      .when(events.due('leg1'))
      .then({ asks: [{ type: 'call.end', leg: 1 }] });
  });

  it('a human verdict after the caller left is answered with the reason', () => {
    given(forwarding, [...both, events.callerStatus({ at: at(7) })])
      .when(events.answered({ leg: 1, at: at(8) }))
      .then({
        verbs: ['say', 'hangup'],
        state: { legs: [{ phase: 'ending', human: true, farewell: 'callerGone' }, {}] },
      });
  });

  it('the record is live until every leg has ended', () => {
    given(forwarding, waiting)
      .when(events.callerStatus({ at: at(7) }))
      .then({ keepForMs: null });
    given(forwarding, [...waiting, events.callerStatus({ at: at(7) })])
      .when(events.status({ status: 'canceled', at: at(8) }))
      .then({ keepForMs: 86_400_000, state: { timers: {} } });
  });
});

describe('the Dial action with status in-progress', () => {
  it('the Dial action of a connected caller ends their call, which counts as over when Twilio reports it', () => {
    const over = given(forwarding, connected).when(events.callerEnded({ at: at(60) }));
    over.then({
      reply: { kind: 'twiml', verbs: [] },
      state: { result: null, caller: { phase: 'connected' } },
      asks: [{ type: 'call.fetch', leg: 0 }],
    });
    given(forwarding, [...connected, events.callerEnded({ at: at(60) })])
      .when(events.callerStatus({ at: at(60) }))
      .then({ state: { result: 'connected' } });
  });
  it('a late repeat of the Dial action leaves connected parties talking', () => {
    given(forwarding, [...connected, events.callerEnded({ at: at(60) })])
      .when(events.outcomeOf('call.fetch', ALIVE, { leg: 0, at: at(60) }))
      .then({ state: { result: null, caller: { phase: 'connected' }, legs: [{ phase: 'bridged' }] }, asks: [] });
  });
  it('the Dial action of a caller who is falling back leads to the fallback by a request of its own', () => {
    given(forwarding, falling)
      .when(events.callerEnded({ at: at(6) }))
      .then({
        reply: { verbs: [{ verb: 'pause' }, { verb: 'redirect', to: { purpose: 'caller.document', part: 1 } }] },
        state: { caller: { fallbackServed: false } },
      })
      .thenNothingHappened();
  });
  it('the Dial action of a waiting caller gets the hold document again, and the hunt goes on', () => {
    given(forwarding, waiting)
      .when(events.callerEnded({ at: at(6) }))
      .then({ verbs: ['pause', 'dial.conference'], state: { caller: { phase: 'held', inRoom: false } }, effects: [] });
    given(forwarding, joining)
      .when(events.callerEnded({ at: at(9) }))
      .then({ verbs: ['pause', 'dial.conference'] });
    const doubted = [...joining, events.legEnded({ leg: 1, at: at(9) })];
    given(forwarding, doubted)
      .when(events.callerEnded({ at: at(9) }))
      .then({ state: { caller: { isUnverified: false, phase: 'fallingBack' } } });
  });
});

describe('the fallback', () => {
  it('the fallback is a redirect of the held caller to a document with its own reference', () => {
    given(forwarding, waiting)
      .when(events.status({ status: 'no-answer', at: at(25) }))
      .then({
        asks: [
          {
            type: 'call.redirect',
            leg: 0,
            sid: sids.call(0),
            document: { flow: 'forwarding', key: sids.call(0), visit: 1, leg: 0, purpose: 'caller.document' },
          },
        ],
      });
  });

  it('the fallback of an arriving caller is remembered, and given once they are held', () => {
    const exhausted = [events.inbound(), events.status({ status: 'failed', at: at(1) })];
    given(forwarding, [events.inbound()])
      .when(events.status({ status: 'failed', at: at(1) }))
      .then({ asks: [], state: { caller: { phase: 'fallingBack' } } });
    given(forwarding, exhausted)
      .when(events.conference({ event: 'join', at: at(2) }))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }] });
    given(forwarding, exhausted)
      .when(events.due('caller'))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }] });
  });

  it("a request for the fallback's document drops the redirect, which is done or no longer needed", () => {
    const { effects } = given(forwarding, falling)
      .when(events.callerDocument({ at: at(6) }))
      .then({ verbs: ['say', 'hangup'] }).result;
    expect(effects).toContainEqual({ type: 'effect.drop', id: 'redirect:0:1' });
  });

  it('the fallback is not given by a redirect again once its document was requested', () => {
    const given1 = [...falling, events.callerDocument({ at: at(6) })];
    given(forwarding, [...given1, events.due('heartbeat')])
      .when(events.outcomeOf('call.fetch', ALIVE, { at: at(30) }))
      .then({ asks: [], state: { caller: { phase: 'fallingBack' } } });
    given(forwarding, given1)
      .when(events.outcomeOf('call.redirect', REFUSED, { at: at(7) }))
      .thenNothingHappened();
    given(forwarding, given1)
      .when(events.callerStatus({ at: at(9) }))
      .then({ state: { result: 'unanswered' } });
  });

  it('a redirect refused with 21220 is tried again after 1, 2 and 4 s, then at each heartbeat', () => {
    const waits: number[] = [];
    const scene = [...falling];
    for (let now = 5, tries = 0; tries < 3; tries += 1) {
      scene.push(events.outcomeOf('call.redirect', REFUSED, { at: at(now) }));
      const { state } = given(forwarding, scene);
      const dueAt = state.kind === 'call' ? (state.timers['caller'] ?? 0) : 0;
      waits.push(dueAt - at(now));
      scene.push(events.due('caller'));
      now = (dueAt - at(0)) / 1000;
    }
    expect(waits).toEqual([1000, 2000, 4000]);
    scene.push(events.outcomeOf('call.redirect', REFUSED, { at: at(12) }));
    given(forwarding, [...scene, events.due('heartbeat')])
      .when(events.outcomeOf('call.fetch', ALIVE, { at: at(30) }))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }] });
  });

  it('a redirect whose document is not requested is tried again after 10 s', () => {
    given(forwarding, [...falling, events.outcomeOf('call.redirect', DONE, { at: at(6) })])
      .when(events.due('caller'))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }] });
  });

  it('one request about the caller at a time: what is in flight is not requested again', () => {
    given(forwarding, [...waiting, events.due('heartbeat')])
      .when(events.due('heartbeat'))
      .then({ asks: [], state: { timers: { heartbeat: at(90) } } });
    given(forwarding, [...falling, events.due('heartbeat')])
      .when(events.outcomeOf('call.fetch', ALIVE, { at: at(30) }))
      .then({ asks: [], state: { caller: { inFlight: { redirect: 'redirect:0:1' } } } });
  });

  it('voicemail records a message and ends when its own end is reported, not on reports of earlier parts', () => {
    const voicemail = [
      events.inbound({ options: { forwardTo: [NUMBERS.ann], fallback: { kind: 'voicemail', silenceSeconds: 4 } } }),
      events.conference({ event: 'join', at: at(1) }),
      events.status({ status: 'busy', at: at(5) }),
    ];
    given(forwarding, voicemail)
      .when(events.callerDocument({ at: at(6) }))
      .then({
        reply: {
          verbs: [
            { verb: 'say' },
            {
              verb: 'record',
              maxSeconds: 120,
              silenceSeconds: 4,
              action: { purpose: 'caller.fallback', leg: 0 },
              statusCallback: { purpose: 'caller.recording', leg: 0 },
            },
            { verb: 'hangup' },
          ],
        },
      });
    const recording = { sid: `RE${'1'.repeat(32)}`, url: 'https://api.twilio.com/x', seconds: 9 };
    given(forwarding, [...voicemail, events.callerDocument({ at: at(6) })])
      .when(events.callerFallback({ recording, at: at(20) }))
      .then({
        state: { caller: { recorded: true, useIfUnanswered: false } },
        reply: { verbs: [{ verb: 'redirect', to: { purpose: 'caller.document', part: 2 } }] },
      });
    const recorded = [
      ...voicemail,
      events.callerDocument({ at: at(6) }),
      events.callerFallback({ recording, at: at(20) }),
    ];
    given(forwarding, recorded)
      .when(events.callerDocument({ part: 2, at: at(20) }))
      .then({ verbs: ['say', 'hangup'] });
    // The end of a number is not the end of a message, nor the other way round.
    given(forwarding, [...voicemail, events.callerDocument({ at: at(6) })])
      .when(events.callerFallback({ answered: false, at: at(20) }))
      .then({ state: { caller: { recorded: false, useIfUnanswered: false } }, verbs: ['redirect'] });
    given(forwarding, waiting)
      .when(events.callerFallback({ recording, at: at(20) }))
      .then({ state: { caller: { recorded: false, phase: 'held' } } });
  });

  it('the end of a fallback of a caller who is gone ends their call', () => {
    given(forwarding, falling)
      .when(events.outcomeOf('call.redirect', { kind: 'gone' }, { at: at(6) }))
      .then({ state: { result: 'callerLeft' } });
  });

  it("the fallback can hand the caller off to TwiML of the user's, which is the outcome", () => {
    const options = {
      forwardTo: ['+14155550142'],
      fallback: { kind: 'redirect', url: 'https://example.com/voicemail' },
    } as const;
    const handedOff = [
      events.inbound({ options }),
      events.conference({ event: 'join', at: at(1) }),
      events.status({ status: 'busy', at: at(5) }),
    ];
    given(forwarding, handedOff)
      .when(events.callerDocument({ at: at(6) }))
      .then({
        reply: { kind: 'twiml', verbs: [{ verb: 'redirect', to: { url: 'https://example.com/voicemail' } }] },
        state: { result: 'handedOff' },
        asks: [],
        tells: [{ hook: 'ended', data: { result: 'handedOff' } }],
        keepForMs: 86_400_000,
      });
    given(forwarding, [...handedOff, events.callerDocument({ at: at(6) })])
      .when(events.callerDocument({ at: at(7) }))
      .then({ verbs: ['redirect'] })
      .thenNothingHappened();
  });
});

describe('visits', () => {
  const options = {
    forwardTo: ['+14155550142'],
    fallback: { kind: 'redirect', url: 'https://example.com/menu' },
  } as const;
  const handedOff = [
    events.inbound({ options }),
    events.conference({ event: 'join', at: at(1) }),
    events.status({ status: 'busy', at: at(5) }),
    events.callerDocument({ at: at(6) }),
  ];

  it('a caller who was handed off and comes back in progress starts a new visit, numbered in every reference', () => {
    given(forwarding, handedOff)
      .when(events.inbound({ options, status: 'in-progress', at: at(30) }))
      .then({
        state: { visit: 2, result: null, lastLeg: 2, legs: [{ id: 2 }], caller: { phase: 'held' } },
        asks: [{ type: 'call.create', leg: 2, answered: { visit: 2 }, status: { visit: 2 } }],
        reply: { verbs: [{}, { action: { visit: 2 }, statusCallback: { visit: 2 } }] },
      });
  });

  it('a leg of an earlier visit that is still being ended stays until it has ended', () => {
    const again = [
      events.inbound({ options }),
      events.conference({ event: 'join', at: at(1) }),
      events.answered({ answeredBy: 'fax', at: at(5) }),
      events.callerDocument({ at: at(6) }),
      events.inbound({ options: { ...options, forwardTo: [NUMBERS.ben] }, status: 'in-progress', at: at(7) }),
    ];
    after(again).then({ state: { legs: [{ id: 1, phase: 'ending' }, { id: 2 }] } });
    given(forwarding, again)
      .when(events.due('leg1'))
      .then({ asks: [{ type: 'call.end', leg: 1 }] });
    // The same phone rings again when that call is over.
    const same = [...again.slice(0, -1), events.inbound({ options, status: 'in-progress', at: at(7) })];
    after(same).then({ asks: [], state: { visit: 2, legs: [{ id: 1, phase: 'ending' }] } });
    given(forwarding, same)
      .when(events.status({ leg: 1, status: 'completed', at: at(8) }))
      .then({ asks: [{ type: 'call.create', leg: 2 }] });
  });

  it('late events of an earlier visit change nothing, unless they report the end', () => {
    const second = [...handedOff, events.inbound({ options, status: 'in-progress', at: at(30) })];
    const talking = [
      ...second,
      events.conference({ event: 'join', visit: 2, at: at(35) }),
      events.answered({ leg: 2, at: at(40) }),
      events.conference({ event: 'join', leg: 2, at: at(41) }),
    ];
    after(talking).then({ state: { caller: { phase: 'connected' } } });
    for (const event of [
      events.callerEnded({ visit: 1, at: at(42) }),
      events.callerDocument({ visit: 1, at: at(42) }),
      events.conference({ event: 'leave', visit: 1, reason: 'participant_updated_via_api', at: at(42) }),
    ]) {
      given(forwarding, talking).when(event).thenNothingHappened();
    }
    given(forwarding, talking)
      .when(events.callerEnded({ visit: 1, status: 'completed', at: at(42) }))
      .then({ state: { result: 'connected' } });
  });

  it('each visit has one outcome, and one hook', () => {
    given(forwarding, [...handedOff, events.inbound({ options, status: 'in-progress', at: at(30) })])
      .when(events.callerStatus({ at: at(40) }))
      .then({
        state: { result: 'callerLeft' },
        asks: [],
        tells: [{ id: `hook:ended:${sids.call(0)}:2` }, { id: `hook:missed:${sids.call(0)}:2` }],
      });
  });

  it('any other call that is over gets a hang-up and writes nothing', () => {
    given(forwarding, handedOff)
      .when(events.inbound({ options, status: 'ringing', at: at(30) }))
      .then({ verbs: ['hangup'] })
      .thenNothingHappened();
    const over = [...waiting, events.callerStatus({ at: at(7) })];
    for (const status of ['ringing', 'in-progress'] as const) {
      given(forwarding, over)
        .when(events.inbound({ status, at: at(30) }))
        .then({ verbs: ['hangup'] })
        .thenNothingHappened();
    }
  });
});

describe('a caller who is still in the greeting', () => {
  const greeting = 'x'.repeat(500);
  const claimed = [
    events.inbound({ options: { forwardTo: [NUMBERS.ann, NUMBERS.ben], texts: { greeting } } }),
    events.outcomeOf('call.create', { kind: 'created', sid: sids.call(1), status: 'queued' }),
    events.answered({ leg: 1, answeredBy: 'human', at: at(8) }),
    events.conference({ event: 'join', leg: 1, at: at(9) }),
    events.due('heartbeat'),
    events.outcomeOf(
      'call.fetch',
      { kind: 'fetched', status: 'in-progress', answeredBy: null },
      { leg: 0, at: at(30) },
    ),
  ];

  it('a caller in the greeting is in progress, but counts as talking to no callee yet', () => {
    after(claimed).then({ state: { caller: { phase: 'joining', held: true, inRoom: false } } });
  });

  it('a caller in the greeting is not hung up on when the human gives up: the next callee is rung', () => {
    given(forwarding, claimed)
      .when(events.status({ leg: 1, status: 'completed', at: at(40) }))
      .then({ state: { winner: null, caller: { phase: 'held' } }, asks: [{ type: 'call.create', leg: 2 }] });
  });

  it('a caller counts as in the room once the greeting must be over, even without an event', () => {
    given(forwarding, [
      ...claimed,
      events.due('caller'),
      events.outcomeOf(
        'call.fetch',
        { kind: 'fetched', status: 'in-progress', answeredBy: null },
        { leg: 0, at: at(90) },
      ),
    ])
      .when(events.conference({ event: 'join', leg: 1, at: at(91) }))
      .then({ state: { caller: { phase: 'connected' } } });
  });
});
