import { stringsOf } from '../flows/check-options.js';
import { DEFAULT_TEXTS } from '../flows/caller/texts.js';
import { withTry } from '../wire/try-url.js';
import type { Say, Verb } from '../wire/twiml.js';
import { isListening, type RouteName } from './routes.js';

/** What is said when we ourselves cannot tell what a call should do: no state, no settings, only this. */
export interface FallbackTexts {
  /** To the caller. */
  readonly unavailable: string;
  /** To somebody we rang. */
  readonly lost: string;
  readonly voice?: string | undefined;
  readonly language?: string | undefined;
}

const DEFAULT_FALLBACK_TEXTS: FallbackTexts = {
  unavailable: DEFAULT_TEXTS.unavailable,
  lost: DEFAULT_TEXTS.lost,
};

/**
 * The texts, complete; `undefined` means the default.
 * @throws TypeError naming the text
 */
export function checkFallbackTexts(texts: unknown = {}): FallbackTexts {
  const known = ['unavailable', 'lost', 'voice', 'language'] satisfies (keyof FallbackTexts)[];
  return { ...DEFAULT_FALLBACK_TEXTS, ...stringsOf(texts, 'fallbackTexts', known) };
}

/** How often a request is put off before its call is given up. */
const MAX_TRIES = 2;

/**
 * TwiML for a request that failed on our side. A new caller hears a sentence at once; whoever is known already waits a
 * second and asks again, twice, because the state that knows what to do is only out of reach for the moment.
 */
export function failureDocument(
  name: RouteName,
  again: string | null,
  tries: number,
  texts: FallbackTexts,
): readonly Verb[] {
  // The call goes on without what they would have heard; hold music is asked for again.
  if (name === 'caller.whisper') return [];
  if (isListening(name)) {
    return again === null
      ? []
      : [
          { verb: 'pause', seconds: 5 },
          { verb: 'redirect', to: { url: again } },
        ];
  }
  if (again !== null && tries < MAX_TRIES) {
    return [
      { verb: 'pause', seconds: 1 },
      { verb: 'redirect', to: { url: withTry(again, tries + 1) } },
    ];
  }
  return [say(name.startsWith('leg.') ? texts.lost : texts.unavailable, texts), { verb: 'hangup' }];
}

function say(text: string, { voice, language }: FallbackTexts): Say {
  return {
    verb: 'say',
    text,
    ...(voice === undefined ? {} : { voice }),
    ...(language === undefined ? {} : { language }),
  };
}
