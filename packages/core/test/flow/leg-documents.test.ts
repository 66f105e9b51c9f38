import { describe, expect, it } from 'vitest';
import { forwarding, type CallOptions, type Reply } from '@amd/core';
import { events, given, NUMBERS, sids } from '@amd/core/testing';
import { isScreening, spoken } from '../../src/flows/call/say.js';
import type { Move } from './arbitraries.js';
import { at, joining, waiting } from './scenes.js';

const ASYNC = { amd: { mode: 'async' } } as const;

const call = (options: Partial<CallOptions> = {}) => [
  events.inbound({ options: { forwardTo: [{ to: NUMBERS.ann, name: 'Ann' }], ...options } }),
  events.conference({ event: 'join', at: at(1) }),
];
const ref = (purpose: string, leg = 1) => ({ flow: 'forwarding', key: sids.call(0), visit: 1, leg, purpose });
const heard = (scene: readonly Move[], event: Move): Reply => given(forwarding, scene).when(event).result.reply;

describe('what a callee hears', () => {
  it('a callee hears a question whose answer is one key, in the voice and language of the call', () => {
    const options = { voice: 'alice', language: 'de-DE', confirm: 'always' } as const;
    expect(heard(call(options), events.answered({ at: at(8) }))).toEqual({
      kind: 'twiml',
      verbs: [
        {
          verb: 'gather',
          action: ref('leg.key'),
          numDigits: 1,
          finishOnKey: '',
          timeoutSeconds: 4,
          prompt: [
            {
              verb: 'say',
              text: 'Ein Anruf für Ann, von 1 2 1 2 5 5 5 0 1 2 3. Drücken Sie eine beliebige Taste, um ihn anzunehmen.',
              voice: 'alice',
              language: 'de-DE',
            },
          ],
        },
        { verb: 'redirect', to: ref('leg.poll') },
      ],
    });
  });

  it('a callee who is not asked for a key hears who calls and to wait', () => {
    const announced = [...call({ ...ASYNC, confirm: 'never' }), events.answered({ answeredBy: null, at: at(8) })];
    const wait = (seconds: number) => ({
      kind: 'twiml',
      verbs: [
        { verb: 'say', text: 'A call for Ann, from 1 2 1 2 5 5 5 0 1 2 3. One moment, please.' },
        { verb: 'pause', seconds },
        { verb: 'redirect', to: ref('leg.poll') },
      ],
    });
    expect(heard(announced.slice(0, -1), events.answered({ answeredBy: null, at: at(8) }))).toEqual(wait(4));
    expect(heard(announced, events.poll({ at: at(36) }))).toEqual(wait(2));
    expect(heard(announced, events.poll({ at: at(37.5) }))).toEqual(wait(1));
    given(forwarding, announced)
      .when(events.poll({ at: at(38) }))
      .then({ verbs: ['hangup'], state: { legs: [{ phase: 'ending' }] } });
  });

  it('the winner gets the room at once', () => {
    given(forwarding, call())
      .when(events.answered({ at: at(8) }))
      .then({
        state: { legs: [{ joinTwimlSent: true, timestamps: { greetedAt: at(8) } }] },
        reply: { verbs: [{ verb: 'dial.conference', action: { purpose: 'leg.ended', leg: 1 } }] },
      });
  });
});

describe('a request before the verdict', () => {
  const requests = [
    ['placed', 'queued'],
    ['ringing', 'ringing'],
    ['detecting', 'in-progress'],
  ] as const;
  it.each(requests)('a request while the leg is %s waits a second and asks again', (phase, status) => {
    const before = [...call(), events.status({ status, at: at(2) })];
    given(forwarding, before)
      .when(events.poll({ at: at(3) }))
      .then({ state: { legs: [{ phase }] } })
      .thenNothingHappened();
    expect(heard(before, events.poll({ at: at(3) }))).toEqual({
      kind: 'twiml',
      verbs: [
        { verb: 'pause', seconds: 1 },
        { verb: 'redirect', to: ref('leg.poll') },
      ],
    });
  });

  it.each(['queued', 'ringing'] as const)(
    'the end of a Dial that the leg was never given means that the call was answered',
    (status) => {
      given(forwarding, [...call(), events.status({ status, at: at(2) })])
        .when(events.legEnded({ at: at(3) }))
        .then({
          state: { legs: [{ phase: 'detecting', timestamps: { answeredAt: at(3) } }], timers: { leg1: at(43) } },
          verbs: ['pause', 'redirect'],
        });
    },
  );

  it('a request of a call that is over gets a hang-up', () => {
    given(forwarding, waiting)
      .when(events.answered({ status: 'completed', at: at(8) }))
      .then({ state: { legs: [{ phase: 'ended', result: { kind: 'hungUp' } }] }, verbs: ['hangup'] });
  });
});

describe('a redirect to a document', () => {
  it.each([
    ['joining', [...joining], true],
    ['farewell', [...joining, events.callerStatus({ at: at(9) })], true],
    ['confirming', [...waiting, events.answered({ answeredBy: 'unknown', at: at(8) })], false],
  ] as const)('a request by redirect of a leg that is %s sets wasRedirected: %s', (phase, scene, wasRedirected) => {
    given(forwarding, scene)
      .when(events.legDocument({ at: at(10) }))
      .then({ state: { legs: [{ phase, wasRedirected }] } });
  });

  const told = [
    ...call(ASYNC),
    events.answered({ answeredBy: null, at: at(8) }),
    events.verdict({ at: at(11) }),
    events.legDocument({ at: at(12) }),
    events.callerStatus({ at: at(13) }),
  ];

  it.each([
    ['a request from before it', events.poll({ at: at(14) })],
    ['a copy of the request that led to the room', events.legDocument({ at: at(14) })],
    ['the end of the room', events.legEnded({ at: at(14) })],
  ] as const)('%s is redirected to the farewell, and does not count as hearing it', (_, event) => {
    given(forwarding, told)
      .when(event)
      .then({ reply: { verbs: [{ verb: 'pause' }, { verb: 'redirect', to: { purpose: 'leg.document', part: 1 } }] } });
  });

  it('the request for the farewell counts as hearing it, and drops the redirect', () => {
    const step = given(forwarding, told).when(events.legDocument({ part: 1, at: at(14) }));
    step.then({
      state: { legs: [{ farewellDelivered: true, inFlight: { redirect: null } }], timers: { leg1: at(44) } },
      reply: { verbs: [{ text: 'The caller has hung up. Goodbye.' }, { verb: 'hangup' }] },
    });
    expect(step.result.effects.filter(({ type }) => !type.startsWith('timer'))).toEqual([
      { type: 'effect.drop', id: 'redirect:1:1' },
    ]);
  });

  it('a human whose call has ended meanwhile still hears why, and nothing is waited for', () => {
    const ended = [
      ...call(ASYNC),
      events.status({ status: 'ringing', at: at(2) }),
      events.due('deadline'),
      events.verdict({ at: at(121) }),
      events.status({ status: 'completed', at: at(122) }),
    ];
    given(forwarding, ended)
      .when(events.poll({ at: at(123) }))
      .then({
        state: { legs: [{ phase: 'ended', human: true, farewellDelivered: false }], timers: { leg1: undefined } },
        reply: { verbs: [{ text: 'We are sorry, the call could not be connected. Goodbye.' }, { verb: 'hangup' }] },
      });
  });
});

describe('a number', () => {
  const words = { withheld: 'a withheld number', you: 'you' };

  it('a number is spoken digit by digit', () => {
    expect(spoken('{name}: {caller}!', '+14155550142', words, 'Ann')).toBe('Ann: 1 4 1 5 5 5 5 0 1 4 2!');
  });

  it.each(['anonymous', '', '+', '+1415555o142', 'sip:+14155550142', '+14155550142@example.com', 'client:+1'])(
    'a caller id that is not a number is withheld: %s',
    (caller) => {
      expect(spoken('{caller} for {name}', caller, words)).toBe('a withheld number for you');
    },
  );
});

describe('phrases of a screening robot', () => {
  const phrases = ['name and reason for calling', 'you re calling'];

  it.each([
    'Name, and REASON for calling!',
    "Hi. Tell me why you're calling…",
    'please say your name and reason for calling after the tone',
  ])('phrases are recognised whatever Twilio made of capitals and punctuation: %s', (speech) => {
    expect(isScreening(speech, phrases)).toBe(true);
  });

  it.each(['Hello there', '', '…', 'name and reasonfor calling', 'reason for calling', 'your recalling'])(
    'phrases are not recognised in other words: %s',
    (speech) => {
      expect(isScreening(speech, phrases)).toBe(false);
    },
  );

  it('phrases may be configured with capitals and punctuation', () => {
    expect(isScreening('who is calling please', ['…Who is calling, please?'])).toBe(true);
    expect(isScreening('who is this', ['Who is calling'])).toBe(false);
  });
});
