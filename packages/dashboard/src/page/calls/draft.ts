import type { ListedPerson } from '../../shared/protocol.js';

/** A person while they are edited: known by an id that stays when they move. */
export interface DraftPerson extends ListedPerson {
  readonly id: number;
}

export function draftOf(people: readonly ListedPerson[]): DraftPerson[] {
  return people.map(({ name, to }, id) => ({ id, name, to }));
}

export function toPeople(draft: readonly DraftPerson[]): ListedPerson[] {
  return draft.map(({ name, to }) => ({ name, to }));
}

export function isSame(draft: readonly ListedPerson[], people: readonly ListedPerson[]): boolean {
  return (
    draft.length === people.length &&
    draft.every(({ name, to }, index) => people[index]?.name === name && people[index].to === to)
  );
}

/** The list with one person somewhere else; a place outside the list changes nothing. */
export function moved(draft: readonly DraftPerson[], id: number, place: number): readonly DraftPerson[] {
  const from = draft.findIndex((person) => person.id === id);
  const person = draft[from];
  if (person === undefined || place < 0 || place >= draft.length || place === from) return draft;
  const rest = draft.filter((other) => other.id !== id);
  return [...rest.slice(0, place), person, ...rest.slice(place)];
}

export function added(draft: readonly DraftPerson[]): DraftPerson[] {
  const id = 1 + Math.max(-1, ...draft.map((person) => person.id));
  return [...draft, { id, name: '', to: '' }];
}
