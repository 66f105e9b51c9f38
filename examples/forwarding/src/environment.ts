import { MAX_PEOPLE } from '@amd/core';
import { createDialRules } from '@amd/dashboard';
import { z } from 'zod';
import {
  allowed,
  COMMON,
  fitsTogether,
  regionFits,
  E164,
  KEY_PAIR,
  keyPair,
  ONE_STORE,
  oneStore,
  numbers,
  partsOf,
  readVariables,
  type ReadEnvironment,
} from '../../shared/src/environment.js';

const ANY_NUMBER = '*';

/** Parses `+1…,+1…` for every number, or `+1…: +1…, +1…; +1…: …` for several inbound numbers, each with its own list. */
const forwardTo = z.string().transform((text, context) => {
  const lists = new Map<string, readonly string[]>();
  const problem = (message: string): typeof z.NEVER => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  for (const entry of partsOf(text, ';')) {
    const [left = '', right, ...more] = entry.split(':').map((part) => part.trim());
    if (more.length > 0) return problem(`"${entry}" has more than one ":": separate the inbound numbers by ";"`);
    const inbound = right === undefined ? ANY_NUMBER : left;
    const list = numbers.safeParse(right ?? left);
    if (!list.success || (inbound !== ANY_NUMBER && !E164.safeParse(inbound).success)) {
      return problem(`cannot read "${entry}": numbers in E.164 form, separated by commas`);
    }
    if (list.data.length > MAX_PEOPLE) {
      return problem(`names ${String(list.data.length)} people in one list: at most ${String(MAX_PEOPLE)} can be rung`);
    }
    if (lists.has(inbound)) {
      return problem(
        inbound === ANY_NUMBER
          ? 'has two lists without an inbound number: separate the numbers of one list by ","'
          : `has ${inbound} twice as an inbound number`,
      );
    }
    lists.set(inbound, list.data);
  }
  return lists.size === 0 ? problem('names nobody') : lists;
});

const SCHEMA = z
  .object({
    ...COMMON,
    FORWARD_TO: forwardTo,
    DIAL_ALLOW: allowed.optional(),
  })
  .refine(keyPair, KEY_PAIR)
  .refine(oneStore, ONE_STORE)
  .superRefine(fitsTogether)
  .superRefine(regionFits);

export type Environment = z.output<typeof SCHEMA>;

/** Reads the variables; an empty one counts as missing. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): ReadEnvironment<Environment> {
  return readVariables(SCHEMA, variables);
}

/** Returns our own numbers: the one we show, and those whose calls FORWARD_TO has lists for. */
export function ownNumbers({ TWILIO_PHONE_NUMBER, FORWARD_TO }: Environment): ReadonlySet<string> {
  return new Set([TWILIO_PHONE_NUMBER, ...[...FORWARD_TO.keys()].filter((number) => number !== ANY_NUMBER)]);
}

/** Returns what may be dialled: the allowed numbers, or otherwise those in a list. */
export function dialAllow({ DIAL_ALLOW, FORWARD_TO }: Environment): readonly string[] {
  return DIAL_ALLOW ?? [...new Set([...FORWARD_TO.values()].flat())];
}

/** Returns warnings about settings that work but will not do what they seem to say. */
export function warningsOf(environment: Environment): string[] {
  const rules = createDialRules({ allow: dialAllow(environment), ownNumbers: [...ownNumbers(environment)] });
  return [...new Set([...environment.FORWARD_TO.values()].flat())].flatMap((number) => {
    const problem = rules.problem(number);
    return problem === null ? [] : [`FORWARD_TO has ${number}, which ${problem}. It will never be rung`];
  });
}
