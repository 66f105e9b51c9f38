/** Part of a value: omitted fields are ignored. Lists are compared item by item, and by length. */
export type Part<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Part<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]?: Part<T[Key]> | undefined }
      : T;

/** Lists where a value differs from what is expected, one line each: `state.caller.phase: expected "held", got "arriving"`. */
export function differences(path: string, expected: unknown, actual: unknown): string[] {
  if (Array.isArray(expected)) return listDifferences(path, expected, actual);
  if (isObject(expected) && isObject(actual)) {
    return Object.entries(expected).flatMap(([key, value]) => differences(`${path}.${key}`, value, actual[key]));
  }
  return Object.is(expected, actual) ? [] : [`${path}: expected ${show(expected)}, got ${show(actual)}`];
}

function listDifferences(path: string, expected: readonly unknown[], actual: unknown): string[] {
  if (!Array.isArray(actual)) return [`${path}: expected ${show(expected)}, got ${show(actual)}`];
  if (expected.length !== actual.length) {
    return [
      `${path}: expected ${String(expected.length)} item(s), got ${String(actual.length)}`,
      ...expected.map((item) => `  expected ${show(item)}`),
      ...actual.map((item) => `  got      ${show(item)}`),
    ];
  }
  return expected.flatMap((item, index) => differences(`${path}[${String(index)}]`, item, actual[index]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
