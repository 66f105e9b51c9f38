import { describe, expect, it } from 'vitest';
import { callSettings, DEFAULT_TEXTS, forwarding, type CallOptions } from '@amd/core';
import { events, given, NUMBERS, playCall } from '@amd/core/testing';
import { at, BOTH, TWO } from './scenes.js';

const KEYS = { accept: '1', decline: '2' } as const;
const ASKED = { confirm: 'always', keys: KEYS } as const;
const ASYNC = { amd: { mode: 'async' } } as const;

/** The first callee has picked up and is asked for a key; with several at once, all of them. */
const asked = (options: Partial<CallOptions> = {}, answeredBy: 'human' | 'unknown' | null = 'human') => [
  events.inbound({ options: { ...TWO, ...ASKED, ...options } }),
  events.conference({ event: 'join', at: at(1) }),
  events.answered({ answeredBy, at: at(8) }),
];
const press = (digits: string, leg = 1) => events.key({ leg, digits, at: at(10) });
const DECLINED = [{ verb: 'say', text: 'All right. Goodbye.' }, { verb: 'hangup' }] as const;

describe('keys that take the call', () => {
  it.each([
    ['any key, by default', undefined, '7', 'joining'],
    ['# by default', undefined, '#', 'joining'],
    ['the one that was chosen', { accept: '1' }, '1', 'joining'],
    ['each of those that were chosen', { accept: '1*' }, '*', 'joining'],
    ['no other than those that were chosen', { accept: '1*' }, '#', 'confirming'],
    ['any other than the one that declines', { decline: '2' }, '0', 'joining'],
    ['not the one that declines', { decline: '2' }, '2', 'farewell'],
    ['the first of several', { accept: '1', decline: '2' }, '12', 'joining'],
    ['none, where the first of several declines', { accept: '1', decline: '2' }, '21', 'farewell'],
  ] as const)('keys that count: %s', (_, keys, digits, phase) => {
    given(forwarding, asked({ ...BOTH, keys }))
      .when(press(digits))
      .then({ state: { legs: [{ phase }, {}] } });
  });

  it('a key that means nothing asks again, and the time goes on', () => {
    const wrong = events.key({ digits: '5', at: at(18) });
    given(forwarding, asked())
      .when(wrong)
      .then({
        reply: { verbs: [{ verb: 'gather', timeoutSeconds: 2 }, { verb: 'redirect' }] },
        state: { legs: [{ phase: 'confirming', confirmUntil: at(20), human: false }] },
        effects: [],
      });
    expect(given(forwarding, asked()).when(wrong).result.reply).toEqual(
      given(forwarding, asked()).when(events.poll({ at: at(18) })).result.reply,
    );
    given(forwarding, [...asked(), wrong])
      .when(events.key({ digits: '5', at: at(20) }))
      .then({ verbs: ['hangup'], asks: [{ type: 'call.create', leg: 2 }], state: { legs: [{ phase: 'ending' }, {}] } });
  });
});

describe('a key that declines', () => {
  it.each([
    ['after a human verdict', {}, 'human'],
    ['when nobody knows who answered', { confirm: 'when-unsure' }, 'unknown'],
    ['while detection listens', { ...ASYNC, confirm: 'when-unsure' }, null],
    ['without detection', { amd: { mode: 'off' } }, null],
  ] as const)('a decline %s is understood, and the next person is rung at once', (_, options, answeredBy) => {
    given(forwarding, asked(options, answeredBy))
      .when(press('2'))
      .then({
        reply: { verbs: DECLINED },
        asks: [{ type: 'call.create', leg: 2 }],
        state: {
          winner: null,
          caller: { phase: 'held' },
          legs: [
            { phase: 'farewell', farewell: 'declined', result: { kind: 'declined' }, timestamps: { keyAt: at(10) } },
            { phase: 'requested' },
          ],
        },
      });
  });

  it('a decline by the only person leads to the fallback', () => {
    given(forwarding, asked({ forwardTo: [NUMBERS.ann] }))
      .when(press('2'))
      .then({ reply: { verbs: DECLINED }, state: { caller: { phase: 'fallingBack' } } });
  });

  it('a decline in a race leaves the others ringing', () => {
    given(forwarding, asked(BOTH))
      .when(press('2'))
      .then({ reply: { verbs: DECLINED }, asks: [], state: { legs: [{ phase: 'farewell' }, { phase: 'requested' }] } });
  });

  it('a decline that comes again, or later than the answer of detection, changes nothing', () => {
    const declined = [...asked(ASYNC, null), press('2')];
    given(forwarding, declined)
      .when(press('2'))
      .then({ reply: { verbs: DECLINED }, effects: [] });
    given(forwarding, declined)
      .when(press('1'))
      .then({ reply: { verbs: DECLINED }, effects: [], state: { winner: null } });
    given(forwarding, declined)
      .when(events.verdict({ answeredBy: 'human', at: at(11) }))
      .then({ effects: [], state: { winner: null, legs: [{ phase: 'farewell' }, {}] } });
    given(forwarding, [...declined, events.status({ status: 'completed', at: at(12) })])
      .when(press('2'))
      .then({ effects: [], state: { legs: [{ phase: 'ended', result: { kind: 'declined' } }, {}] } });
  });

  it('a decline after somebody else has won hears that the call was taken', () => {
    const lost = [
      ...asked({ ...BOTH, ...ASYNC }, null),
      events.answered({ leg: 2, answeredBy: null, at: at(8) }),
      press('1', 2),
    ];
    given(forwarding, lost)
      .when(press('2'))
      .then({
        reply: { verbs: [{ verb: 'say', text: DEFAULT_TEXTS.taken }, { verb: 'hangup' }] },
        state: { winner: 2, legs: [{ farewell: 'taken', result: { kind: 'answered' } }, { phase: 'joining' }] },
      });
  });

  it('a decline while we hang up is answered with a word, and with why if the caller has gone', () => {
    const late = [...asked(), events.poll({ at: at(20) })];
    given(forwarding, late)
      .when(events.key({ digits: '2', at: at(20.1) }))
      .then({
        reply: { verbs: DECLINED },
        asks: [],
        state: { legs: [{ phase: 'ending', result: { kind: 'answered' } }, {}] },
      });
    given(forwarding, [...late, events.callerStatus({ at: at(20.05) })])
      .when(events.key({ digits: '2', at: at(20.1) }))
      .then({ reply: { verbs: [{ verb: 'say', text: DEFAULT_TEXTS.callerGone }, { verb: 'hangup' }] } });
  });

  it('a key that means nothing while we hang up is not answered', () => {
    given(forwarding, [...asked(), events.poll({ at: at(20) })])
      .when(events.key({ digits: '5', at: at(20.1) }))
      .then({ verbs: ['hangup'], effects: [], state: { legs: [{ human: false, farewell: null }, {}] } });
  });

  it('a whole call: who declines is spared, and the next person gets the caller', () => {
    const call = playCall({ forwardTo: [NUMBERS.ann, NUMBERS.ben], ...ASKED });
    call.leg(1).answers('human');
    call.leg(1).presses('2');
    call.leg(2).answers('human');
    call.leg(2).presses('1');
    expect(call.talking).toEqual([2]);
    expect(call.said(1)).toEqual([
      'A call for you, from 1 2 1 2 5 5 5 0 1 2 3. Press 1 to take it, or 2 to decline.',
      'All right. Goodbye.',
    ]);
  });
});

describe('the option keys', () => {
  it.each<[message: string, options: object]>([
    ['"keys" must be an object; got a value of type string', { keys: '1' }],
    ['"keys.take" is not an option; there are accept, decline', { keys: { take: '1' } }],
    ['"keys.accept" must be a string; got a value of type number', { keys: { accept: 1 } }],
    ['"keys.accept" must consist of the keys 0 to 9, * and #; got "1 2"', { keys: { accept: '1 2' } }],
    ['"keys.decline" must consist of the keys 0 to 9, * and #; got "no"', { keys: { decline: 'no' } }],
    ['"keys.accept" cannot be empty: no key would take a call', { keys: { accept: '' } }],
    ['"keys.accept" and "keys.decline" both contain "2"', { keys: { accept: '12', decline: '32' } }],
    ['"keys.decline" cannot be every key: no key would take a call', { keys: { decline: '0123456789*#' } }],
    [
      '"keys.decline" needs a callee who is asked for a key: "confirm" cannot be "never"',
      { confirm: 'never', keys: { decline: '2' } },
    ],
    [
      '"keys.accept" needs a callee who is asked for a key: "confirm" cannot be "never"',
      { confirm: 'never', keys: KEYS, forwardTo: [{ to: NUMBERS.ann, confirm: 'never' }] },
    ],
  ])('%s', (message, options) => {
    expect(() => callSettings({ forwardTo: [NUMBERS.ann], ...options })).toThrow(message);
  });

  it('without a choice any key takes a call, and none declines', () => {
    for (const keys of [undefined, {}, { accept: undefined, decline: undefined }, { decline: '' }]) {
      const settings = callSettings({ forwardTo: [], confirm: 'never', keys });
      expect(settings).toMatchObject({ keys: { accept: null, decline: '' }, texts: DEFAULT_TEXTS });
    }
  });

  it('keys are accepted where one person is asked, although the others are not', () => {
    const forwardTo = [NUMBERS.ann, { to: NUMBERS.ben, confirm: 'always' }] as const;
    expect(callSettings({ forwardTo, confirm: 'never', keys: KEYS }).keys).toEqual(KEYS);
  });

  it.each([
    [{ accept: '1' }, 'Press 1 to take it.'],
    [{ accept: '1', decline: '2' }, 'Press 1 to take it, or 2 to decline.'],
    [{ accept: '1*1', decline: '2#' }, 'Press 1 or star to take it, or 2 or pound to decline.'],
    [{ decline: '2' }, 'Press 2 to decline, or any other key to take it.'],
  ])('the usual question says what the keys %j do', (keys, how) => {
    const { texts } = callSettings({ forwardTo: [], keys });
    expect(texts).toEqual({ ...DEFAULT_TEXTS, confirm: `A call for {name}, from {caller}. ${how}` });
  });

  it('a question of your own stays as it is, and so does what a callee hears who declines', () => {
    const texts = { confirm: 'One to take it.', declined: 'Fine.' };
    expect(callSettings({ forwardTo: [], keys: KEYS, texts }).texts).toMatchObject(texts);
    given(forwarding, asked({ texts }))
      .when(press('2'))
      .then({ reply: { verbs: [{ verb: 'say', text: 'Fine.' }, { verb: 'hangup' }] } });
  });
});
