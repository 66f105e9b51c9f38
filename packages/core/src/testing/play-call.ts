import type { EpochMs } from '../kernel/flow.js';
import type { AnsweredBy } from '../wire/answered-by.js';
import type { FinalCallStatus } from '../wire/call-status.js';
import type { Outcome, CallEffect } from '../flows/effects.js';
import { DEFAULT_FORWARDING_CONFIG, type ForwardingConfig } from '../flows/forwarding/options.js';
import type { ForwardingEvent } from '../flows/forwarding/events.js';
import type { CallOptions } from '../flows/forwarding/options.js';
import type { CallResult, LiveForwarding } from '../flows/forwarding/state.js';
import { forwarding } from '../flows/forwarding/forwarding.js';
import { START } from './defaults.js';
import { events } from './events.js';
import { show } from './difference.js';
import {
  meansNothing,
  type Move,
  requireKeys,
  requireLive,
  requireOpenVerdict,
  requirePickedUp,
  requireRinging,
  requireUnanswered,
  requireVerdict,
  requireWords,
} from './played-moves.js';
import { PlayedTwilio, type Due, type Line } from './played-twilio.js';

/** Who calls, and how Twilio answers, in a played call. */
export interface PlayOptions {
  readonly from?: string;
  readonly config?: Partial<ForwardingConfig>;
  /** Twilio's answer to an effect, instead of the usual one; `undefined` keeps the usual one. */
  readonly answer?: (effect: CallEffect) => Outcome | undefined;
}

/**
 * A callee; legs are numbered from 1 in the order in which they ring. A move that means nothing, such as a key that nobody asks
 * for, throws an Error that names it and says why.
 */
export interface PlayedLeg {
  /** Picks up, and machine detection (if it is on) reports the answer. Default `human`. */
  answers(by?: AnsweredBy): void;
  /** Picks up while asynchronous detection has not decided yet. */
  picksUp(): void;
  /** Reports the verdict of asynchronous detection. */
  isHeardAs(by: AnsweredBy): void;
  /** Says something to a Gather that accepts speech. */
  says(words: string): void;
  /** Does not pick up. Default `busy`. */
  declines(status?: FinalCallStatus): void;
  /** Default `1`. */
  presses(digits?: string): void;
  hangsUp(): void;
}

/** A call that goes on in the test alone: nothing is sent, and time passes only when the test says so. */
export interface PlayedCall {
  readonly state: LiveForwarding;
  /** How the call ended; `null` while it goes on. */
  readonly result: CallResult | null;
  /** The requests to Twilio, as in `['call.create 1', 'call.end 2']`. */
  readonly asked: readonly string[];
  /** The legs in the room with the caller. */
  readonly talking: readonly number[];
  /** Returns everything that was said to a leg; 0 is the caller. */
  said(leg: number): readonly string[];
  leg(number: number): PlayedLeg;
  callerHangsUp(): void;
  /** Lets time pass: ring times run out, prompts fall through, timers fire. */
  wait(seconds: number): void;
}

/**
 * Plays a whole call on plain data: a caller rings in, and the people you script pick up or do not. No server, no network, no
 * clock. Twilio behaves as usual here; for its faults there are the simulator and the explorer.
 */
export function playCall(options: CallOptions, play: PlayOptions = {}): PlayedCall {
  const config = { ...DEFAULT_FORWARDING_CONFIG, ...play.config };
  const asked: string[] = [];
  let now: EpochMs = START;
  let state = forwarding.initial();
  const twilio = new PlayedTwilio(() => now, happen);

  function happen(leg: number, event: ForwardingEvent): void {
    const step = forwarding.transition(state, { ...event, at: now }, config);
    state = step.state;
    for (const effect of step.effects) {
      if (!('leg' in effect)) continue;
      asked.push(`${effect.type} ${String(effect.leg)}`);
      twilio.later(() => {
        twilio.carryOut(effect, play.answer?.(effect));
      });
    }
    if (step.reply.kind === 'twiml') twilio.hear(leg, step.reply.verbs);
  }

  function act(run: () => void): void {
    run();
    twilio.settle();
  }

  function live(): LiveForwarding {
    if (state.kind === 'nothing') throw new Error('the call has not begun');
    return state;
  }

  function wait(seconds: number): void {
    if (!(seconds >= 0) || seconds === Infinity) {
      meansNothing(`wait(${String(seconds)})`, 'it takes a number of seconds, from 0');
    }
    const until = now + seconds * 1000;
    for (let next = nextDue(); next !== undefined && next.at <= until; next = nextDue()) {
      now = Math.max(now, next.at);
      act(next.run);
    }
    now = until;
  }

  function nextDue(): Due | undefined {
    const timers = Object.entries(live().timers).map(([timer, dueAt]) => ({
      at: dueAt,
      run: () => {
        happen(0, events.timer(timer, dueAt));
      },
    }));
    return [...twilio.due(), ...timers].sort((a, b) => a.at - b.at)[0];
  }

  function pickUp(number: number, answeredBy: AnsweredBy | null): void {
    twilio.pickUp(number);
    happen(number, events.status({ leg: number, status: 'in-progress' }));
    happen(number, events.answered({ leg: number, answeredBy }));
  }

  function leg(number: number): PlayedLeg {
    if (number === 0) throw new Error('leg 0 is the caller: use callerHangsUp()');
    if (!Number.isInteger(number) || number < 1)
      throw new Error(`legs are numbered from 1: there is no leg ${String(number)}`);

    /** Plays a move of this leg, unless it means nothing now. */
    const plays = (call: string, check: (move: Move) => void, run: (line: Line) => void): void => {
      const name = `leg(${String(number)}).${call}`;
      const line = twilio.rung(number);
      if (line === undefined) meansNothing(name, twilio.notRung(number));
      check({ name, who: `leg ${String(number)}`, line });
      act(() => {
        run(line);
      });
    };
    const hear = (line: Line, answeredBy: AnsweredBy): void => {
      line.isHeard = true;
      happen(number, events.verdict({ leg: number, answeredBy }));
    };

    return {
      answers: (by = 'human') => {
        const check = (move: Move): void => {
          requireRinging(move);
          requireVerdict(move, by);
        };
        plays(`answers(${show(by)})`, check, (line) => {
          pickUp(number, line.detection === 'sync' ? by : null);
          if (line.detection === 'async') hear(line, by);
        });
      },
      picksUp: () => {
        const check = (move: Move): void => {
          requireRinging(move);
          requireOpenVerdict(move);
        };
        plays('picksUp()', check, () => {
          pickUp(number, null);
        });
      },
      isHeardAs: (by) => {
        const check = (move: Move): void => {
          requirePickedUp(move);
          requireVerdict(move, by);
          requireOpenVerdict(move);
        };
        plays(`isHeardAs(${show(by)})`, check, (line) => {
          hear(line, by);
        });
      },
      says: (words) => {
        const check = (move: Move): void => {
          requirePickedUp(move);
          requireWords(move, words);
        };
        plays(`says(${show(words)})`, check, () => {
          happen(number, events.key({ leg: number, speech: words }));
        });
      },
      declines: (status = 'busy') => {
        const check = (move: Move): void => {
          requireRinging(move);
          requireUnanswered(move, status);
        };
        plays(`declines(${show(status)})`, check, () => {
          twilio.end(number, status);
        });
      },
      presses: (digits = '1') => {
        const check = (move: Move): void => {
          requirePickedUp(move);
          requireKeys(move, digits);
        };
        plays(`presses(${show(digits)})`, check, () => {
          happen(number, events.key({ leg: number, digits }));
        });
      },
      hangsUp: () => {
        plays('hangsUp()', requirePickedUp, () => {
          twilio.end(number, 'completed');
        });
      },
    };
  }

  act(() => {
    happen(0, events.inbound({ options, ...(play.from === undefined ? {} : { from: play.from }) }));
  });

  return {
    get state() {
      return live();
    },
    get result() {
      return live().result;
    },
    get asked() {
      return [...asked];
    },
    get talking() {
      const inRoom = twilio.inRoom();
      return inRoom.includes(0) ? inRoom.filter((number) => number > 0) : [];
    },
    said: (number) => twilio.said(number),
    leg,
    callerHangsUp: () => {
      requireLive({ name: 'callerHangsUp()', who: 'the caller', line: twilio.line(0) });
      act(() => {
        twilio.end(0, 'completed');
      });
    },
    wait,
  };
}
