import { describe, expect, it } from 'vitest';
import { forwarding, taskrouter, type CallOptions, type Reply, type TaskOptions } from '@amd/core';
import { events, given, NUMBERS, sids, taskEvents } from '@amd/core/testing';
import { at } from './scenes.js';

const ROOM = sids.conference() as never;
const heldWith = (options: Partial<CallOptions>, people: CallOptions['forwardTo'] = [NUMBERS.ann]) => [
  events.inbound({ options: { forwardTo: people, ...options } }),
  events.conference({ event: 'join', conference: ROOM, at: at(1) }),
];
const verbs = (reply: Reply | { readonly kind: string }): readonly object[] => ('verbs' in reply ? reply.verbs : []);
const waitOf = (options: Partial<CallOptions>, again = false): readonly object[] =>
  verbs(given(forwarding, heldWith(options)).when(events.callerWait({ again, at: at(2) })).result.reply);
const queued = (options: TaskOptions) => [taskEvents.inbound({ options })];
const file = (number: number) => {
  const sid = `RE${String(number).repeat(32)}`;
  return { sid, url: `https://api.twilio.com/Recordings/${sid}`, seconds: 30 };
};

describe('what a caller hears on hold', () => {
  const roomWith = (options: Partial<CallOptions>): object =>
    verbs(
      given(forwarding, []).when(events.inbound({ options: { forwardTo: [NUMBERS.ann], ...options } })).result.reply,
    ).at(-1) ?? {};

  it.each<[string, Partial<CallOptions>, unknown]>([
    ['music of Twilio’s, which needs nothing of ours', {}, undefined],
    ['music of one’s own', { waitUrl: 'https://example.com/a.mp3' }, { url: 'https://example.com/a.mp3' }],
    ['silence', { waitUrl: '' }, 'silence'],
    ['ringing', { ringback: 'us' }, { purpose: 'caller.wait', leg: 0 }],
    ['music and progress', { progress: {} }, { purpose: 'caller.wait', leg: 0 }],
  ])('%s is played on hold', (_, options, wait) => {
    if (wait === undefined) expect(roomWith(options)).not.toHaveProperty('wait');
    else expect(roomWith(options)).toMatchObject({ wait });
  });

  it('ringback goes on as long as the caller waits', () => {
    expect(waitOf({ ringback: 'eu' })).toMatchObject([
      { verb: 'play', of: { sound: 'eu' }, times: 10 },
      { verb: 'redirect', to: { purpose: 'caller.progress' } },
    ]);
  });

  it('progress is announced repeatedly, but not at the beginning', () => {
    const options = { ringback: 'us', progress: { everySeconds: 24 } } as const;
    const ringing = { verb: 'play', of: { sound: 'us' }, times: 4 };
    expect(waitOf(options)).toMatchObject([ringing, { verb: 'redirect' }]);
    expect(waitOf(options, true)).toMatchObject([{ verb: 'say' }, ringing, { verb: 'redirect' }]);
    expect(waitOf({ waitUrl: '', progress: { everySeconds: 24 } }, true)).toMatchObject([
      { verb: 'say', text: expect.stringContaining('Thank you for holding') as string },
      { verb: 'pause', seconds: 24 },
      { verb: 'redirect' },
    ]);
    expect(waitOf({ progress: {} }, true)).toMatchObject([{ verb: 'say' }, { verb: 'play' }, { verb: 'redirect' }]);
  });

  it('without progress nothing is said, however long the caller waits; the music is Twilio’s', () => {
    const again = waitOf({ ringback: 'us' }, true);
    expect(again.map((verb) => (verb as { verb: string }).verb)).toEqual(['play', 'redirect']);
    expect(waitOf({ progress: {} })).toMatchObject([
      {
        verb: 'play',
        of: { url: 'http://com.twilio.sounds.music.s3.amazonaws.com/MARKOVICHAMP-Borghestral.mp3' },
      },
      { verb: 'redirect' },
    ]);
    expect(waitOf({ progress: {}, waitUrl: 'https://example.com/a.mp3' })).toMatchObject([
      { of: { url: 'https://example.com/a.mp3' } },
      { verb: 'redirect' },
    ]);
  });

  it('hold of an earlier visit is over', () => {
    const options = { ringback: 'us', fallback: { kind: 'redirect', url: 'https://example.com/menu' } } as const;
    const second = [
      ...heldWith(options),
      events.status({ status: 'busy', at: at(5) }),
      events.callerDocument({ at: at(6) }),
      events.inbound({ options: { forwardTo: [NUMBERS.ann], ...options }, status: 'in-progress', at: at(20) }),
    ];
    const heard = (visit?: number) =>
      verbs(
        given(forwarding, second).when(
          events.callerWait({ at: at(22), again: true, ...(visit === undefined ? {} : { visit }) }),
        ).result.reply,
      );
    expect(heard(1)).toEqual([]);
    expect(heard(2)).toHaveLength(2);
    expect(heard()).toHaveLength(2);
  });

  it('a hold document changes nothing, whichever call requests it and whenever', () => {
    for (const event of [events.callerWait({ at: at(9) }), events.callerWhisper({ at: at(9) })]) {
      given(forwarding, heldWith({ ringback: 'us' }))
        .when(event)
        .thenNothingHappened();
      const { reply } = given(forwarding, []).when(event).result;
      expect(verbs(reply)).toEqual([]);
    }
    const over = [...heldWith({ ringback: 'us' }), events.callerStatus({ at: at(5) })];
    expect(verbs(given(forwarding, over).when(events.callerWait({ at: at(9) })).result.reply)).toEqual([]);
  });

  it('no hold document contains a verb that a conference refuses (13238)', () => {
    for (const options of [{ ringback: 'us' }, { progress: {} }, { waitUrl: '', progress: {} }] as const) {
      for (const again of [false, true]) {
        for (const verb of waitOf(options, again)) {
          expect(['say', 'play', 'pause', 'redirect']).toContain((verb as { verb: string }).verb);
        }
      }
    }
  });
});

describe('the announcement of who took the call', () => {
  const together = (options: Partial<CallOptions>) => [
    ...heldWith(options, [{ to: NUMBERS.ann, name: 'Ann' }]),
    events.answered({ at: at(8) }),
  ];

  it('the caller hears once, in the room, who took the call', () => {
    const join = events.conference({ event: 'join', leg: 1, conference: ROOM, at: at(9) });
    const before = together({ texts: { connected: 'Here is {name}.' } });
    given(forwarding, before)
      .when(join)
      .then({
        asks: [
          {
            type: 'call.announce',
            leg: 0,
            sid: sids.call(0),
            conference: ROOM,
            document: { purpose: 'caller.whisper' },
            once: true,
          },
        ],
      });
    given(forwarding, [...before, join])
      .when(join)
      .then({ asks: [] });
    const { reply } = given(forwarding, [...before, join]).when(events.callerWhisper({ at: at(10) })).result;
    expect(verbs(reply)).toEqual([{ verb: 'say', text: 'Here is Ann.' }]);
  });

  it('nothing is announced by default, and a callee without a name is not named', () => {
    const join = events.conference({ event: 'join', leg: 1, conference: ROOM, at: at(9) });
    given(forwarding, together({})).when(join).then({ asks: [] });
    const unnamed = [
      ...heldWith({ texts: { connected: 'Here is {name}.', somebody: 'one of us' } }),
      events.answered({ at: at(8) }),
      join,
    ];
    expect(verbs(given(forwarding, unnamed).when(events.callerWhisper({ at: at(10) })).result.reply)).toEqual([
      { verb: 'say', text: 'Here is one of us.' },
    ]);
  });

  it('a caller who cannot be told who took the call is connected all the same', () => {
    const join = events.conference({ event: 'join', leg: 1, conference: ROOM, at: at(9) });
    const told = [...together({ texts: { connected: 'Here is {name}.' } }), join];
    given(forwarding, told)
      .when(events.outcomeOf('call.announce', { kind: 'gone' }, { at: at(10) }))
      .then({ state: { caller: { phase: 'connected' } }, asks: [] });
  });

  it('in a queue, the queue itself tells the caller who took the call', () => {
    const [offer] = verbs(
      given(taskrouter, [
        ...queued({ texts: { connected: 'Here is {name}.' } }),
        taskEvents.assignment(1, { at: at(3) }),
      ]).when(events.answered({ at: at(9) })).result.reply,
    );
    expect(offer).toMatchObject({ verb: 'dial.queue', whisper: { purpose: 'caller.whisper', leg: 0 } });
  });
});

describe('a recorded talk', () => {
  it('recording is announced to both parties before it begins', () => {
    const [, , first] = verbs(
      given(forwarding, []).when(events.inbound({ options: { forwardTo: [NUMBERS.ann], record: true } })).result.reply,
    );
    expect(first).toMatchObject({ verb: 'dial.conference', recording: { purpose: 'talk.recording' } });
    const callee = verbs(
      given(forwarding, heldWith({ record: true })).when(events.answered({ at: at(8) })).result.reply,
    );
    expect(callee).toMatchObject([
      { verb: 'say', text: 'This call is recorded.' },
      { verb: 'dial.conference', recording: { purpose: 'talk.recording' } },
    ]);
  });

  it('each recording is reported once, even after the call', () => {
    const over = [...heldWith({ record: true }), events.callerStatus({ at: at(5) })];
    const told = events.talkRecorded({ recording: file(1), at: at(60) });
    given(forwarding, over)
      .when(told)
      .then({ asks: [], tells: [{ hook: 'recording', data: { recording: file(1), from: NUMBERS.caller } }] });
    given(forwarding, [...over, told])
      .when(told)
      .thenNothingHappened();
    given(forwarding, [...over, told])
      .when(events.talkRecorded({ recording: file(2), at: at(61) }))
      .then({ asks: [], tells: [{ id: `hook:recording:${file(2).sid}`, hook: 'recording' }] });
    given(forwarding, over)
      .when(events.talkRecorded({ at: at(60) }))
      .thenNothingHappened();
  });

  it('repeats of the last ten recordings are recognised, so the state does not grow forever', () => {
    const sidOf = (number: number): string => `RE${String(number).padStart(32, '0')}`;
    const talks = Array.from({ length: 12 }, (_, number) =>
      events.talkRecorded({ recording: { ...file(1), sid: sidOf(number) }, at: at(60 + number) }),
    );
    const { state } = given(forwarding, [...heldWith({ record: true }), ...talks]);
    expect(state).toMatchObject({ caller: { talks: Array.from({ length: 10 }, (_, index) => sidOf(index + 2)) } });
  });

  it('a talk with the fallback number is recorded as well', () => {
    const lastOf = (record: boolean) =>
      verbs(
        given(forwarding, [
          ...heldWith({ record, fallback: { kind: 'number', to: NUMBERS.cleo, ringSeconds: 12 } }),
          events.status({ status: 'busy', at: at(5) }),
        ]).when(events.callerDocument({ at: at(6) })).result.reply,
      );
    expect(lastOf(true)).toMatchObject([
      {
        verb: 'dial.number',
        to: NUMBERS.cleo,
        timeoutSeconds: 12,
        action: { purpose: 'caller.fallback', leg: 0 },
        recording: { purpose: 'talk.recording', leg: 0 },
      },
    ]);
    expect(lastOf(false)[0]).not.toHaveProperty('recording');
  });
});

describe('star in the queue', () => {
  const offering = { offerMessage: true, fallback: { kind: 'voicemail' } } as const;
  const star = { type: 'caller.key', at: at(20), status: 'in-progress', digits: '*' } as const;

  it('the offer of a message needs a wait document of ours', () => {
    const { reply } = given(taskrouter, []).when(taskEvents.inbound({ options: offering })).result;
    expect(verbs(reply).at(-1)).toMatchObject({ verb: 'enqueue', wait: { purpose: 'caller.wait' } });
  });

  it('star is offered, and heard at any time', () => {
    const { reply } = given(taskrouter, queued(offering)).when({ type: 'caller.wait', at: at(2) }).result;
    expect(verbs(reply)).toMatchObject([
      {
        verb: 'gather',
        action: { purpose: 'caller.key' },
        numDigits: 1,
        finishOnKey: '',
        timeoutSeconds: 1,
        prompt: [{ verb: 'say' }, { verb: 'play' }],
      },
      { verb: 'redirect', to: { purpose: 'caller.progress' } },
    ]);
  });

  it('star leads to voicemail', () => {
    const before = queued(offering);
    const pressed = given(taskrouter, before).when(star);
    expect(verbs(pressed.result.reply)).toEqual([{ verb: 'leave' }]);
    pressed.then({ state: { caller: { phase: 'fallingBack' } } });
    const left = [...before, star, taskEvents.callerEnded('leave', { at: at(21) })];
    const { reply } = given(taskrouter, left).when(events.callerDocument({ at: at(21) })).result;
    expect(verbs(reply)).toMatchObject([{ verb: 'say' }, { verb: 'record' }, { verb: 'hangup' }]);
  });

  it('a caller whom the queue does not release after star is redirected', () => {
    given(taskrouter, [...queued(offering), star])
      .when(({ state }) => ({
        type: 'timer',
        timer: 'caller',
        at: at(60),
        dueAt: state.kind === 'call' ? (state.timers['caller'] ?? 0) : 0,
      }))
      .then({ asks: [{ type: 'call.redirect', leg: 0, document: { purpose: 'caller.document' } }] });
  });

  it('star does nothing for a caller who was just given to a worker, or where it is not offered', () => {
    const given_ = [
      ...queued(offering),
      taskEvents.assignment(1, { at: at(3) }),
      events.answered({ at: at(9) }) as never,
    ];
    given(taskrouter, given_)
      .when(star)
      .then({ state: { caller: { phase: 'waiting' } } });
    const other = { ...star, digits: '5' };
    for (const [options, key] of [
      [offering, other],
      [{ fallback: { kind: 'voicemail' } }, star],
    ] as const) {
      given(taskrouter, queued(options))
        .when(key)
        .then({ state: { caller: { phase: 'waiting' } } });
    }
  });

  it.each([
    ['offerMessage', { offerMessage: true }],
    ['offerMessage', { offerMessage: true, fallback: { kind: 'number', to: NUMBERS.ann } }],
    ['texts.offerMessage', { ...offering, texts: { offerMessage: '' } }],
    ['waitUrl', { waitUrl: '' }],
  ] as const)('option %s refuses %j', (option, options) => {
    expect(() => queued(options)).toThrow(`"${option}"`);
  });
});
