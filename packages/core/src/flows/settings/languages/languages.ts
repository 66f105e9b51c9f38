import { GERMAN } from './de.js';
import { SPANISH } from './es.js';
import { FRENCH } from './fr.js';
import { JAPANESE } from './ja.js';
import type { Language } from './language.js';
import { PORTUGUESE } from './pt.js';

/** The languages beside English that all texts exist in, by the first part of a locale. */
export const LANGUAGES: ReadonlyMap<string, Language> = new Map([
  ['de', GERMAN],
  ['es', SPANISH],
  ['fr', FRENCH],
  ['ja', JAPANESE],
  ['pt', PORTUGUESE],
]);

/** Finds the language of a locale such as `de-AT`; `undefined`: the texts are English. */
export function languageOf(locale: string | null | undefined): Language | undefined {
  return LANGUAGES.get((locale ?? '').toLowerCase().split('-')[0] ?? '');
}

/** Names a voice that speaks a locale, and the locale as that voice has it; `undefined` where the choice is Twilio's. */
export function voiceOf(locale: string | null | undefined): { voice: string; language: string } | undefined {
  const voices = Object.entries(languageOf(locale)?.voices ?? {});
  const [language, voice] = voices.find(([own]) => own.toLowerCase() === locale?.toLowerCase()) ?? voices[0] ?? [];
  return language === undefined || voice === undefined ? undefined : { voice, language };
}
