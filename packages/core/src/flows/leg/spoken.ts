/** `+14155550142` becomes `4 1 5 …`: spoken digit by digit in every language. */
export function spoken(text: string, caller: string, withheld: string): string {
  if (!text.includes('{caller}')) return text;
  const digits = /^\+[0-9]+$/.test(caller) ? Array.from(caller.slice(1)).join(' ') : withheld;
  return text.replaceAll('{caller}', () => digits);
}
