import type { CallbackRef } from '../../wire/callbacks.js';
import { callerNumber } from '../../wire/caller-id.js';
import { type Reply, type Say, twiml } from '../../wire/twiml.js';

/** `+14155550142` becomes `4 1 5 …`: spoken digit by digit in every language. */
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

/** Whether a robot that screens calls has spoken: its words, whatever Twilio made of capitals and commas. */
export function isScreening(speech: string, phrases: readonly string[]): boolean {
  const words = plain(speech);
  return phrases.some((phrase) => words.includes(plain(phrase)));
}

/** Lower case, and one space for whatever stands between words. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** Tells a person that the call is recorded, before it is. */
export function consent(
  settings: Voice & { readonly record: boolean; readonly texts: { readonly consent: string } },
): Say[] {
  return settings.record ? [say(settings, settings.texts.consent)] : [];
}

/** Slow voices take about a tenth of a second for a letter. */
export function sayingMs(words: readonly Say[]): number {
  return words.reduce((sum, { text }) => sum + text.length, 0) * 120;
}

/** Sends them to hear something. While a redirect of ours goes there too, it has a second to be the only one. */
export function leadTo(to: CallbackRef, isRedirected: boolean): Reply {
  return twiml(...(isRedirected ? [{ verb: 'pause', seconds: 1 } as const] : []), { verb: 'redirect', to });
}

interface Voice {
  readonly voice: string | null;
  readonly language: string | null;
}

/** A sentence in the call's voice. */
export function say({ voice, language }: Voice, text: string): Say {
  return {
    verb: 'say',
    text,
    ...(voice === null ? {} : { voice }),
    ...(language === null ? {} : { language }),
  };
}
