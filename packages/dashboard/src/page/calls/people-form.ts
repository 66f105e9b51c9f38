import type { ListedPerson } from '../../shared/protocol.js';

/** A person in the form, identified by an id that stays when they are moved. */
export interface FormPerson extends ListedPerson {
  readonly id: number;
}

export function formOf(people: readonly ListedPerson[]): FormPerson[] {
  return people.map(({ name, to }, id) => ({ id, name, to }));
}

export function toPeople(form: readonly FormPerson[]): ListedPerson[] {
  return form.map(({ name, to }) => ({ name, to }));
}

export function isSame(form: readonly ListedPerson[], people: readonly ListedPerson[]): boolean {
  return (
    form.length === people.length &&
    form.every(({ name, to }, index) => people[index]?.name === name && people[index].to === to)
  );
}

/** Moves one person to another place; a place outside the list changes nothing. */
export function moved(form: readonly FormPerson[], id: number, place: number): readonly FormPerson[] {
  const from = form.findIndex((person) => person.id === id);
  const person = form[from];
  if (person === undefined || place < 0 || place >= form.length || place === from) return form;
  const rest = form.filter((other) => other.id !== id);
  return [...rest.slice(0, place), person, ...rest.slice(place)];
}

export function added(form: readonly FormPerson[]): FormPerson[] {
  const id = 1 + Math.max(-1, ...form.map((person) => person.id));
  return [...form, { id, name: '', to: '' }];
}
