import { expect, it } from 'vitest';
import { createTestApp, human, voicemail } from '../src/index.js';

const anything = (value: unknown): never => value as never;

it.each([
  ['an option that there is not', () => human(anything({ rings: 3 })), '"rings" is not an option of human()'],
  ['a time that is no number', () => human(anything({ ringMs: '3' })), '"ringMs" of human() must be a number'],
  ['a time before now', () => voicemail({ greetingMs: -1 }), '"greetingMs" of voicemail() must be a number'],
])('a person is refused with %s', (_, make, message) => {
  expect(make).toThrow(message);
});

it('a person at a number that is not E.164 is refused: nobody would ever be rung there', () => {
  const people = { '(415) 555-0142': human() };
  expect(() => createTestApp(() => () => new Response(), { people })).toThrow('E.164');
  expect(() => createTestApp(() => () => new Response(), { people: { '4155550142': human() } })).toThrow('E.164');
});
