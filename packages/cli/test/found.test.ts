import { parseSetUp, plan, readNumber, type ActualWorkspace } from '@amd/cli';
import { webhookUrls } from '@amd/core/http';
import type { Twilio } from 'twilio';
import { describe, expect, it } from 'vitest';
import { OURS } from './simulated-twilio.js';

/** Twilio's answer to a search for numbers. */
const finding = (...numbers: readonly object[]): Twilio =>
  ({ incomingPhoneNumbers: { list: () => Promise.resolve(numbers) } }) as unknown as Twilio;

describe('a number', () => {
  it('the number is the one requested, though the search finds longer ones that contain it', async () => {
    const longer = { sid: 'PN1', phoneNumber: `${OURS}0` };
    const exact = { sid: 'PN2', phoneNumber: OURS };
    expect(await readNumber(finding(longer, exact), OURS)).toMatchObject({ sid: 'PN2' });
    expect(await readNumber(finding(longer), OURS)).toBeNull();
  });

  it.each([
    ['an application', { voiceApplicationSid: 'AP1', trunkSid: '' }, 'AP1'],
    ['a trunk', { voiceApplicationSid: '', trunkSid: 'TK1' }, 'TK1'],
    ['its addresses', { voiceApplicationSid: '', trunkSid: null }, null],
  ])('the number is answered by %s', async (_, fields, answeredBy) => {
    const found = await readNumber(finding({ sid: 'PN1', phoneNumber: OURS, ...fields }), OURS);
    expect(found).toMatchObject({ answeredBy });
  });
});

it('with several queues or workflows and no name for one, apply takes none that exists', () => {
  const workflow = {
    assignmentUrl: '',
    fallbackUrl: '',
    reservationTimeout: 60,
    configuration: '{}',
    foreignTasks: new Map<string, number>(),
  };
  const workspace: ActualWorkspace = {
    sid: `WS${'1'.repeat(32)}`,
    name: 'AMD',
    multiTask: true,
    eventUrl: '',
    eventsFilter: [],
    timeoutActivity: '',
    activities: [],
    queues: ['Sales', 'Help'].map((name) => ({ sid: `WQ-${name}`, name, workers: '1==1' })),
    workflows: ['Sales', 'Help'].map((name) => ({ ...workflow, sid: `WW-${name}`, name })),
    workers: [],
  };
  const { changes, alone, notes } = plan(
    parseSetUp('', 'x'),
    workspace,
    null,
    webhookUrls('https://calls.example.com'),
  );
  const made = changes.filter(({ kind }) => kind === 'queue' || kind === 'workflow');
  expect(made.map((change) => `${change.do} ${change.kind} ${change.name}`)).toEqual([
    'create queue Everybody',
    'create workflow Forward calls',
  ]);
  expect(alone.filter(({ kind }) => kind === 'queue' || kind === 'workflow')).toHaveLength(4);
  expect(notes.join()).toContain('TWILIO_WORKFLOW=Forward calls');
});
