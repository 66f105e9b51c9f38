import { busy, fax, human, noAnswer, refused, silent, unreachable, voicemail } from '@amd/simulator';
import { ALTERNATIVES, type InboundOptions, type Toggles } from '@amd/simulator';
import { describe, expect, it } from 'vitest';
import { CALLER, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';
import { taskRouterApp, type TaskRouterApp, type TaskRouterScenario } from '../../src/crowds/taskrouter-app.js';

const TALK = { talkMs: 20_000 };

function activities(app: TaskRouterApp): Record<string, string> {
  const [workspace] = app.sim.workspaces;
  return Object.fromEntries((workspace?.workers ?? []).map(({ friendlyName, activity }) => [friendlyName, activity]));
}

/** Expects that nothing is left: no leg, no reservation, no voice slot, no task to wrap up. */
function expectAllOver(app: TaskRouterApp): void {
  expect(app.failures).toEqual([]);
  expect(app.sim.calls.filter((call) => call.endedAt === undefined)).toEqual([]);
  for (const workspace of app.sim.workspaces) {
    expect(workspace.workers.filter(({ holding }) => holding > 0)).toEqual([]);
    expect(workspace.tasks.map(({ status }) => status).filter((status) => !/completed|canceled/.test(status))).toEqual(
      [],
    );
  }
}

type Expected = 'connected' | 'unanswered' | 'callerLeft';

async function play(scenario: TaskRouterScenario, call: Partial<InboundOptions> = {}, toggles = {}) {
  const app = await taskRouterApp(scenario, { toggles });
  const caller = app.sim.placeCall({ from: CALLER, to: OUR_NUMBER, ...call });
  await app.sim.settle();
  const state = app.states.get(caller.sid);
  await app.stop();
  return { app, caller, state };
}

const BEN = { name: 'Ben', person: human(TALK) };

/** Each scenario with its expected result: the call's end, and where its workers are when all is over. */
const SCENARIOS: readonly (readonly [
  name: string,
  scenario: TaskRouterScenario,
  result: Expected,
  end: Readonly<Record<string, string>>,
  call?: Partial<InboundOptions>,
])[] = [
  ['a human', { workers: [BEN] }, 'connected', { Ben: 'Available' }],
  [
    'voicemail, then a human',
    { workers: [{ name: 'Ann', person: voicemail() }, BEN] },
    'connected',
    { Ann: 'Available', Ben: 'Available' },
  ],
  [
    'fax, then a human',
    { workers: [{ name: 'Fax', person: fax() }, BEN] },
    'connected',
    { Fax: 'Available', Ben: 'Available' },
  ],
  ['busy', { workers: [{ name: 'Ann', person: busy() }, BEN] }, 'connected', { Ann: 'Available', Ben: 'Available' }],
  [
    'no answer',
    { workers: [{ name: 'Ann', person: noAnswer() }, BEN] },
    'connected',
    { Ann: 'Available', Ben: 'Available' },
  ],
  [
    'a number that does not exist',
    { workers: [{ name: 'Ann', person: unreachable() }, BEN] },
    'connected',
    { Ann: 'Offline', Ben: 'Available' },
  ],
  [
    'a number that Twilio refuses',
    { workers: [{ name: 'Ann', person: refused(21211) }, BEN] },
    'connected',
    { Ann: 'Offline', Ben: 'Available' },
  ],
  [
    'a call that Twilio refuses for a reason of its own',
    { workers: [{ name: 'Ann', person: refused(21215) }, BEN] },
    'connected',
    { Ann: 'Available', Ben: 'Available' },
  ],
  [
    'no phone attribute',
    { workers: [{ name: 'Ann', phone: null }, BEN] },
    'connected',
    { Ann: 'Offline', Ben: 'Available' },
  ],
  [
    'a phone attribute that is no number',
    { workers: [{ name: 'Ann', phone: 'ask reception' }, BEN] },
    'connected',
    { Ann: 'Offline', Ben: 'Available' },
  ],
  [
    'silence that confirms',
    { workers: [{ name: 'Ann', person: silent({ ...TALK, key: '#' }) }] },
    'connected',
    { Ann: 'Available' },
  ],
  [
    'silence that does not confirm',
    { workers: [{ name: 'Ann', person: silent() }, BEN] },
    'connected',
    { Ann: 'Available', Ben: 'Available' },
  ],
  [
    'the caller hangs up while it rings',
    { workers: [BEN] },
    'callerLeft',
    { Ben: 'Available' },
    { hangUp: { when: 'leg-ringing', afterMs: 3_000 } },
  ],
  [
    'the caller hangs up during detection',
    { workers: [BEN] },
    'callerLeft',
    { Ben: 'Available' },
    { hangUp: { when: 'leg-detecting', afterMs: 500 } },
  ],
  [
    'the caller hangs up as the human answers',
    { workers: [BEN] },
    'callerLeft',
    { Ben: 'Available' },
    { hangUp: { when: 'leg-human' } },
  ],
  [
    'the caller hangs up in the moment of joining',
    { workers: [BEN] },
    'connected',
    { Ben: 'Available' },
    { hangUp: { when: 'bridged' } },
  ],
  [
    'the caller hangs up with nobody there',
    { workers: [{ name: 'Ann', person: human(), activity: 'Offline' }] },
    'callerLeft',
    { Ann: 'Offline' },
    { hangUp: { afterMs: 40_000 } },
  ],
  [
    'the workflow times out while nobody is there',
    { workers: [{ name: 'Ann', person: human(), activity: 'Offline' }], workspace: { workflowTimeout: 45 } },
    'unanswered',
    { Ann: 'Offline' },
  ],
  [
    'the workflow times out while a phone rings',
    { workers: [{ name: 'Ann', person: noAnswer() }], workspace: { workflowTimeout: 10 } },
    'unanswered',
    { Ann: 'Available' },
  ],
  [
    'the reservation is too short for the phone',
    {
      workers: [{ name: 'Ann', person: noAnswer() }, BEN],
      workspace: { reservationTimeout: 15 },
      settings: { deadlineSeconds: 100 },
    },
    'connected',
    { Ann: 'Available', Ben: 'Available' },
  ],
  [
    'the deadline passes',
    { workers: [{ name: 'Ann', person: noAnswer() }], settings: { deadlineSeconds: 30 } },
    'unanswered',
    { Ann: 'Available' },
  ],
  [
    'several workers at once, of whom one is human',
    {
      workers: [{ name: 'Ann', person: voicemail() }, BEN, { name: 'Cara', person: noAnswer() }],
      workspace: { maxReservedWorkers: 3 },
    },
    'connected',
    { Ann: 'Available', Ben: 'Available', Cara: 'Available' },
  ],
  [
    'two humans at once',
    { workers: [BEN, { name: 'Cara', person: human(TALK) }], workspace: { maxReservedWorkers: 2 } },
    'connected',
    { Ben: 'Available', Cara: 'Available' },
  ],
];

/** What the log says in some scenarios. */
const SAID: readonly (readonly [part: string, codes: readonly string[]])[] = [
  ['too short', ['times']],
  ['phone attribute', ['worker.phone']],
];

describe('a caller in a queue', () => {
  for (const [name, scenario, result, end, call] of SCENARIOS)
    it(name, async () => {
      const { app, state } = await play(scenario, call);
      expect(state?.result).toBe(result);
      const said = SAID.find(([part]) => name.includes(part))?.[1] ?? [];
      expect(app.log.map(({ code }) => code)).toEqual(said);
      expectAllOver(app);
      expect(activities(app)).toEqual(end);
      // Expected complaints of Twilio: only a worker's Dial that came too late.
      expect(app.sim.debugger.filter(({ code }) => ![14215, 14217].includes(code))).toEqual([]);
      const talks = app.sim.calls.filter(
        ({ direction, bridgedWith }) => direction === 'inbound' && bridgedWith.length > 0,
      );
      expect(talks.length).toBe(result === 'connected' ? 1 : 0);
    });

  const flips = Object.entries(ALTERNATIVES).flatMap(([name, values]) =>
    values.map((value) => [`${name}=${String(value)}`, { [name]: value }] as const),
  );
  const all = Object.fromEntries(
    Object.entries(ALTERNATIVES).map(([name, [value]]) => [name, value]),
  ) as Partial<Toggles>;

  // All flipped together in every scenario; a single flip in every third scenario, so that each is played under many.
  it.each([...flips.map((flip, index) => [...flip, index] as const), ['all flipped', all, null] as const])(
    'under %s, scenarios end as they should',
    async (_name, toggles, index) => {
      const scenarios = SCENARIOS.filter((_, at) => index === null || at % 3 === index % 3);
      for (const [name, scenario, result, , call] of scenarios) {
        const { app, state } = await play(scenario, call, toggles);
        expect(state?.result, name).toBe(result);
        expectAllOver(app);
        const stuck = Object.entries(activities(app)).filter(([, activity]) => activity.includes('Unavailable'));
        expect(stuck, name).toEqual([]);
      }
    },
  );
});

it('a worker who goes Offline during the cool-down stays there', async () => {
  const app = await taskRouterApp({
    workers: [{ name: 'Ann', person: voicemail() }],
    settings: { deadlineSeconds: 40 },
  });
  app.sim.placeCall({ from: CALLER, to: OUR_NUMBER });
  await app.sim.advance(40_000);
  expect(activities(app)).toEqual({ Ann: 'Temporarily Unavailable' });
  app.sim.setWorkerActivity(app.sids.workers['Ann'] ?? '', 'Offline');
  await app.sim.settle();
  expect(activities(app)).toEqual({ Ann: 'Offline' });
  await app.stop();
});

it('a worker whose reservation times out, because Twilio accepts no rejection, comes back from Offline', async () => {
  const app = await taskRouterApp(
    { workers: [{ name: 'Ann', person: busy() }], workspace: { reservationTimeout: 60 } },
    {
      rest: ({ method, path }) => (method === 'POST' && path.includes('/Reservations/') ? { status: 503 } : undefined),
    },
  );
  app.sim.placeCall({ from: CALLER, to: OUR_NUMBER, hangUp: { afterMs: 80_000 } });
  await app.sim.advance(70_000);
  expect(activities(app)).toEqual({ Ann: 'Offline' });
  await app.sim.settle();
  expect(activities(app)).toEqual({ Ann: 'Available' });
  expectAllOver(app);
  await app.stop();
});

it('a worker who began a cool-down before a restart comes back', async () => {
  const app = await taskRouterApp({ workers: [{ name: 'Ann', activity: 'Temporarily Unavailable' }] });
  expect(activities(app)).toEqual({ Ann: 'Temporarily Unavailable' });
  await app.sim.settle();
  expect(activities(app)).toEqual({ Ann: 'Available' });
  await app.stop();
});

it('a workspace of the older generation is found and served', async () => {
  const { app, state } = await play({
    workers: [{ name: 'Ann', person: voicemail() }, BEN],
    workspace: { multiTask: false, activities: [{ friendlyName: 'Temporarily Unavailable', available: false }] },
  });
  expect(state?.result).toBe('connected');
  expectAllOver(app);
  expect(activities(app)).toEqual({ Ann: 'Idle', Ben: 'Idle' });
});

it('two callers and three workers: each caller gets a human of their own', async () => {
  const app = await taskRouterApp({
    workers: [{ name: 'Ann', person: voicemail() }, BEN, { name: 'Cara', person: human(TALK) }],
  });
  const calls = [CALLER, '+12125550124'].map((from) => app.sim.placeCall({ from, to: OUR_NUMBER }));
  await app.sim.settle();
  for (const call of calls) expect(app.states.get(call.sid)?.result).toBe('connected');
  expect(new Set(calls.flatMap((call) => call.bridgedWith.map(({ sid }) => sid))).size).toBe(2);
  expectAllOver(app);
  await app.stop();
});
