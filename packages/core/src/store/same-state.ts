/**
 * Whether two states would be stored alike. Flows share what they leave alone, so most of it is the same object; writing
 * both down to compare the texts would cost more than the rest of a repeated webhook.
 */
export function sameState(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const a = one as Readonly<Record<string, unknown>>;
  const b = other as Readonly<Record<string, unknown>>;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && sameState(a[name], b[name]))
  );
}
