import type { PlanTarget } from '@amd/core';

/** Everybody once, beginning with the `turn`th (from 0): the next call begins with the next person. */
export function roundRobin<Person extends string | PlanTarget>(people: readonly Person[], turn: number): Person[] {
  if (people.length === 0) return [];
  const first = ((Math.trunc(turn) % people.length) + people.length) % people.length;
  return [...people.slice(first), ...people.slice(0, first)];
}

/** Everybody once, in any order, each as likely. `random` gives a number from 0 to below 1. */
export function shuffled<Person>(people: readonly Person[], random: () => number = Math.random): Person[] {
  return weighted(
    people.map((person) => ({ person, weight: 1 })),
    random,
  );
}

/** Everybody once; who has twice the weight is first twice as often. A weight of 0 is never rung. */
export function weighted<Person>(
  people: readonly { readonly person: Person; readonly weight: number }[],
  random: () => number = Math.random,
): Person[] {
  for (const { weight } of people) {
    if (!(weight >= 0 && Number.isFinite(weight)))
      throw new RangeError(`a weight must be 0 or more; got ${String(weight)}`);
  }
  const left = people.filter(({ weight }) => weight > 0);
  const order: Person[] = [];
  while (left.length > 0) {
    let point = random() * left.reduce((sum, { weight }) => sum + weight, 0);
    const found = left.findIndex(({ weight }) => (point -= weight) < 0);
    const [chosen] = left.splice(found < 0 ? left.length - 1 : found, 1);
    if (chosen !== undefined) order.push(chosen.person);
  }
  return order;
}
