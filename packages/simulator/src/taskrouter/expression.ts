import { RestRefusal } from '../rest/errors.js';

/**
 * Expressions of TaskRouter (twilio.com/docs/taskrouter/expression-syntax), parsed by hand: its two-word operators (`NOT IN`) fit
 * no small expression parser, and those parsers keep their operators in a table that the whole process shares.
 */
export type Value = string | number | boolean | null | readonly Value[];
type Node = (scope: Scope) => Value;

/** What names stand for: plain ones are the worker's, `task.…` and `worker.…` are explicit. */
export interface Scope {
  readonly worker: Readonly<Record<string, unknown>>;
  readonly task: Readonly<Record<string, unknown>>;
  /** Whose attributes plain names are. */
  readonly plain: 'worker' | 'task';
}

const TOKEN =
  /\s*(?:(-?\d+(?:\.\d+)?)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)|(==|!=|<=|>=|=|<|>|\(|\)|\[|\]|,))/y;

interface Token {
  readonly kind: 'value' | 'word' | 'sign';
  readonly text: string;
  readonly value?: Value;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw wrong(text, `"${text.slice(at).trim().slice(0, 20)}" is not understood`);
    const [, number, single, double, word, sign] = match;
    const quoted = single ?? double;
    if (number !== undefined) found.push({ kind: 'value', text: number, value: Number(number) });
    else if (quoted !== undefined) {
      found.push({ kind: 'value', text: quoted, value: quoted.replaceAll(/\\(.)/g, '$1') });
    } else if (word !== undefined) found.push({ kind: 'word', text: word });
    else found.push({ kind: 'sign', text: sign ?? '' });
  }
  return found;
}

const wrong = (text: string, problem: string): RestRefusal =>
  new RestRefusal(20001, `Invalid expression "${text}": ${problem}`);

/** Compares loosely as TaskRouter does: a number and its text are equal. */
const same = (a: Value, b: Value): boolean =>
  a === b || (a !== null && b !== null && typeof a !== 'object' && typeof b !== 'object' && String(a) === String(b));
const items = (value: Value): readonly Value[] => (Array.isArray(value) ? (value as readonly Value[]) : []);

function ordered(a: Value, b: Value, holds: (sign: number) => boolean): boolean {
  if (a === null || b === null || typeof a === 'object' || typeof b === 'object') return false;
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return holds(x - y);
  return holds(String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0);
}

const COMPARE: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  '=': same,
  '==': same,
  '!=': (a, b) => !same(a, b),
  '<': (a, b) => ordered(a, b, (sign) => sign < 0),
  '<=': (a, b) => ordered(a, b, (sign) => sign <= 0),
  '>': (a, b) => ordered(a, b, (sign) => sign > 0),
  '>=': (a, b) => ordered(a, b, (sign) => sign >= 0),
  IN: (a, b) => items(b).some((item) => same(item, a)),
  'NOT IN': (a, b) => !items(b).some((item) => same(item, a)),
  HAS: (a, b) => items(a).some((item) => same(item, b)),
  'NOT HAS': (a, b) => !items(a).some((item) => same(item, b)),
  CONTAINS: (a, b) => (typeof a === 'string' ? a.includes(String(b)) : items(a).some((item) => same(item, b))),
};

function lookUp(scope: Scope, path: string): Value {
  const parts = path.split('.');
  const whose = parts[0] === 'task' || parts[0] === 'worker' ? (parts.shift() as 'task' | 'worker') : scope.plain;
  let value: unknown = scope[whose];
  for (const part of parts) {
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string, unknown>)[part]
        : null;
  }
  return (value ?? null) as Value;
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokens(text);
  }

  whole(): Node {
    const node = this.#or();
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw wrong(this.#text, `"${rest.text}" was not expected`);
    return node;
  }

  #word(...words: readonly string[]): boolean {
    const matches = words.every((word, index) => {
      const token = this.#tokens[this.#at + index];
      return token?.kind === 'word' && token.text.toUpperCase() === word;
    });
    if (matches) this.#at += words.length;
    return matches;
  }

  #sign(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || token.text !== sign) return false;
    this.#at += 1;
    return true;
  }

  #or(): Node {
    let left = this.#and();
    while (this.#word('OR')) {
      const [first, second] = [left, this.#and()];
      left = (scope) => truth(first(scope)) || truth(second(scope));
    }
    return left;
  }

  #and(): Node {
    let left = this.#not();
    while (this.#word('AND')) {
      const [first, second] = [left, this.#not()];
      left = (scope) => truth(first(scope)) && truth(second(scope));
    }
    return left;
  }

  #not(): Node {
    if (!this.#word('NOT')) return this.#comparison();
    const inner = this.#not();
    return (scope) => !truth(inner(scope));
  }

  #comparison(): Node {
    const left = this.#operand();
    const operator = this.#operator();
    if (operator === undefined) return left;
    const right = this.#operand();
    return (scope) => operator(left(scope), right(scope));
  }

  #operator(): ((a: Value, b: Value) => boolean) | undefined {
    for (const sign of ['==', '!=', '<=', '>=', '=', '<', '>']) if (this.#sign(sign)) return COMPARE[sign];
    if (this.#word('NOT', 'IN')) return COMPARE['NOT IN'];
    if (this.#word('NOT', 'HAS')) return COMPARE['NOT HAS'];
    for (const word of ['IN', 'HAS', 'CONTAINS']) if (this.#word(word)) return COMPARE[word];
    return undefined;
  }

  #operand(): Node {
    if (this.#sign('(')) {
      const inner = this.#or();
      if (!this.#sign(')')) throw wrong(this.#text, 'a ")" is missing');
      return inner;
    }
    if (this.#sign('[')) return this.#list();
    const token = this.#tokens[this.#at];
    if (token === undefined) throw wrong(this.#text, 'it ends too early');
    this.#at += 1;
    if (token.kind === 'value') return () => token.value ?? null;
    if (token.kind === 'sign') throw wrong(this.#text, `"${token.text}" was not expected`);
    const name = token.text.toUpperCase();
    if (name === 'TRUE') return () => true;
    if (name === 'FALSE') return () => false;
    if (name === 'NULL') return () => null;
    if (['IN', 'HAS', 'CONTAINS', 'AND', 'OR', 'NOT', 'LIKE', 'IS', 'EXISTS'].includes(name)) {
      throw wrong(this.#text, `${name} is not supported here`);
    }
    return (scope) => lookUp(scope, token.text);
  }

  #list(): Node {
    const nodes: Node[] = [];
    if (this.#sign(']')) return () => [];
    do nodes.push(this.#operand());
    while (this.#sign(','));
    if (!this.#sign(']')) throw wrong(this.#text, 'a "]" is missing');
    return (scope) => nodes.map((node) => node(scope));
  }
}

const truth = (value: Value): boolean => value === true || (typeof value === 'number' && value !== 0);

/** @throws RestRefusal 20001 saying what could not be parsed */
export function checkExpression(text: string): void {
  new Reader(text).whole();
}

/** True if the expression holds. */
export function evaluate(text: string, scope: Scope): boolean {
  // Matches every worker, as nearly every queue does.
  return text === '1==1' || truth(new Reader(text).whole()(scope));
}
