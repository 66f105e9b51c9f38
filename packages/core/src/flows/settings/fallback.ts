import { type E164, e164 } from '../../kernel/ids.js';
import { entriesOf, oneOf, url, within } from '../../kernel/check.js';

/** What a caller ends up with when nobody takes the call. */
export type FinalFallback =
  /** Says a sentence, then ends the call. */
  | { readonly kind: 'say' }
  /** Records a message: greeting, beep, then `hook` `voicemail` with the recording. */
  | { readonly kind: 'voicemail'; readonly maxSeconds: number; readonly silenceSeconds: number }
  /** Continues with TwiML of the user's. */
  | { readonly kind: 'redirect'; readonly url: string };

/** What the caller gets when nobody can be reached. */
export type Fallback =
  | FinalFallback
  /** Connects to a number without detection; `ifUnanswered` follows when it does not answer. */
  | { readonly kind: 'number'; readonly to: E164; readonly ringSeconds: number; readonly ifUnanswered: FinalFallback };

type FinalFallbackOption =
  | { readonly kind: 'say' }
  | {
      readonly kind: 'voicemail';
      /** The longest message: 5–3600 s, default 120. */
      readonly maxSeconds?: number | undefined;
      /** This much silence ends the message: 1–30 s, default 5. */
      readonly silenceSeconds?: number | undefined;
    }
  | { readonly kind: 'redirect'; readonly url: string };

/** What the `fallback` option accepts. */
export type FallbackOption =
  | FinalFallbackOption
  | {
      readonly kind: 'number';
      /** Not checked by `mayDial`: it is your own setting. */
      readonly to: string;
      /** 5–60 s, default 30. */
      readonly ringSeconds?: number | undefined;
      /** What follows when it does not answer; default `say`. */
      readonly ifUnanswered?: FinalFallbackOption | undefined;
    };

/**
 * Each final fallback: the fields it may be given with, what is made of them, and whether the user's own TwiML serves the caller from
 * then on. A new kind is added here, to `FinalFallback` and `FinalFallbackOption` above, and to what the caller hears (`fallbackVerbs`).
 */
const FINAL_FALLBACKS: {
  readonly [Kind in FinalFallback['kind']]: {
    readonly fields: readonly string[];
    readonly leavesOurHands: boolean;
    readonly read: (given: Readonly<Record<string, unknown>>, option: string) => Extract<FinalFallback, { kind: Kind }>;
  };
} = {
  say: { fields: [], leavesOurHands: false, read: () => ({ kind: 'say' }) },
  voicemail: {
    fields: ['maxSeconds', 'silenceSeconds'],
    leavesOurHands: false,
    read: ({ maxSeconds = 120, silenceSeconds = 5 }, option) => ({
      kind: 'voicemail',
      maxSeconds: within(maxSeconds, 5, 3600, `${option}.maxSeconds`),
      silenceSeconds: within(silenceSeconds, 1, 30, `${option}.silenceSeconds`),
    }),
  },
  redirect: {
    fields: ['url'],
    leavesOurHands: true,
    read: (given, option) => ({ kind: 'redirect', url: url(given['url'], `${option}.url`) }),
  },
};

const FINAL_FALLBACK_KINDS = Object.keys(FINAL_FALLBACKS) as FinalFallback['kind'][];

const FINAL_FALLBACK_FIELDS = Object.values(FINAL_FALLBACKS).flatMap(({ fields }) => fields);

const NUMBER_FIELDS = ['to', 'ringSeconds', 'ifUnanswered'];

/** True if the user's own TwiML serves the caller from then on. */
export function leavesOurHands({ kind }: Fallback): boolean {
  return kind !== 'number' && FINAL_FALLBACKS[kind].leavesOurHands;
}

/** @throws TypeError or RangeError naming the option */
export function fallbackOf(value: unknown): Fallback {
  const { kind } = entriesOf(value, 'fallback', ['kind', ...FINAL_FALLBACK_FIELDS, ...NUMBER_FIELDS]);
  const kinds = [...FINAL_FALLBACK_KINDS, 'number'] as const;
  if (oneOf(kind, kinds, 'fallback.kind') !== 'number') return finalFallbackOf(value, 'fallback');
  const {
    to,
    ringSeconds = 30,
    ifUnanswered = { kind: 'say' },
  } = entriesOf(value, 'fallback', ['kind', ...NUMBER_FIELDS]);
  return {
    kind: 'number',
    to: e164(to, 'fallback.to'),
    ringSeconds: within(ringSeconds, 5, 60, 'fallback.ringSeconds'),
    ifUnanswered: finalFallbackOf(ifUnanswered, 'fallback.ifUnanswered'),
  };
}

function finalFallbackOf(value: unknown, option: string): FinalFallback {
  const { kind } = entriesOf(value, option, ['kind', ...FINAL_FALLBACK_FIELDS]);
  const { fields, read } = FINAL_FALLBACKS[oneOf(kind, FINAL_FALLBACK_KINDS, `${option}.kind`)];
  return read(entriesOf(value, option, ['kind', ...fields]), option);
}
