import { MAX_PEOPLE } from '@amd/core';
import { z } from 'zod';
import type { ListedPerson, PeopleProblem } from '../../shared/protocol.js';

const MAX_NAME = 80;

const SHAPE = z.strictObject({
  inbound: z.string().max(40),
  revision: z.int().min(0),
  people: z.array(z.strictObject({ name: z.string().max(400), to: z.string().max(60) })).nullable(),
});

export type PeopleInput = z.output<typeof SHAPE>;

export type CheckedPeople =
  | { readonly ok: true; readonly value: PeopleInput }
  | { readonly ok: false; readonly problems: readonly PeopleProblem[] };

/** Checks what an editor sent, which may be anything. Names are trimmed; numbers are taken literally. */
export function checkPeople(
  input: unknown,
  known: ReadonlySet<string>,
  problem: (to: string) => string | null,
): CheckedPeople {
  const shaped = SHAPE.safeParse(input);
  if (!shaped.success) return refuse(null, 'list', 'The list has the wrong form: load the page again.');
  const { inbound, revision, people } = shaped.data;
  if (!known.has(inbound)) return refuse(null, 'list', 'Calls to this number have no list of their own.');
  if (people === null) return { ok: true, value: shaped.data };
  if (people.length === 0) return refuse(null, 'list', 'Add at least one person, or go back to the configured list.');
  if (people.length > MAX_PEOPLE) return refuse(null, 'list', `Ring at most ${String(MAX_PEOPLE)} people.`);

  const trimmed = people.map(({ name, to }) => ({ name: name.trim(), to: to.trim() }));
  const problems = trimmed.flatMap((person, index) => problemsOf(person, index, trimmed, problem));
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: { inbound, revision, people: trimmed } };
}

function problemsOf(
  { name, to }: ListedPerson,
  index: number,
  all: readonly ListedPerson[],
  problem: (to: string) => string | null,
): PeopleProblem[] {
  const found: PeopleProblem[] = [];
  if (name.length > MAX_NAME) {
    found.push({ index, field: 'name', message: `The name must have at most ${String(MAX_NAME)} characters.` });
  }
  // Control and direction characters can make a name look like another one.
  if (/[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(name)) {
    found.push({ index, field: 'name', message: 'The name contains invisible characters: type it again.' });
  }
  const wrong = to === '' ? 'is missing' : problem(to);
  if (wrong !== null) found.push({ index, field: 'to', message: `The number ${wrong}.` });
  const first = all.findIndex((other) => other.to === to);
  if (to !== '' && first < index) {
    found.push({ index, field: 'to', message: `The number is in the list already, at place ${String(first + 1)}.` });
  }
  return found;
}

function refuse(index: number | null, field: PeopleProblem['field'], message: string): CheckedPeople {
  return { ok: false, problems: [{ index, field, message }] };
}
