/** `+14155550142` becomes `4 1 5 …`: spoken digit by digit in every language. */
export function spoken(
  text: string,
  caller: string,
  words: { readonly withheld: string; readonly you: string },
  name?: string,
): string {
  return text.replace(/\{(caller|name)\}/g, (_, what: string) => {
    if (what === 'name') return name ?? words.you;
    return /^\+[0-9]+$/.test(caller) ? Array.from(caller.slice(1)).join(' ') : words.withheld;
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
