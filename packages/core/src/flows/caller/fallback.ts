import { e164, type E164 } from '../../kernel/brand.js';
import { entriesOf, oneOf, url, within } from '../check-options.js';

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

/** A last number that is the caller's own, or the one they called, would only lead back to us. */
export function leadsBack(fallback: Fallback, call: { readonly from: string; readonly to: string }): boolean {
  return fallback.kind === 'number' && (fallback.to === call.to || fallback.to === call.from);
}

const KINDS = ['say', 'voicemail', 'redirect', 'number'] as const;

/** @throws TypeError or RangeError naming the option */
export function fallbackOf(value: unknown): Fallback {
  const { kind } = entriesOf(value, 'fallback', ['kind', 'url', 'to', 'ringSeconds', 'otherwise', ...VOICEMAIL]);
  if (oneOf(kind, KINDS, 'fallback.kind') !== 'number') return lastStopOf(value, 'fallback');
  const given = entriesOf(value, 'fallback', ['kind', 'to', 'ringSeconds', 'otherwise']);
  const { to, ringSeconds = 30, otherwise = { kind: 'say' } } = given;
  return {
    kind: 'number',
    to: e164(to, 'fallback.to'),
    ringSeconds: within(ringSeconds, 5, 60, 'fallback.ringSeconds'),
    otherwise: lastStopOf(otherwise, 'fallback.otherwise'),
  };
}

const VOICEMAIL = ['maxSeconds', 'silenceSeconds'];

function lastStopOf(value: unknown, option: string): LastStop {
  const { kind } = entriesOf(value, option, ['kind', 'url', ...VOICEMAIL]);
  switch (oneOf(kind, ['say', 'voicemail', 'redirect'], `${option}.kind`)) {
    case 'say':
      entriesOf(value, option, ['kind']);
      return { kind: 'say' };
    case 'redirect':
      return { kind: 'redirect', url: url(entriesOf(value, option, ['kind', 'url'])['url'], `${option}.url`) };
    case 'voicemail': {
      const { maxSeconds = 120, silenceSeconds = 5 } = entriesOf(value, option, ['kind', ...VOICEMAIL]);
      return {
        kind: 'voicemail',
        maxSeconds: within(maxSeconds, 5, 3600, `${option}.maxSeconds`),
        silenceSeconds: within(silenceSeconds, 1, 30, `${option}.silenceSeconds`),
      };
    }
  }
}
