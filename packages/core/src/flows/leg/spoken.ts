import { callerNumber } from '../../wire/caller-id.js';

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
