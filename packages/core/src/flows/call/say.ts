import type { CallbackRef } from '../../wire/callbacks.js';
import { callerNumber } from '../../wire/caller-id.js';
import { type Reply, type Say, twiml } from '../../wire/twiml.js';

/** Fills in a text. `+14155550142` becomes `4 1 5 …`, which is spoken digit by digit in every language. */
export function spoken(
  text: string,
  caller: string,
  words: { readonly withheld: string; readonly you: string },
  name?: string,
): string {
  return text.replace(/\{(caller|name)\}/g, (_, what: string) => {
    if (what === 'name') return name ?? words.you;
    const number = callerNumber(caller);
    return number === null ? words.withheld : Array.from(number.slice(1)).join(' ');
  });
}

/** True if the speech contains a phrase of a call-screening robot, regardless of Twilio's capitals and punctuation. */
export function isScreening(speech: string, phrases: readonly string[]): boolean {
  const words = plain(speech);
  return phrases.some((phrase) => words.includes(plain(phrase)));
}

/** Converts to lower case, with one space between words. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Tells a person that the call will be recorded, before recording starts. */
export function consent(
  settings: Voice & { readonly record: boolean; readonly texts: { readonly consent: string } },
): Say[] {
  return settings.record ? [say(settings, settings.texts.consent)] : [];
}

/**
 * Estimates how long the words take, rather too long than too short. Slow voices take about a tenth of a second per letter, and
 * a fifth per syllable where each syllable is a sign (kana). A sign for a whole word (kanji, hangul) takes several of them.
 */
export function sayingMs(words: readonly Say[]): number {
  return words.reduce((sum, { text }) => sum + textMs(text), 0);
}

const SYLLABLES = /[\u3040-\u30ff]/gu;
/** Full-width punctuation is a pause as long as a word. */
const WORDS = /[\p{Script=Han}\p{Script=Hangul}\u3000-\u3004\u3008-\u303f\uff00-\uffef]/gu;

function textMs(text: string): number {
  return text.length * 120 + (text.match(SYLLABLES)?.length ?? 0) * 80 + (text.match(WORDS)?.length ?? 0) * 380;
}

/** Sends a call to another document. While our own redirect leads there too, a pause of one second lets it arrive first. */
export function leadTo(to: CallbackRef, isRedirected: boolean): Reply {
  return twiml(...(isRedirected ? [{ verb: 'pause', seconds: 1 } as const] : []), { verb: 'redirect', to });
}

interface Voice {
  readonly voice: string | null;
  readonly language: string | null;
}

/** Builds a sentence in the call's voice. */
export function say({ voice, language }: Voice, text: string): Say {
  return {
    verb: 'say',
    text,
    ...(voice === null ? {} : { voice }),
    ...(language === null ? {} : { language }),
  };
}
