import { human, screening, silent, voicemail } from '@amd/simulator';
import type { Scenario } from './scenarios.js';

const TALK = { talkMs: 8_000 };
/** A callee who picks up hears at once who is calling, while detection listens. */
const ASYNC = { amd: { mode: 'async' } } as const;

/** All phones ring at once, and machines are faster. */
export const RACES: readonly Scenario[] = [
  {
    name: 'three voicemails answer first, and one human',
    atOnce: true,
    options: ASYNC,
    people: [
      { name: 'Ann', person: voicemail({ ringMs: 500 }) },
      { name: 'Ben', person: voicemail({ ringMs: 500 }) },
      { name: 'Cara', person: voicemail({ ringMs: 1_000 }) },
      { name: 'Dan', person: human({ ...TALK, ringMs: 7_000 }) },
    ],
    outcome: 'connected',
    talksTo: 'Dan',
  },
  {
    name: 'two humans in the same instant',
    atOnce: true,
    options: ASYNC,
    people: [
      { name: 'Ann', person: human(TALK) },
      { name: 'Ben', person: human(TALK) },
    ],
    outcome: 'connected',
    talksToOneOf: ['Ann', 'Ben'],
  },
  {
    name: 'nobody human, then a voicemail of our own',
    atOnce: true,
    options: { ...ASYNC, fallback: { kind: 'voicemail' } },
    people: [
      { name: 'Ann', person: voicemail({ ringMs: 500 }) },
      { name: 'Ben', person: voicemail({ ringMs: 2_000 }) },
    ],
    outcome: 'unanswered',
    leavesMessage: true,
  },
  {
    name: 'a phone that screens its calls, and its owner',
    options: { ...ASYNC, screening: {} },
    people: [{ name: 'Ann', person: screening({ ...TALK, answeredBy: 'machine_start', owner: '1' }) }],
    outcome: 'connected',
    talksTo: 'Ann',
  },
  {
    name: 'a screening robot with nobody behind it',
    options: { ...ASYNC, screening: {} },
    people: [
      { name: 'Ann', person: screening({ answeredBy: 'machine_start' }) },
      { name: 'Ben', person: human(TALK) },
    ],
    outcome: 'connected',
    talksTo: 'Ben',
  },
  {
    name: 'a key before the verdict',
    options: ASYNC,
    people: [{ name: 'Ann', person: human({ ...TALK, key: '1', keyAfterMs: 1_500, verdictMs: 6_000 }) }],
    outcome: 'connected',
    talksTo: 'Ann',
  },
  {
    name: 'a verdict before the key',
    options: ASYNC,
    people: [{ name: 'Ann', person: human({ ...TALK, key: '1', keyAfterMs: 4_000, verdictMs: 2_000 }) }],
    outcome: 'connected',
    talksTo: 'Ann',
  },
  {
    name: 'a silent human, who presses a key',
    options: ASYNC,
    people: [{ name: 'Ann', person: silent({ ...TALK, key: '#', keyAfterMs: 7_000 }) }],
    outcome: 'connected',
    talksTo: 'Ann',
  },
  {
    name: 'the same human with synchronous detection, for comparison',
    people: [{ name: 'Ann', person: human(TALK) }],
    outcome: 'connected',
    talksTo: 'Ann',
  },
];
