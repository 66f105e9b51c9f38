/** Checks of options. An error names the option, because a call whose settings are refused is lost. */

/**
 * Returns the value's entries without those that are `undefined`, which mean the default.
 * @throws TypeError naming the option that is not an object, or has a key that is not `known`
 */
export function entriesOf(value: unknown, option: string, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`"${option}" must be an object; got ${kindOf(value)}`);
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  for (const [key] of entries) {
    if (!known.includes(key)) {
      throw new TypeError(
        `"${pathOf(option, key)}" is not an option${meant(key, known)}; there are ${known.join(', ')}`,
      );
    }
  }
  return Object.fromEntries(entries);
}

/**
 * Refuses what is not an option of a `create…` function: a misspelt option would be ignored, and nobody would be told.
 * @throws TypeError naming the option, and what there is
 */
export function onlyKnown(options: unknown, maker: string, known: Readonly<Record<string, true>>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`"${maker}" takes an object of options; got ${kindOf(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !Object.hasOwn(known, name)) {
      const names = Object.keys(known);
      throw new TypeError(
        `"${name}" (${shown(value)}) is not an option of ${maker}${meant(name, names)}; there are ${names.join(', ')}`,
      );
    }
  }
}

/**
 * Checks that the value is an object of strings.
 * @throws TypeError naming the option
 */
export function stringsOf(value: unknown, option: string, known: readonly string[]): Readonly<Record<string, string>> {
  const entries = Object.entries(entriesOf(value, option, known));
  return Object.fromEntries(entries.map(([key, item]) => [key, text(item, pathOf(option, key))]));
}

/** @throws TypeError naming the option */
export function listOf(value: unknown, option: string, of: string): readonly unknown[] {
  // Array.from turns holes into undefined.
  if (Array.isArray(value)) return Array.from(value as readonly unknown[]);
  throw new TypeError(`"${option}" must be a list of ${of}; got ${kindOf(value)}`);
}

/** @throws TypeError naming the option */
export function text(value: unknown, option: string): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`"${option}" must be a string; got ${kindOf(value)}`);
}

/** @throws TypeError naming the option */
export function url(value: unknown, option: string): string {
  if (typeof value === 'string' && /^https?:\/\/[^\s/?#]+\S*$/i.test(value)) return value;
  throw new TypeError(`"${option}" must be an absolute http(s) URL`);
}

/** @throws TypeError naming the option */
export function oneOf<const Value extends string>(value: unknown, values: readonly Value[], option: string): Value {
  const found = values.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new TypeError(
    `"${option}" must be ${values.map((one) => JSON.stringify(one)).join(' or ')}; got ${shown(value)}`,
  );
}

/** @throws TypeError naming the option */
export function flag(value: unknown, option: string): boolean {
  if (typeof value === 'boolean') return value;
  throw new TypeError(`"${option}" must be true or false; got ${shown(value)}`);
}

/** A name that contains the given one or is contained in it, or differs from it in two letters at most. */
function meant(given: string, known: readonly string[]): string {
  const name = given.toLowerCase();
  const [likely] = known
    .map((one) => ({ one, far: isWithin(one.toLowerCase(), name) ? 1 : difference(one.toLowerCase(), name) }))
    .filter(({ far }) => far <= 2)
    .sort((a, b) => a.far - b.far);
  return likely === undefined ? '' : ` (did you mean "${likely.one}"?)`;
}

function isWithin(a: string, b: string): boolean {
  return Math.min(a.length, b.length) > 3 && (a.includes(b) || b.includes(a));
}

/** How many letters are to be put in, left out or replaced to make one of the other. */
function difference(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (const [line, letter] of Array.from(a).entries()) {
    const next = [line + 1];
    for (const [column, other] of Array.from(b).entries()) {
      const [over = 0, here = 0] = [row[column], row[column + 1]];
      next.push(Math.min(over + (letter === other ? 0 : 1), here + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : kindOf(value);
}

/** @throws RangeError naming the option */
export function within(value: unknown, low: number, high: number, option: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= low && value <= high) return value;
  const got = typeof value === 'number' ? String(value) : kindOf(value);
  throw new RangeError(`"${option}" must be a whole number from ${String(low)} to ${String(high)}; got ${got}`);
}

/** Describes a value for messages without revealing its content. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}

function pathOf(option: string, key: string): string {
  return option === 'options' ? key : `${option}.${key}`;
}
