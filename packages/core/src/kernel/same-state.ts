/**
 * True if two states would be stored alike. Flows share unchanged parts, so most of the state is the same object; serialising
 * both to compare the texts would cost more than the rest of a repeated webhook.
 */
export function sameState(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one)) return Array.isArray(other) && sameList(one, other);
  if (Array.isArray(other)) return false;
  const a = one as Readonly<Record<string, unknown>>;
  const b = other as Readonly<Record<string, unknown>>;
  let more = 0;
  // States are plain data, so nothing is inherited; listing their keys would cost more than the comparison.
  for (const name in a) {
    const its = a[name];
    const theirs = b[name];
    if (its !== theirs && !sameState(its, theirs)) return false;
    if (theirs === undefined && !Object.hasOwn(b, name)) return false;
    more += 1;
  }
  for (const _ in b) more -= 1;
  return more === 0;
}

function sameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return (
    one.length === other.length && one.every((item, index) => item === other[index] || sameState(item, other[index]))
  );
}
