import { param, signedOrder, type Params } from './params.js';
import { signedText } from './signature.js';

/** A parameter that a route reads, or that Twilio always sends to it. */
export interface Field {
  readonly name: string;
  /** Which of its values are well formed and carry information. */
  readonly value: RegExp;
  /** Maximum length of such a value; without it, any value that begins like this matches. */
  readonly max?: number;
  /** Twilio sends it as complete JSON. */
  readonly json?: true;
}

/** The parameters of one kind of request, as far as shifted boundaries could change its meaning. */
export interface Reading {
  /** Parameters that the route reads and that may be absent. */
  readonly reads: readonly Field[];
  /** Parameters that Twilio never leaves out. */
  readonly always?: readonly Field[];
  /**
   * Free text that the route reads, and the parameters that Twilio sends right behind it: swallowed, they would change the text.
   */
  readonly beside?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Returns the name of a parameter that is missing although another request with the same signature has it; `null` if nothing is
 * hidden. Twilio's signature covers names and values sorted and without separators
 * (twilio.com/docs/usage/webhooks/webhooks-security): `CallerName=x`, `Digits=1` and `CallerName=xDigits1` have the same
 * signature, so anyone who has one of them can send the other.
 *
 * A name alone hides nothing. The same bytes must form another well-formed request: a valid value follows the name, what is
 * before it sorts before it, what is after it sorts after it, and nothing else that we read or that is always sent gets lost.
 * Complete JSON hides nothing: what Twilio sends as JSON is complete.
 */
export function hiddenParam(params: Params, { reads, always = [], beside = {} }: Reading): string | null {
  const known = [...reads, ...always];
  const runOn = known.find(
    (field) =>
      param(params, field.name) !== undefined && !isWellIn(params, field.name, known) && isRunOn(params, field, known),
  );
  if (runOn !== undefined) return `${runOn.name} has the next parameter in it`;
  const cut = known.find((field) => isCutShort(params, field));
  if (cut !== undefined) return `${cut.name} goes on in the next parameter`;
  const text = new SignedPairs(params, known);
  const swallowed = Object.entries(beside).flatMap(([free, names]) => names.filter((next) => text.ranInto(free, next)));
  const name =
    always.find((field) => !params.has(field.name) && text.occurs(field))?.name ??
    reads.find((field) => isAbsent(params, field) && text.hides(field))?.name ??
    swallowed[0];
  return name === undefined ? null : `${name} is missing, but hidden in the name or value of another`;
}

/** True if the parameter has a value as one of its fields describes it. */
function isWellIn(params: Params, name: string, known: readonly Field[]): boolean {
  return known.some((field) => field.name === name && isWell(field, params.get(name) ?? ''));
}

/**
 * True if a value would be well formed without its end, and its end could be the next parameter; or if it contains its own name
 * again with a well-formed value.
 */
function isRunOn(params: Params, field: Field, known: readonly Field[]): boolean {
  const { name, max = 0, json } = field;
  const given = params.get(name) ?? '';
  const again = given.lastIndexOf(name);
  if (max > 0 && again !== -1 && isWell(field, given.slice(again + name.length))) return true;
  const [next, afterNext] = signedOrder(params).filter((other) => other > name);
  // The next name may have been cut in two: then its end is a name of its own.
  const isWhole = next === undefined || known.some((other) => other.name === next);
  const rest = isWhole ? '' : next + (params.get(next) ?? '');
  const most = Math.min(json === true ? Infinity : max, given.length - 1);
  for (let length = 1; length <= most; length += 1) {
    const begin = given.slice(0, length);
    if ((json === true && !begin.endsWith('}')) || !isWell(field, begin)) continue;
    const behind = given.slice(length);
    if (fits(behind, name, next) || (!isWhole && fits(behind + rest, name, afterNext))) return true;
  }
  return false;
}

/** True if incomplete JSON becomes complete with what follows it: its rest was turned into a parameter of its own. */
function isCutShort(params: Params, { name, json }: Field): boolean {
  const given = params.get(name) ?? '';
  if (json !== true || given === '' || isJson(given)) return false;
  const following = signedOrder(params).filter((other) => other > name);
  const text = given + following.map((other) => other + (params.get(other) ?? '')).join('');
  for (let at = given.length; at < text.length; at += 1) {
    if (text[at] === '}' && isJson(text.slice(0, at + 1))) return true;
  }
  return false;
}

/** True if the value is empty and so says nothing; but empty free text may be followed by a name that its sender chose. */
function isAbsent(params: Params, { name, max }: Field): boolean {
  const value = params.get(name);
  return value === undefined || (value === '' && max !== undefined);
}

/** True if the text can begin with a name that sorts between two others. */
function fits(text: string, after: string, before: string | undefined): boolean {
  for (let length = 1; length <= text.length; length += 1) {
    const name = text.slice(0, length);
    if (name > after) return before === undefined || name < before;
  }
  return false;
}

interface Pair {
  readonly name: string;
  readonly start: number;
  /** Where its value starts. */
  readonly value: number;
  readonly end: number;
}

/** The signed text, and the positions of this request's pairs in it. */
class SignedPairs {
  private readonly text: string;
  private readonly params: Params;
  private readonly known: readonly Field[];
  private readonly whole = new Map<Pair, boolean>();
  private found: readonly Pair[] | undefined;

  constructor(params: Params, known: readonly Field[]) {
    this.params = params;
    this.known = known;
    this.text = signedText('', params);
  }

  /** Computed on first use: in most requests no name stands where it might hide something. */
  private get pairs(): readonly Pair[] {
    let end = 0;
    this.found ??= signedOrder(this.params).map((name) => {
      const start = end;
      const value = start + name.length;
      end = value + (this.params.get(name) ?? '').length;
      return { name, start, value, end };
    });
    return this.found;
  }

  /** True if the name stands anywhere with a valid value behind it. */
  occurs(field: Field): boolean {
    return this.places(field.name).some((at) => this.ends(field, at + field.name.length, this.text.length).length > 0);
  }

  /** True if the text can be cut so that the field is there and well formed, and nothing else that is known gets lost. */
  hides(field: Field): boolean {
    return this.places(field.name).some((at) => {
      const begin = at + field.name.length;
      const to = this.pairs.find((pair) => pair.end >= begin)?.end ?? begin;
      return this.ends(field, begin, to).some((end) => this.canBeCut(field.name, at, end));
    });
  }

  /** True if a free text contains the name of the parameter that comes next and is missing. */
  ranInto(free: string, next: string): boolean {
    const index = this.pairs.findIndex(({ name }) => name === free);
    const pair = this.pairs[index];
    const after = this.pairs[index + 1];
    if (pair === undefined || (after !== undefined && after.name <= next)) return false;
    return this.places(next).some((at) => at >= pair.value && at < pair.end);
  }

  /** Returns where the name stands, except in a SIP header's name and in complete JSON. */
  private places(name: string): readonly number[] {
    const found: number[] = [];
    for (let at = this.text.indexOf(name); at !== -1; at = this.text.indexOf(name, at + 1)) {
      const pair = this.pairs.find(({ end }) => at < end);
      const isInName = pair !== undefined && at < pair.value;
      if (pair === undefined || !(isInName ? isSipHeader(pair) : this.isWhole(pair))) found.push(at);
    }
    return found;
  }

  private isWhole(pair: Pair): boolean {
    const known = this.whole.get(pair) ?? isJson(this.text.slice(pair.value, pair.end));
    this.whole.set(pair, known);
    return known;
  }

  /** Returns where a valid value that begins here may end; free text ends with its parameter. */
  private ends({ value, max }: Field, begin: number, to: number): readonly number[] {
    if (max === undefined) return value.test(this.text.slice(begin, to)) ? [to] : [];
    const most = Math.max(0, Math.min(max, this.text.length - begin));
    return Array.from({ length: most }, (_, index) => begin + index + 1).filter((end) =>
      value.test(this.text.slice(begin, end)),
    );
  }

  /** Returns the first pair that lies wholly behind this place and sorts behind this name. */
  private next(name: string, from: number): Pair | undefined {
    return this.pairs.find((pair) => pair.start >= from && pair.name > name);
  }

  /** True if what is behind the cut can be a name there, and what is in front of it a part of the pair before. */
  private canBeCut(name: string, at: number, end: number): boolean {
    const next = this.next(name, end);
    const until = next?.start ?? this.text.length;
    if (end !== until && !fits(this.text.slice(end, until), name, next?.name)) return false;
    const index = this.pairs.filter((one) => one.name < name && one.value <= at).length - 1;
    const pair = this.pairs[index];
    // Pairs in between consist of what surrounds the cut: one whose name sorts behind, and the pieces the name was cut into.
    const lost = this.pairs.slice(index + 1).filter((one) => one.start < until && one.name !== name);
    if (lost.some((one) => isSipHeader(one) || this.isKnown(one))) return false;
    if (lost.filter((one) => one.start < at).length > 1 || lost.some((one) => one.start > end)) return false;
    if (pair === undefined) return at === 0 || fits(this.text.slice(0, at), '', name);
    const value = this.text.slice(pair.value, at);
    const fields = this.known.filter((field) => field.name === pair.name);
    if (fields.length === 0 || value === '' || fields.some((field) => isWell(field, value))) return true;
    const isInName = lost.some((one) => at > one.start && at < one.value);
    return isInName && fits(this.text.slice(pair.end, at), pair.name, name);
  }

  private isKnown({ name }: Pair): boolean {
    return this.known.some((field) => field.name === name);
  }
}

/** True for a SIP header's parameter, whatever the header is called (twilio.com/docs/voice/sip/receiving-sip). */
function isSipHeader({ name }: Pair): boolean {
  return name.startsWith('SipHeader_');
}

function isWell({ value, max = Infinity, json }: Field, text: string): boolean {
  return text.length <= max && value.test(text) && (json !== true || isJson(text));
}

/** True for an object or a list; a number or a word alone is text like any other. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
