import { below, NAMES, pick, READ, type Chance, type SignedRequest } from './requests.js';

type Pairs = readonly (readonly [name: string, value: string])[];

const sorted = (params: Readonly<Record<string, string>>): Pairs =>
  Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));

/** Returns everything that Twilio signs of a request, without separators. */
export const signedBytes = ({ path, query, params }: SignedRequest): string =>
  path +
  (query === '' ? '' : `?${query}`) +
  sorted(params)
    .map((pair) => pair.join(''))
    .join('');

/** Cuts the same bytes in another way, one to three times: still validly signed. `null`: such a cut does not sort. */
export function shift(chance: Chance, request: SignedRequest): SignedRequest | null {
  let pairs = sorted(request.params);
  let { query } = request;
  for (let times = 1 + below(chance, 3); times > 0; times -= 1) {
    const at = chance() < 0.5 ? below(chance, pairs.length) : pairs.findIndex(([name]) => name === pick(chance, NAMES));
    const pair = pairs[at];
    if (pair === undefined) continue;
    const before = pairs[at - 1];
    const text = pair.join('');
    const rest = [...pairs.slice(0, at), ...pairs.slice(at + 1)];
    switch (below(chance, 6)) {
      case 0: // into the value before it, or into the address
        if (before === undefined) query += text;
        pairs = rest.map((one) => (one === before ? [one[0], one[1] + text] : one));
        break;
      case 1: // what follows is drawn into it
        pairs = [...pairs.slice(0, at), [pair[0], pair[1] + (pairs[at + 1]?.join('') ?? '')], ...pairs.slice(at + 2)];
        break;
      case 2: // the boundary between name and value moves
        pairs = [...pairs.slice(0, at), cut(text, 1 + below(chance, text.length)), ...pairs.slice(at + 1)];
        break;
      case 3: // it becomes two parameters
        pairs = [...pairs.slice(0, at), ...inTwo(chance, pair), ...pairs.slice(at + 1)];
        break;
      case 4: {
        // a name of ours in the text becomes a parameter
        const name = NAMES.find((one) => pair[1].includes(one));
        if (name === undefined) break;
        const from = pair[1].indexOf(name);
        const behind = pair[1].slice(from + name.length);
        pairs = [...pairs.slice(0, at), [pair[0], pair[1].slice(0, from)], [name, behind], ...pairs.slice(at + 1)];
        break;
      }
      default: // a part of the name moves into the value before it
        if (before === undefined) break;
        pairs = [
          ...pairs.slice(0, at - 1),
          [before[0], before[1] + text.slice(0, below(chance, text.length))],
          ...pairs.slice(at),
        ];
        pairs = pairs.map((one) => (one === pair ? cut(text.slice(text.length >> 1), 1 + below(chance, 9)) : one));
    }
  }
  const mutant = { ...request, query, params: Object.fromEntries(pairs) };
  const changed = query !== request.query || JSON.stringify(pairs) !== JSON.stringify(sorted(request.params));
  return changed && signedBytes(mutant) === signedBytes(request) ? mutant : null;
}

function cut(text: string, at: number): readonly [string, string] {
  return [text.slice(0, at), text.slice(at)];
}

function inTwo(chance: Chance, [name, value]: readonly [string, string]): Pairs {
  const at = below(chance, value.length + 1);
  const rest = value.slice(at);
  return [[name, value.slice(0, at)], cut(rest, 1 + below(chance, Math.max(1, rest.length)))];
}

/**
 * True for requests that have the same bytes as another: a guest's text contains the name of a parameter which this path reads
 * and which is missing, where it would sort, with a valid value behind it; then comes nothing, or what could be a name.
 */
export function isAnotherRequest({ path, params }: SignedRequest): boolean {
  const pairs = sorted(params);
  return pairs.some(([name, value], index) => {
    if (isJson(value)) return false;
    const next = pairs[index + 1]?.[0];
    // A header's name is a name, whatever it is called.
    const text = name.startsWith('SipHeader_') ? value : name + value;
    return Object.entries(READ[path] ?? {}).some(([read, valid]) => {
      const before = pairs[index - 1]?.[0] ?? '';
      const isThere = (name < read || text.startsWith(read)) && (next === undefined || read < next);
      // Or right behind that place, where its name may be the end of the text before.
      const sorts = isThere || (text !== value && before < read && read < name);
      return !(read in params) && sorts && holds(text, read, valid, next);
    });
  });
}

function holds(text: string, name: string, valid: RegExp, next: string | undefined): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    const behind = text.slice(at + name.length);
    for (let length = 1; length <= behind.length; length += 1) {
      if (valid.test(behind.slice(0, length)) && isNames(behind.slice(length), name, next)) return true;
    }
  }
  return false;
}

function isNames(text: string, after: string, before: string | undefined): boolean {
  const lengths = Array.from({ length: text.length }, (_, index) => index + 1);
  const name = lengths.map((length) => text.slice(0, length)).find((one) => one > after);
  return text === '' || (name !== undefined && (before === undefined || name < before));
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}
