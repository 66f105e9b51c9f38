import { stringsOf } from '../kernel/check.js';
import { playsOnly } from '../wire/callbacks.js';
import type { Say, Verb } from '../wire/twiml.js';
import { languageOf, voiceOf } from '../flows/settings/languages/languages.js';
import { DEFAULT_TEXTS } from '../flows/settings/texts.js';
import type { RouteName } from './routes.js';

/** What is said when we ourselves cannot tell what a call should do: no state, no settings, only this. */
export interface FallbackTexts {
  /** To the caller. */
  readonly unavailable: string;
  /** To a caller who is one too many, and on the line already. */
  readonly busy: string;
  /** To somebody we rang. */
  readonly lost: string;
  readonly voice?: string | undefined;
  /** What is not given above is said in this language, if the texts of calls exist in it. */
  readonly language?: string | undefined;
}

const DEFAULT_FALLBACK_TEXTS: FallbackTexts = {
  unavailable: DEFAULT_TEXTS.unavailable,
  busy: 'We are sorry, all our lines are busy. Please try again later. Goodbye.',
  lost: DEFAULT_TEXTS.lost,
};

/**
 * The texts, complete; `undefined` means the default.
 * @throws TypeError naming the text
 */
export function checkFallbackTexts(texts: unknown = {}): FallbackTexts {
  const known = ['unavailable', 'busy', 'lost', 'voice', 'language'] satisfies (keyof FallbackTexts)[];
  const given = stringsOf(texts, 'fallbackTexts', known);
  const { voice, language } = given;
  return { ...usualTexts(language), ...given, ...(voice === undefined ? voiceOf(language) : {}) };
}

function usualTexts(locale: string | undefined): FallbackTexts {
  const language = languageOf(locale);
  if (language === undefined) return DEFAULT_FALLBACK_TEXTS;
  const { texts, busy } = language;
  return { unavailable: texts.unavailable, busy, lost: texts.lost };
}

/**
 * TwiML for a request that failed on our side. Callers, new and known, and whoever we rang wait a second and ask again, at
 * `again`: the state that knows what to do is only out of reach for the moment. `null`: they have waited long enough.
 */
export function fallbackTwiml(name: RouteName, again: string | null, texts: FallbackTexts): readonly Verb[] {
  // The call goes on without what they would have heard; hold music is asked for again.
  if (name === 'caller.whisper') return [];
  if (playsOnly(name)) return again === null ? [] : askAgain(again, 5);
  if (again !== null) return askAgain(again, 1);
  return [say(name.startsWith('leg.') ? texts.lost : texts.unavailable, texts), { verb: 'hangup' }];
}

/** A caller who is on the line already can no longer be rejected: they hear a sentence (twilio.com/docs/voice/twiml/reject). */
export function busyDocument(texts: FallbackTexts): readonly Verb[] {
  return [say(texts.busy, texts), { verb: 'hangup' }];
}

function askAgain(url: string, seconds: number): readonly Verb[] {
  return [
    { verb: 'pause', seconds },
    { verb: 'redirect', to: { url } },
  ];
}

function say(text: string, { voice, language }: FallbackTexts): Say {
  return {
    verb: 'say',
    text,
    ...(voice === undefined ? {} : { voice }),
    ...(language === undefined ? {} : { language }),
  };
}
