import { type E164, e164 } from '../../kernel/brand.js';
import { entriesOf, oneOf, url, within } from '../../kernel/check.js';

/** Where a caller ends up whom nobody has taken. */
export type LastStop =
  /** Our sentence, then the call ends. */
  | { readonly kind: 'say' }
  /** A message is recorded: greeting, beep, `hook` `voicemail` with the recording. */
  | { readonly kind: 'voicemail'; readonly maxSeconds: number; readonly silenceSeconds: number }
  /** TwiML of the user's takes over. */
  | { readonly kind: 'redirect'; readonly url: string };

/** What the caller gets when nobody can be reached. */
export type Fallback =
  | LastStop
  /** A number that is connected to without detection, and what follows when it does not answer. */
  | { readonly kind: 'number'; readonly to: E164; readonly ringSeconds: number; readonly otherwise: LastStop };

type LastStopOption =
  | { readonly kind: 'say' }
  | {
      readonly kind: 'voicemail';
      /** The longest message: 5–3600 s, default 120. */
      readonly maxSeconds?: number | undefined;
      /** So much silence ends it: 1–30 s, default 5. */
      readonly silenceSeconds?: number | undefined;
    }
  | { readonly kind: 'redirect'; readonly url: string };

/** What `fallback` may be given as. */
export type FallbackOption =
  | LastStopOption
  | {
      readonly kind: 'number';
      /** Not asked for at `mayDial`: you name it yourself. */
      readonly to: string;
      /** 5–60 s, default 30. */
      readonly ringSeconds?: number | undefined;
      /** When it does not answer; default `say`. */
      readonly otherwise?: LastStopOption | undefined;
    };

/** The user's own TwiML serves the caller from then on. */
export function leavesOurHands({ kind }: Fallback): boolean {
  return kind === 'redirect';
}

/** Each last stop: the fields it may be given with, and what is made of them. A new kind is told here, and nowhere else in this file. */
const LAST_STOPS: {
  readonly [Kind in LastStop['kind']]: {
    readonly fields: readonly string[];
    readonly read: (given: Readonly<Record<string, unknown>>, option: string) => Extract<LastStop, { kind: Kind }>;
  };
} = {
  say: { fields: [], read: () => ({ kind: 'say' }) },
  voicemail: {
    fields: ['maxSeconds', 'silenceSeconds'],
    read: ({ maxSeconds = 120, silenceSeconds = 5 }, option) => ({
      kind: 'voicemail',
      maxSeconds: within(maxSeconds, 5, 3600, `${option}.maxSeconds`),
      silenceSeconds: within(silenceSeconds, 1, 30, `${option}.silenceSeconds`),
    }),
  },
  redirect: {
    fields: ['url'],
    read: (given, option) => ({ kind: 'redirect', url: url(given['url'], `${option}.url`) }),
  },
};

const LAST_STOP_KINDS = Object.keys(LAST_STOPS) as LastStop['kind'][];

const LAST_STOP_FIELDS = Object.values(LAST_STOPS).flatMap(({ fields }) => fields);

const NUMBER_FIELDS = ['to', 'ringSeconds', 'otherwise'];

/** @throws TypeError or RangeError naming the option */
export function fallbackOf(value: unknown): Fallback {
  const { kind } = entriesOf(value, 'fallback', ['kind', ...LAST_STOP_FIELDS, ...NUMBER_FIELDS]);
  const kinds = [...LAST_STOP_KINDS, 'number'] as const;
  if (oneOf(kind, kinds, 'fallback.kind') !== 'number') return lastStopOf(value, 'fallback');
  const {
    to,
    ringSeconds = 30,
    otherwise = { kind: 'say' },
  } = entriesOf(value, 'fallback', ['kind', ...NUMBER_FIELDS]);
  return {
    kind: 'number',
    to: e164(to, 'fallback.to'),
    ringSeconds: within(ringSeconds, 5, 60, 'fallback.ringSeconds'),
    otherwise: lastStopOf(otherwise, 'fallback.otherwise'),
  };
}

function lastStopOf(value: unknown, option: string): LastStop {
  const { kind } = entriesOf(value, option, ['kind', ...LAST_STOP_FIELDS]);
  const { fields, read } = LAST_STOPS[oneOf(kind, LAST_STOP_KINDS, `${option}.kind`)];
  return read(entriesOf(value, option, ['kind', ...fields]), option);
}
