import { entriesOf, flag, oneOf, url, within } from '../../kernel/check.js';
import { RINGBACK_TONES, type RingbackTone } from '../../wire/twiml.js';
import type { Texts } from './texts.js';

/** What a waiting caller hears, and what both parties hear when they are connected. */
export interface Hold {
  /** `null`: Twilio's hold music. Empty: silence. */
  readonly waitUrl: string | null;
  /** A ringback tone instead of music; `null`: none. */
  readonly ringback: RingbackTone | null;
  /** How often, in seconds, the caller is told that they are not forgotten; `null`: never. */
  readonly progressSeconds: number | null;
  /** The talk is recorded, and both parties are told so. */
  readonly record: boolean;
}

export interface HoldOptions {
  /** Your own music: a file, or TwiML. Default: Twilio's music; `''` (not in a queue): silence. */
  readonly waitUrl?: string | undefined;
  /** A ringback tone as in North America, the United Kingdom or most of Europe, instead of music. */
  readonly ringback?: RingbackTone | undefined;
  /**
   * Says `texts.progress` every so many seconds (10–300, default 30); music that is playing is played to its end first. The wait
   * document is then ours: without this, and without `ringback`, hold music needs no server of ours.
   */
  readonly progress?: { readonly everySeconds?: number | undefined } | undefined;
  /** Records the talk, tells both parties with `texts.consent`, and runs the hook `recording`. Default: off. */
  readonly record?: boolean | undefined;
}

/** Exhaustively typed: an option missing here does not compile. */
export const HOLD_OPTIONS: readonly string[] = Object.keys({
  waitUrl: true,
  ringback: true,
  progress: true,
  record: true,
} satisfies Record<keyof HoldOptions, true>);

/** @throws TypeError or RangeError naming the option */
export function holdOf(given: Readonly<Record<string, unknown>>, texts: Texts): Hold {
  const { waitUrl, ringback, progress, record = false } = given;
  if (waitUrl !== undefined && ringback !== undefined) {
    throw new TypeError('"ringback" and "waitUrl" cannot both be what the caller hears: leave one of them out');
  }
  if (flag(record, 'record') && texts.consent === '') {
    throw new TypeError('"texts.consent" cannot be empty while "record" is on: whoever is recorded is told so');
  }
  return {
    waitUrl: waitUrl === undefined ? null : waitUrl === '' ? '' : url(waitUrl, 'waitUrl'),
    ringback: ringback === undefined ? null : oneOf(ringback, RINGBACK_TONES, 'ringback'),
    progressSeconds: progress === undefined ? null : progressOf(progress, texts),
    record: flag(record, 'record'),
  };
}

function progressOf(value: unknown, texts: Texts): number {
  const { everySeconds = 30 } = entriesOf(value, 'progress', ['everySeconds']);
  if (texts.progress === '') throw new TypeError('"texts.progress" cannot be empty while "progress" is on');
  return within(everySeconds, 10, 300, 'progress.everySeconds');
}
