import { entriesOf, text } from '../../kernel/check.js';
import type { KeyWords } from './languages/language.js';

/** What the keys of a callee mean who is asked for one. */
export interface Keys {
  /** The keys that take the call; `null`: every key that does not decline it. */
  readonly accept: string | null;
  /** The keys that decline it. Empty: none does. */
  readonly decline: string;
}

/** What a pressed key means. `nothing`: the callee is asked again. */
export type KeyMeaning = 'accept' | 'decline' | 'nothing';

const ALL_KEYS = Array.from('0123456789*#');

/**
 * Checks the keys of a call; `undefined` means that any key takes it.
 * @throws TypeError naming the option
 */
export function keysOf(value: unknown): Keys {
  const { accept, decline = '' } = entriesOf(value ?? {}, 'keys', ['accept', 'decline']);
  const keys: Keys = {
    accept: accept === undefined ? null : keysIn(accept, 'keys.accept'),
    decline: keysIn(decline, 'keys.decline'),
  };
  if (keys.accept === '') throw new TypeError('"keys.accept" cannot be empty: no key would take a call');
  const both = Array.from(keys.accept ?? '').find((key) => keys.decline.includes(key));
  if (both !== undefined) throw new TypeError(`"keys.accept" and "keys.decline" both contain "${both}"`);
  if (keys.accept === null && ALL_KEYS.every((key) => keys.decline.includes(key))) {
    throw new TypeError('"keys.decline" cannot be every key: no key would take a call');
  }
  return keys;
}

function keysIn(value: unknown, option: string): string {
  const keys = text(value, option);
  if (Array.from(keys).every((key) => ALL_KEYS.includes(key))) return keys;
  throw new TypeError(`"${option}" must consist of the keys 0 to 9, * and #; got ${JSON.stringify(keys.slice(0, 40))}`);
}

/** True if no key was chosen: any of them takes the call. */
export function isAnyKey({ accept, decline }: Keys): boolean {
  return accept === null && decline === '';
}

/** Says what it means that these digits were pressed. The question takes one digit; of more, the first counts. */
export function meaningOf({ accept, decline }: Keys, digits: string): KeyMeaning {
  const key = digits.charAt(0);
  if (decline.includes(key)) return 'decline';
  return accept === null || accept.includes(key) ? 'accept' : 'nothing';
}

/** The usual question in English, where keys were chosen. */
export const ENGLISH_KEYS: KeyWords = {
  accept: 'A call for {name}, from {caller}. Press {accept} to take it.',
  decline: 'A call for {name}, from {caller}. Press {decline} to decline, or any other key to take it.',
  both: 'A call for {name}, from {caller}. Press {accept} to take it, or {decline} to decline.',
  star: 'star',
  pound: 'pound',
  or: ' or ',
};

/** The usual question, with the keys that were chosen. */
export function questionWith({ accept, decline }: Keys, words: KeyWords): string {
  const question = accept === null ? words.decline : decline === '' ? words.accept : words.both;
  return question
    .replace('{accept}', () => spokenKeys(accept ?? '', words))
    .replace('{decline}', () => spokenKeys(decline, words));
}

function spokenKeys(keys: string, { star, pound, or }: KeyWords): string {
  return [...new Set(keys)].map((key) => (key === '*' ? star : key === '#' ? pound : key)).join(or);
}
