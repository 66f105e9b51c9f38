import type { CallOptions } from '@amd/core';
import {
  busy,
  createTestApp,
  fax,
  hangsUpDuringDetection,
  human,
  noAnswer,
  refused,
  type RungPerson,
  screening,
  silent,
  type Story,
  type TestCallOptions,
  unreachable,
  voicemail,
} from '@amd/simulator';
import { createApp } from './app.js';

const ANN = '+14155550142';
const BEN = '+14155550143';

interface Case {
  readonly name: string;
  readonly options?: Partial<CallOptions>;
  readonly call: TestCallOptions;
  readonly expected: Partial<Story>;
}

const person = (to: string, more: Partial<RungPerson> & Pick<RungPerson, 'status'>): RungPerson => ({
  to,
  answeredBy: null,
  rangSeconds: 0,
  heard: [],
  pressed: '',
  talkedSeconds: 0,
  ...more,
});

/** Tests of an app of one's own, the same in every test runner. */
export const CASES: readonly Case[] = [
  {
    name: 'a human who answers first has the caller',
    call: { people: { [ANN]: human({ talkMs: 20_000 }) } },
    expected: { rung: [ANN], talkedWith: ANN, talkedSeconds: 20, endedBy: 'callee', status: 'completed', problems: [] },
  },
  {
    name: 'a voicemail is hung up on, and the next person has the caller',
    call: { people: { [ANN]: voicemail(), [BEN]: human() } },
    expected: { rung: [ANN, BEN], talkedWith: BEN, problems: [] },
  },
  {
    name: 'a caller whom nobody can take hears so',
    call: { people: { [ANN]: noAnswer(), [BEN]: voicemail() } },
    expected: { rung: [ANN, BEN], talkedWith: null, waitedSeconds: null, endedBy: 'app', problems: [] },
  },
  {
    name: 'an engaged line leads to the next person',
    call: { people: { [ANN]: busy(), [BEN]: human() } },
    expected: { rung: [ANN, BEN], talkedWith: BEN, problems: [] },
  },
  {
    name: 'a phone that nobody answers rings as long as it is told',
    options: { ringSeconds: 12 },
    call: { people: { [ANN]: noAnswer() } },
    expected: {
      rung: [ANN],
      people: [person(ANN, { status: 'no-answer', rangSeconds: 12 }), person(BEN, { status: 'failed' })],
      talkedWith: null,
    },
  },
  {
    name: 'a caller who hangs up while it rings leaves nobody ringing',
    call: { people: { [ANN]: human() }, hangUp: { when: 'leg-ringing', afterMs: 2000 } },
    expected: {
      people: [person(ANN, { status: 'canceled', rangSeconds: 2 })],
      talkedWith: null,
      endedBy: 'caller',
      problems: [],
    },
  },
  {
    name: 'a caller who hangs up in a talk ends it',
    call: { people: { [ANN]: human() }, hangUp: { when: 'bridged', afterMs: 5000 } },
    expected: { talkedWith: ANN, talkedSeconds: 5, endedBy: 'caller', problems: [] },
  },
  {
    name: 'whoever may not be human is asked for a key, and has the caller with it',
    call: { people: { [ANN]: silent({ key: '1' }) } },
    expected: { rung: [ANN], talkedWith: ANN, problems: [] },
  },
  {
    name: 'whoever presses no key has no caller',
    call: { people: { [ANN]: silent(), [BEN]: human() } },
    expected: { rung: [ANN, BEN], talkedWith: BEN, problems: [] },
  },
  {
    name: 'a fax has no caller',
    call: { people: { [ANN]: fax(), [BEN]: human() } },
    expected: { rung: [ANN, BEN], talkedWith: BEN, problems: [] },
  },
  {
    name: 'a number that Twilio refuses is passed over',
    call: { people: { [ANN]: refused(21_215), [BEN]: human() } },
    expected: { rung: [BEN], refused: [{ to: ANN, code: 21_215 }], talkedWith: BEN, problems: [] },
  },
  {
    name: 'of several who ring at once the first human wins',
    options: { forwardTo: [{ targets: [ANN, BEN] }] },
    call: { people: { [ANN]: human({ ringMs: 9000 }), [BEN]: human({ ringMs: 4000 }) } },
    expected: { rung: [ANN, BEN], talkedWith: BEN, problems: [] },
  },
  {
    name: 'a caller whom nobody can take leaves a message',
    options: { fallback: { kind: 'voicemail' } },
    call: { people: { [ANN]: voicemail(), [BEN]: noAnswer() } },
    expected: { talkedWith: null, messageSeconds: [11], problems: [] },
  },
  {
    name: 'a screening robot has no caller',
    call: { people: { [ANN]: screening(), [BEN]: unreachable() } },
    expected: { rung: [ANN], talkedWith: null, problems: [] },
  },
  {
    name: 'somebody who picks up and hangs up at once leads to the next person',
    call: { people: { [ANN]: hangsUpDuringDetection(), [BEN]: human() } },
    expected: { rung: [ANN, BEN], talkedWith: BEN, problems: [] },
  },
];

/** Plays a case: the app on a simulated Twilio, one call, and those parts of its story that are expected. */
export async function play({ options = {}, call, expected }: Case): Promise<Partial<Story>> {
  const app = createTestApp((parts) => createApp(parts, { forwardTo: [ANN, BEN], ...options }));
  try {
    const story = await app.call(call);
    return Object.fromEntries(Object.keys(expected).map((name) => [name, story[name as keyof Story]]));
  } finally {
    await app.close();
  }
}
