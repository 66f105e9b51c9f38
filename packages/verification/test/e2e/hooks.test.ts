import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { CallHooks, CallOptions, HookData } from '@amd/core';
import { createCallForwarding } from '@amd/core/twilio';
import { createTestApp, human, noAnswer, type TestCallOptions, voicemail } from '@amd/simulator';

const ANN = '+14155550142';
const BEN = '+14155550143';
const PEOPLE = [
  { to: ANN, name: 'Ann' },
  { to: BEN, name: 'Ben' },
];

interface Told {
  readonly hook: keyof HookData;
  readonly id: string;
  readonly data: unknown;
}

/** Plays one call of an app that has every hook, and returns what they were told. */
async function play(call: TestCallOptions, options: Partial<CallOptions> = {}): Promise<readonly Told[]> {
  const told: Told[] = [];
  const listens =
    (hook: keyof HookData) =>
    (data: unknown, id: string): void => {
      told.push({ hook, id, data });
    };
  const hooks: CallHooks = {
    rung: listens('rung'),
    connected: listens('connected'),
    ended: listens('ended'),
    missed: listens('missed'),
    voicemail: listens('voicemail'),
    recording: listens('recording'),
  };
  const app = createTestApp(({ number, ...parts }) =>
    createCallForwarding({ ...parts, hooks, forwardTo: PEOPLE, ...options, ownNumber: number }),
  );
  try {
    await app.call(call);
  } finally {
    await app.close();
  }
  return told;
}

const names = (told: readonly Told[]): string[] => told.map(({ hook }) => hook);

it('a call that a voicemail and then a human answers tells its story, as docs/hooks.md shows it', async () => {
  const told = await play({ people: { [ANN]: voicemail(), [BEN]: human({ talkMs: 20_000 }) } });
  expect(names(told)).toEqual(['rung', 'rung', 'connected', 'ended']);
  const page = readFileSync(new URL('../../../../docs/hooks.md', import.meta.url), 'utf8');
  const [, shown = ''] = /```json\n([^]*?)```/.exec(page) ?? [];
  expect(told[2]?.data).toEqual(JSON.parse(shown));
  expect(told[3]?.data).toMatchObject({ result: 'connected', talkMs: 20_000, callee: { name: 'Ben' } });
  expect(new Set(told.map(({ id }) => id)).size).toBe(4);
});

it('a caller who leaves a message is missed, and the message is told of', async () => {
  const told = await play({ people: { [ANN]: noAnswer(), [BEN]: voicemail() } }, { fallback: { kind: 'voicemail' } });
  expect(names(told)).toEqual(expect.arrayContaining(['rung', 'voicemail', 'ended', 'missed']));
  expect(told.find(({ hook }) => hook === 'missed')?.data).toMatchObject({
    result: 'unanswered',
    others: [
      { name: 'Ann', result: { kind: 'notReached', status: 'no-answer' } },
      { name: 'Ben', result: { kind: 'answered', by: 'machine_start' } },
    ],
  });
});

it('a recorded talk is told of with the person who talked', async () => {
  const told = await play({ people: { [ANN]: human() } }, { record: true });
  expect(told.find(({ hook }) => hook === 'recording')?.data).toMatchObject({ callee: { name: 'Ann' } });
});

it('a caller who hangs up on hold is missed', async () => {
  const told = await play({ people: { [ANN]: human() }, hangUp: { when: 'leg-ringing', afterMs: 2000 } });
  expect(names(told)).toEqual(['rung', 'ended', 'missed']);
});
