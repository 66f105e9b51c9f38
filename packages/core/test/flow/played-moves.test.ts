import { expect, it } from 'vitest';
import type { CallOptions } from '@amd/core';
import { NUMBERS, playCall, type PlayedCall } from '@amd/core/testing';

type Play = (call: PlayedCall) => void;

const SYNC: Partial<CallOptions> = {};
const ASYNC: Partial<CallOptions> = { amd: { mode: 'async' } };
const OFF: Partial<CallOptions> = { amd: { mode: 'off' } };
/** What JavaScript may pass. */
const any = (value: string): never => value as never;

const answers: Play = (call) => {
  call.leg(1).answers();
};
const picksUp: Play = (call) => {
  call.leg(1).picksUp();
};
const isAsked: Play = (call) => {
  call.leg(1).answers('unknown');
};

it.each<[string, Partial<CallOptions>, readonly Play[], string]>([
  [
    'a leg that was never rung',
    SYNC,
    [
      (call) => {
        call.leg(2).answers();
      },
    ],
    'leg(2).answers("human") means nothing: leg 2 was not rung; rung so far: 1',
  ],
  [
    'the caller as a leg',
    SYNC,
    [
      (call) => {
        call.leg(0).hangsUp();
      },
    ],
    'leg 0 is the caller: use callerHangsUp()',
  ],
  [
    'no number of a leg',
    SYNC,
    [
      (call) => {
        call.leg(1.5).hangsUp();
      },
    ],
    'legs are numbered from 1: there is no leg 1.5',
  ],
  [
    'a leg that has ended',
    SYNC,
    [
      isAsked,
      (call) => {
        call.leg(1).hangsUp();
      },
      (call) => {
        call.leg(1).presses();
      },
    ],
    'leg(1).presses("1") means nothing: the call of leg 1 is over (completed)',
  ],
  [
    'a leg that has declined',
    SYNC,
    [
      (call) => {
        call.leg(1).declines();
      },
      answers,
    ],
    'leg(1).answers("human") means nothing: the call of leg 1 is over (busy)',
  ],
  ['a second answer', SYNC, [isAsked, answers], 'leg(1).answers("human") means nothing: leg 1 has picked up already'],
  [
    'a decline after the answer',
    SYNC,
    [
      answers,
      (call) => {
        call.leg(1).declines('busy');
      },
    ],
    'leg(1).declines("busy") means nothing: leg 1 has picked up already',
  ],
  [
    'a decline that is an answer',
    SYNC,
    [
      (call) => {
        call.leg(1).declines('completed');
      },
    ],
    'leg(1).declines("completed") means nothing: a call that nobody picks up ends as one of busy, no-answer, failed, canceled',
  ],
  [
    'hanging up what still rings',
    SYNC,
    [
      (call) => {
        call.leg(1).hangsUp();
      },
    ],
    'leg(1).hangsUp() means nothing: leg 1 has not picked up yet',
  ],
  [
    'a verdict that Twilio does not have',
    SYNC,
    [
      (call) => {
        call.leg(1).answers(any('voicemail'));
      },
    ],
    'leg(1).answers("voicemail") means nothing: detection says one of human, machine_start, machine_end_beep, machine_end_silence, machine_end_other, fax, unknown, not "voicemail"',
  ],
  [
    'a verdict without detection',
    OFF,
    [
      (call) => {
        call.leg(1).answers('fax');
      },
    ],
    'leg(1).answers("fax") means nothing: detection is off for leg 1, so nothing says fax',
  ],
  [
    'a verdict that is not asynchronous',
    SYNC,
    [picksUp],
    'leg(1).picksUp() means nothing: detection of leg 1 is not asynchronous: use answers(by), or settings with amd mode "async"',
  ],
  [
    'a verdict before the answer',
    ASYNC,
    [
      (call) => {
        call.leg(1).isHeardAs('human');
      },
    ],
    'leg(1).isHeardAs("human") means nothing: leg 1 has not picked up yet',
  ],
  [
    'a second verdict',
    ASYNC,
    [
      picksUp,
      ...['human', 'fax'].map((by): Play => (call) => {
        call.leg(1).isHeardAs(any(by));
      }),
    ],
    'leg(1).isHeardAs("fax") means nothing: detection has decided on leg 1 already',
  ],
  [
    'a key that is none',
    SYNC,
    [
      isAsked,
      (call) => {
        call.leg(1).presses('yes');
      },
    ],
    'leg(1).presses("yes") means nothing: keys are 0 to 9, * and #',
  ],
  [
    'no key',
    SYNC,
    [
      isAsked,
      (call) => {
        call.leg(1).presses('');
      },
    ],
    'leg(1).presses("") means nothing: keys are 0 to 9, * and #',
  ],
  [
    'a key while it rings',
    SYNC,
    [
      (call) => {
        call.leg(1).presses();
      },
    ],
    'leg(1).presses("1") means nothing: leg 1 has not picked up yet',
  ],
  [
    'a key that nobody asks for',
    SYNC,
    [
      answers,
      (call) => {
        call.leg(1).presses('2');
      },
    ],
    'leg(1).presses("2") means nothing: nobody asks leg 1 for a key',
  ],
  [
    'words that nobody listens to',
    SYNC,
    [
      isAsked,
      (call) => {
        call.leg(1).says('yes');
      },
    ],
    'leg(1).says("yes") means nothing: nobody listens to what leg 1 says',
  ],
  [
    'a caller who hangs up twice',
    SYNC,
    [1, 2].map((): Play => (call) => {
      call.callerHangsUp();
    }),
    'callerHangsUp() means nothing: the call of the caller is over (completed)',
  ],
  [
    'time that goes back',
    SYNC,
    [
      (call) => {
        call.wait(-1);
      },
    ],
    'wait(-1) means nothing: it takes a number of seconds, from 0',
  ],
  [
    'time without an end',
    SYNC,
    [
      (call) => {
        call.wait(Infinity);
      },
    ],
    'wait(Infinity) means nothing: it takes a number of seconds, from 0',
  ],
])('playCall refuses %s', (_name, options, moves, message) => {
  const call = playCall({ forwardTo: [NUMBERS.ann, NUMBERS.ben], confirmSeconds: 8, ...options });
  for (const move of moves.slice(0, -1)) move(call);
  const before = call.asked;
  expect(() => moves.at(-1)?.(call)).toThrow(new Error(message));
  expect(call.asked).toEqual(before);
});

it('playCall takes every move that means something', () => {
  const call = playCall({ forwardTo: [NUMBERS.ann, NUMBERS.ben], confirmSeconds: 8 });
  call.leg(1).declines('no-answer');
  call.leg(2).answers('unknown');
  call.leg(2).presses('*#');
  expect(call.said(2)).not.toEqual([]);
  call.callerHangsUp();
  expect(call.result).not.toBeNull();

  const unheard = playCall({ forwardTo: [NUMBERS.ann], ...OFF });
  unheard.leg(1).answers();
  unheard.leg(1).hangsUp();
  expect(unheard.state.caller).toBeDefined();
});
