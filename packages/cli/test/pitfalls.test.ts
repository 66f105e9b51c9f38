import { parseSetUp, plan, type ActualWorkspace } from '@amd/cli';
import { webhookUrls } from '@amd/core/http';
import { describe, expect, it } from 'vitest';
import { extensionIn } from '../src/doctor/destinations.js';

const ADDRESSES = webhookUrls('https://calls.example.com');
const QUEUE = `WQ${'1'.repeat(32)}`;
const WORKSPACE: ActualWorkspace = {
  sid: `WS${'1'.repeat(32)}`,
  name: 'AMD',
  multiTask: true,
  eventUrl: ADDRESSES.events,
  eventsFilter: [],
  timeoutActivity: 'WA3',
  activities: [
    { sid: 'WA1', name: 'Available', available: true },
    { sid: 'WA2', name: 'Unavailable', available: false },
    { sid: 'WA3', name: 'Offline', available: false },
  ],
  queues: [{ sid: QUEUE, name: 'Everybody', workers: '1==1' }],
  workflows: [],
  workers: [],
};

const RULES = [
  { task_routing: { filters: [{ expression: 'vip', targets: [{ queue: QUEUE }] }] } },
  { task_routing: { filters: [{ expression: '1==1', targets: [{ queue: QUEUE }, { queue: QUEUE, timeout: 9 }] }] } },
  { task_routing: { filters: [{ expression: '1==1', targets: [{ queue: QUEUE, priority: 3 }] }] } },
  {
    task_routing: {
      filters: [{ expression: '1==1', targets: [{ queue: QUEUE }] }],
      default_filter: { queue: QUEUE },
    },
  },
  { something: 'else' },
];

// docs/pitfalls.md tells the story of each.
describe('pitfalls of set-up', () => {
  it('P-81 an extension is found in whatever form it was written', () => {
    const number = '+14155550142';
    for (const keys of [
      'x12',
      ',12',
      ',,12',
      ';12',
      ';ext=12',
      ' ext. 12',
      ' extension 12',
      '#12',
      'w12',
      'wwW12#',
      'p12',
    ]) {
      expect(extensionIn(number + keys), keys).toBe(number);
    }
    expect(extensionIn('tel:+1-415-555-0142;ext=12')).not.toBeNull();
    for (const other of [number, '+1 415 555 0142', '0415', '', 'x12', '+14155550142 Ann']) {
      expect(extensionIn(other), other).toBeNull();
    }
  });

  it('P-82 cool-downs get an activity of their own, though there is one for breaks', () => {
    const { changes, alone } = plan(parseSetUp('', 'x'), WORKSPACE, null, ADDRESSES);
    expect(changes).toContainEqual(
      expect.objectContaining({ do: 'create', kind: 'activity', name: 'Temporarily Unavailable' }),
    );
    expect(alone).toContainEqual({ kind: 'activity', name: 'Unavailable' });
    // Unless the file says so.
    const shared = plan(parseSetUp('activities: { unavailable: Unavailable }', 'x'), WORKSPACE, null, ADDRESSES);
    expect(shared.changes.filter(({ kind }) => kind === 'activity')).toEqual([]);
  });

  it('P-83 rules that an operator wrote are left as they are', () => {
    for (const rules of RULES) leavesAlone(rules);
  });

  it('P-93 an assignment that no process has answered is requested again at the fallback address', () => {
    const made = plan(parseSetUp('workflow: {}', 'x'), null, null, ADDRESSES);
    const created = made.changes.find(({ kind }) => kind === 'workflow');
    expect(created?.request).toMatchObject({ fallbackAssignmentCallbackUrl: ADDRESSES.assign });
    const workflow = {
      sid: `WW${'1'.repeat(32)}`,
      name: 'Ours',
      reservationTimeout: 120,
      configuration: '{}',
      foreignTasks: new Map(),
    };
    const theirs = { ...workflow, assignmentUrl: ADDRESSES.assign, fallbackUrl: 'https://theirs.example.com/assign' };
    const { changes } = plan(parseSetUp('workflow: {}', 'x'), { ...WORKSPACE, workflows: [theirs] }, null, ADDRESSES);
    expect(changes.filter(({ request }) => 'fallbackAssignmentCallbackUrl' in request)).toEqual([]);
  });

  function leavesAlone(rules: unknown): void {
    const workflow = {
      sid: `WW${'1'.repeat(32)}`,
      name: 'Theirs',
      assignmentUrl: '',
      fallbackUrl: 'https://theirs.example.com/assign',
      reservationTimeout: 120,
      configuration: JSON.stringify(rules),
      foreignTasks: new Map(),
    };
    const wanted = parseSetUp('workflow: { callerWaits: 60 }', 'x');
    const { changes, notes } = plan(wanted, { ...WORKSPACE, workflows: [workflow] }, null, ADDRESSES);
    const [change] = changes.filter(({ kind }) => kind === 'workflow');
    expect(change?.fields.map(({ field }) => field)).toEqual(['assignment callback URL']);
    expect(change?.request).not.toHaveProperty('routing');
    expect(notes.join()).toContain('"Theirs" has rules made by hand');
  }
});
