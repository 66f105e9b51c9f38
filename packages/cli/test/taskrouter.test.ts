import { existsSync, readFileSync } from 'node:fs';
import { parseSetUp, type CliError } from '@amd/cli';
import { createWorkspaceDirectory } from '@amd/core/twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANN, BEN, OURS, simulateTwilio, type SimulatedTwilio } from './simulated-twilio.js';

const BASE = 'https://calls.example.com';
const FILE = `
workspace: AMD
workers:
  - { name: Ann, phone: "${ANN}" }
  - { name: Ben, phone: "${BEN}", attributes: { languages: [en, es] } }
number: "${OURS}"
`;

let here: SimulatedTwilio;
beforeEach(async () => {
  here = await simulateTwilio();
  here.write('.env', '');
});
afterEach(() => here.close());

const apply = (file: string, ...more: readonly string[]) =>
  here.amd(['taskrouter', 'apply', '--yes', '--file', file, '--url', BASE, ...more]);
const plan = (file: string, ...more: readonly string[]) =>
  here.amd(['taskrouter', 'plan', '--file', file, '--url', BASE, ...more]);

describe('apply in an empty account', () => {
  it('apply creates what the file says, which the library finds; a second time there is nothing to do', async () => {
    const file = here.write('taskrouter.yaml', FILE);
    const first = await apply(file);
    expect(first).toMatchObject({ exit: 0 });
    expect(first.out).toContain('+ create workspace "AMD"');
    expect(first.out).toContain('+ create activity "Temporarily Unavailable"');
    expect(first.out).toMatch(/~ update workspace "AMD"\n +timeout activity +Offline → Temporarily Unavailable/);
    expect(first.out).toContain('Done: 8 of 8.');
    expect(first.stderr).toContain('3/8 update workspace "AMD"');

    const directory = createWorkspaceDirectory({ client: here.client });
    const known = await directory.load();
    expect(known).toMatchObject({
      name: 'AMD',
      eventUrl: `${BASE}/trevents`,
      workflow: { assignmentUrl: `${BASE}/assign`, reservationTimeoutSeconds: 120 },
    });
    expect(known.timeoutActivity).toBe(known.activities.unavailable);
    expect((await directory.workers()).map(({ name, phone, activity }) => [name, phone, activity])).toEqual([
      ['Ann', ANN, known.activities.available],
      ['Ben', BEN, known.activities.available],
    ]);
    const [number] = await here.client.incomingPhoneNumbers.list();
    expect(number).toMatchObject({
      voiceUrl: `${BASE}/inbound#rc=3&rp=5xx,ct,rt`,
      statusCallback: `${BASE}/inbound/status#rc=3&rp=5xx,ct,rt`,
    });

    const before = JSON.stringify(here.sim.workspaces);
    expect(await plan(file, '--check')).toMatchObject({ exit: 0 });
    const second = await apply(file);
    expect(second).toMatchObject({ exit: 0 });
    expect(second.out).toContain('Nothing to change.');
    expect(JSON.stringify(here.sim.workspaces)).toBe(before);
  });

  it('plan changes nothing, and reports changes in CI', async () => {
    const file = here.write('taskrouter.yaml', FILE);
    const shown = await plan(file);
    expect(shown.exit).toBe(0);
    expect(shown.out).toContain('6 to create, 2 to update, nothing to delete.');
    expect((await plan(file, '--check')).exit).toBe(3);
    const { changes } = JSON.parse((await plan(file, '--json')).out) as { changes: readonly { kind: string }[] };
    expect(changes.map(({ kind }) => kind).join(' ')).toBe(
      'workspace activity workspace queue workflow worker worker number',
    );
    expect(here.sim.workspaces).toEqual([]);
  });

  it('apply asks first, and does nothing without a yes', async () => {
    const file = here.write('taskrouter.yaml', FILE);
    const args = ['taskrouter', 'apply', '--file', file, '--url', BASE];
    expect(await here.amd(args)).toMatchObject({ exit: 2, stderr: expect.stringContaining('pass --yes') as string });
    expect(await here.amd(args, {}, false)).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('Nothing was changed') as string,
    });
    expect(here.sim.workspaces).toEqual([]);
    expect(await here.amd(args, {}, true)).toMatchObject({ exit: 0 });
    expect(here.sim.workspaces).toHaveLength(1);
  });

  it('apply reads again at the end, and names what differs from the request', async () => {
    await here.close();
    let looks = 0;
    here = await simulateTwilio({
      rest({ method, path }) {
        if (method === 'GET' && path.includes('/IncomingPhoneNumbers')) looks += 1;
        // Another person changes it meanwhile.
        if (looks === 2) here.sim.setNumber({ phoneNumber: OURS, voiceUrl: 'https://theirs.example.com/' });
        return undefined;
      },
    });
    here.write('.env', '');
    const applied = await apply(here.write('taskrouter.yaml', FILE));
    expect(applied.exit).toBe(1);
    expect(applied.out).toContain('Done: 8 of 8.');
    expect(applied.stderr).toContain(`Twilio does not show what was requested:\n  update number "${OURS}"`);
  });

  it('apply continues where it stopped', async () => {
    const file = here.write('taskrouter.yaml', FILE);
    await here.close();
    let refuse = true;
    here = await simulateTwilio({
      rest: ({ method, path }) =>
        refuse && method === 'POST' && path.endsWith('/Workflows') ? { status: 503 } : undefined,
    });
    here.write('.env', '');
    const half = await apply(file);
    expect(half).toMatchObject({ exit: 1 });
    expect(half.stderr).toContain('create workflow "Forward calls" was refused');
    expect(half.stderr).toContain('4 of 8 changes were made and stay');
    refuse = false;
    const rest = await apply(file);
    expect(rest.exit).toBe(0);
    expect(rest.out).toContain('Done: 4 of 4.');
    expect(here.sim.workspaces).toHaveLength(1);
  });
});

describe('apply to a workspace created by hand', () => {
  it.each([
    ['of today', true, 'Available'],
    ['of the older generation', false, 'Idle'],
  ])('apply adopts a workspace %s, and deletes and renames nothing', async (_name, multiTask, available) => {
    const sids = here.sim.addWorkspace({
      friendlyName: 'AMD',
      multiTask,
      activities: [{ friendlyName: 'Lunch', available: false }],
      eventCallbackUrl: 'https://old.example.com/trevents',
      assignmentCallbackUrl: 'https://old.example.com/assign',
      reservationTimeout: 30,
      workers: [
        { friendlyName: 'Ann', attributes: { phone: '+14155550100', team: 'blue' }, activity: 'Lunch' },
        { friendlyName: 'Zoe', attributes: { phone: '+14155550177' } },
      ],
    });
    const file = here.write('taskrouter.yaml', FILE);
    const applied = await apply(file);
    expect(applied).toMatchObject({ exit: 0 });
    expect(applied.out).toMatch(/~ update worker "Ann"\n +phone +\+14155550100 → \+14155550142/);
    expect(applied.out).toMatch(/left alone:.*activity "Lunch".*worker "Zoe"/);
    expect(applied.out).toMatch(/reservation timeout +30 s → 120 s/);
    expect(applied.out).not.toContain('create workflow');

    const [workspace] = await here.client.taskrouter.v1.workspaces.list();
    expect(workspace).toMatchObject({ sid: sids.workspace, multiTaskEnabled: multiTask });
    const inside = here.client.taskrouter.v1.workspaces(sids.workspace);
    expect(await inside.workers(sids.workers['Ann'] ?? '').fetch()).toMatchObject({
      attributes: JSON.stringify({ phone: ANN, team: 'blue' }),
      activityName: 'Lunch',
    });
    expect((await inside.workers.list()).map(({ friendlyName }) => friendlyName).sort()).toEqual(['Ann', 'Ben', 'Zoe']);
    expect(await inside.workflows(sids.workflow).fetch()).toMatchObject({ assignmentCallbackUrl: `${BASE}/assign` });
    const known = await createWorkspaceDirectory({ client: here.client }).load();
    expect(known.activityNames.get(known.activities.available)).toBe(available);
    expect((await plan(file, '--check')).exit).toBe(0);
  });

  it("apply never changes a fallback address of the user's own, though it changes the other address of the workflow", async () => {
    const theirs = 'https://theirs.example.com/assign';
    const sids = here.sim.addWorkspace({
      friendlyName: 'AMD',
      assignmentCallbackUrl: 'https://old.example.com/assign',
      reservationTimeout: 30,
    });
    const workflow = here.client.taskrouter.v1.workspaces(sids.workspace).workflows(sids.workflow);
    await workflow.update({ fallbackAssignmentCallbackUrl: theirs });
    const file = here.write('taskrouter.yaml', FILE);
    expect((await apply(file)).exit).toBe(0);
    expect(await workflow.fetch()).toMatchObject({
      assignmentCallbackUrl: `${BASE}/assign`,
      fallbackAssignmentCallbackUrl: theirs,
    });
    expect((await plan(file, '--check')).exit).toBe(0);
  });

  it("apply sets the assignment fallback where there is none, and the number's fallback only when asked to", async () => {
    here.sim.setNumber({
      phoneNumber: OURS,
      voiceUrl: 'https://old.example.com/',
      voiceFallbackUrl: 'https://theirs.example.com/',
    });
    const sids = here.sim.addWorkspace({ friendlyName: 'AMD' });
    const file = here.write('taskrouter.yaml', FILE);
    expect((await apply(file)).exit).toBe(0);
    const inside = here.client.taskrouter.v1.workspaces(sids.workspace);
    expect(await inside.workflows(sids.workflow).fetch()).toMatchObject({
      fallbackAssignmentCallbackUrl: `${BASE}/assign`,
    });
    const number = async () => (await here.client.incomingPhoneNumbers.list())[0];
    expect(await number()).toMatchObject({
      voiceUrl: `${BASE}/inbound#rc=3&rp=5xx,ct,rt`,
      voiceFallbackUrl: 'https://theirs.example.com/',
    });
    const bin = 'https://handler.twilio.com/twiml/EH1';
    const asked = here.write('asked.yaml', FILE.replace(`"${OURS}"`, `{ phone: "${OURS}", fallbackUrl: "${bin}" }`));
    expect((await apply(asked)).out).toMatch(/fallback URL +https:\/\/theirs\.example\.com\/ → /);
    expect(await number()).toMatchObject({ voiceFallbackUrl: bin });
  });

  it('apply and export find workspace, queue and workflow by SID, beside others', async () => {
    const sids = here.sim.addWorkspace({ friendlyName: 'Support' });
    const inside = here.client.taskrouter.v1.workspaces(sids.workspace);
    const second = await inside.taskQueues.create({ friendlyName: 'Second', targetWorkers: 'team == "blue"' });
    const routing = { task_routing: { default_filter: { queue: second.sid } } };
    const other = await inside.workflows.create({ friendlyName: 'Other', configuration: JSON.stringify(routing) });
    const file = here.write(
      'taskrouter.yaml',
      `workspace: ${sids.workspace}\nqueue: { name: ${second.sid} }\nworkflow: { name: ${other.sid} }\nworkers: []\n`,
    );
    const applied = await apply(file);
    expect(applied).toMatchObject({ exit: 0 });
    expect(applied.out).toContain('~ update workflow "Other"');
    expect(applied.out).toMatch(/already right: .*queue "Second"/);
    expect(applied.out).not.toMatch(/\+ create (workspace|queue|workflow)/);
    expect(here.sim.workspaces).toHaveLength(1);
    expect(await inside.taskQueues.list()).toHaveLength(2);
    expect(await inside.workflows.list()).toHaveLength(2);
    expect(await inside.taskQueues(second.sid).fetch()).toMatchObject({ targetWorkers: 'team == "blue"' });
    expect(await inside.workflows(other.sid).fetch()).toMatchObject({ assignmentCallbackUrl: `${BASE}/assign` });
    expect(await inside.workflows(sids.workflow).fetch()).not.toMatchObject({
      assignmentCallbackUrl: `${BASE}/assign`,
    });

    const described = await here.amd(['taskrouter', 'export', '-w', sids.workspace], { TWILIO_WORKFLOW: other.sid });
    expect(parseSetUp(described.out, 'x')).toMatchObject({
      workspace: 'Support',
      queue: { name: 'Second', workers: 'team == "blue"' },
      workflow: { name: 'Other' },
    });
    const byName = await here.amd(['taskrouter', 'export', '-w', 'Support'], { TWILIO_WORKFLOW: 'Other' });
    expect(byName.out).toBe(described.out);
  });

  it('apply leaves rules alone that an operator wrote, and names what it does not understand', async () => {
    const sids = here.sim.addWorkspace({ friendlyName: 'AMD' });
    const inside = here.client.taskrouter.v1.workspaces(sids.workspace);
    const configuration = JSON.stringify({
      task_routing: {
        filters: [{ expression: 'vip == true', targets: [{ queue: sids.queue, priority: 9 }] }],
        default_filter: { queue: sids.queue },
      },
    });
    await inside.workflows(sids.workflow).update({ configuration });
    const file = here.write('taskrouter.yaml', FILE.replace('workers:', 'workflow: { callerWaits: 60 }\nworkers:'));
    const applied = await apply(file);
    expect(applied.exit).toBe(0);
    expect(applied.out).toContain('has rules made by hand: they are left unchanged');
    expect((await inside.workflows(sids.workflow).fetch()).configuration).toBe(configuration);
    expect((await plan(file, '--check')).exit).toBe(0);
  });

  it('apply changes how long callers wait, and the events that are sent', async () => {
    const sids = here.sim.addWorkspace({ friendlyName: 'AMD', workflowTimeout: 300 });
    const inside = here.client.taskrouter.v1.workspaces(sids.workspace);
    await inside.update({ eventsFilter: 'task.created,worker.created' });
    const file = here.write('taskrouter.yaml', FILE);
    expect((await apply(file)).out).toContain('also task.canceled');
    expect((await inside.workflows(sids.workflow).fetch()).configuration).toContain('"timeout":300');
    const waits = here.write(
      'waits.yaml',
      FILE.replace('workers:', 'workflow: { callerWaits: 60 }\nevents: all\nworkers:'),
    );
    const changed = await apply(waits);
    expect(changed.out).toMatch(/callers wait in +Everyone, for at most 300 s → Everyone, for at most 60 s/);
    expect((await inside.workflows(sids.workflow).fetch()).configuration).toContain('"timeout":60');
    expect(changed.out).toContain('remove its filter at the console');
    expect((await plan(waits, '--check')).exit).toBe(0);
  });

  it('apply changes nothing while there is something that only a person can solve', async () => {
    here.sim.addWorkspace({ friendlyName: 'AMD', activities: [{ friendlyName: 'Pause', available: true }] });
    const file = here.write(
      'taskrouter.yaml',
      FILE.replace('workers:', 'activities: { unavailable: Pause }\nworkers:').replace(OURS, '+14155550198'),
    );
    const refused = await apply(file);
    expect(refused.exit).toBe(1);
    expect(refused.out).toContain('✕ activity "Pause" cannot be "activities.unavailable": it is available');
    expect(refused.out).toContain('✕ "number": +14155550198 is not a number of this account');
    expect(here.sim.workspaces[0]?.workers).toEqual([]);
  });

  it('apply reports as JSON what it did and what is left, and what only a person can solve', async () => {
    here.sim.addWorkspace({ friendlyName: 'AMD' });
    const file = here.write('taskrouter.yaml', FILE);
    const done = await apply(file, '--json');
    expect(done.exit).toBe(0);
    const said = JSON.parse(done.out) as { done: readonly { kind: string }[]; left: readonly unknown[] };
    expect(said.left).toEqual([]);
    expect(said.done.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['workflow', 'worker', 'number']));
    expect(JSON.parse((await apply(file, '--json')).out)).toEqual({ done: [], left: [] });

    const unknown = here.write('unknown.yaml', FILE.replace(OURS, '+14155550198'));
    const problem = '"number": +14155550198 is not a number of this account';
    const refused = await apply(unknown, '--json');
    expect([refused.exit, refused.out]).toEqual([1, '']);
    expect(refused.stderr).toContain(`Nothing was changed: this has to be solved first.\n  ${problem}`);
    // In the printed lines it is part of the plan already, and is not repeated.
    const lines = await apply(unknown);
    expect(lines.out).toContain(`✕ ${problem}`);
    expect(lines.stderr).not.toContain(problem);
    for (const more of [[], ['--check'], ['--json']]) expect((await plan(unknown, ...more)).exit).toBe(1);
  });

  it('export uses the name in the settings by default, and AMD without one', async () => {
    for (const friendlyName of ['AMD', 'Support', 'Sales']) here.sim.addWorkspace({ friendlyName });
    const settings = { TWILIO_WORKSPACE: 'Support' };
    const first = async (args: readonly string[], environment = {}): Promise<string | undefined> =>
      (await here.amd(['taskrouter', 'export', ...args], environment)).out.split('\n')[0];
    expect(await first([])).toBe('workspace: AMD');
    expect(await first([], settings)).toBe('workspace: Support');
    expect(await first(['-w', 'Sales'], settings)).toBe('workspace: Sales');
    const nowhere = await here.amd(['taskrouter', 'export'], { TWILIO_WORKSPACE: 'Nowhere' });
    expect(nowhere).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('no workspace named "Nowhere"') as string,
    });
  });

  it('export describes a workspace in a file that leads to few changes', async () => {
    here.sim.addWorkspace({
      friendlyName: 'Support',
      workflowTimeout: 90,
      activities: [{ friendlyName: 'Temporarily Unavailable', available: false }],
      workers: [
        { friendlyName: 'Ann', attributes: { phone: ANN, team: 'blue' } },
        { friendlyName: 'Dora', attributes: {} },
      ],
    });
    const exported = await here.amd(['taskrouter', 'export', '--workspace', 'Support']);
    expect(exported.exit).toBe(0);
    expect(exported.out).toContain('# Without a phone number that can be called: Dora');
    expect(parseSetUp(exported.out, 'x')).toMatchObject({
      workspace: 'Support',
      workflow: { callerWaits: 90 },
      workers: [{ name: 'Ann', phone: ANN, attributes: { team: 'blue' } }],
    });
    const planned = await plan(here.write('taskrouter.yaml', exported.out));
    expect(planned.out).toContain('2 to update, nothing to delete.');
    expect(await here.amd(['taskrouter', 'export', '--workspace', 'Nowhere'])).toMatchObject({ exit: 1 });
  });
});

describe('the file', () => {
  const problems = (text: string): readonly string[] => {
    try {
      parseSetUp(text, 'taskrouter.yaml');
      return [];
    } catch (error) {
      return (error as CliError).details;
    }
  };

  it('the file has a default for everything', () => {
    expect(parseSetUp('', 'x')).toMatchObject({ workspace: 'AMD', workers: [], workflow: { reservationTimeout: 120 } });
  });

  it("the file's problems are named with line and field", () => {
    expect(
      problems(`workspce: AMD
workers:
  - name: Ann
    phone: +14155550142
  - name: Ann
    phone: "0415"
workflow: { reservationTimeout: 0 }
events: some
`),
    ).toEqual([
      expect.stringContaining('taskrouter.yaml:1:11  workspce is not known'),
      expect.stringContaining('taskrouter.yaml:4:12  workers[0].phone must be text: put the number in quotes'),
      expect.stringContaining('taskrouter.yaml:6:12  workers[1].phone must be a phone number'),
      'taskrouter.yaml:7:33  workflow.reservationTimeout must be at least 1 s',
      'taskrouter.yaml:8:9  events must be "needed" or "all"',
    ]);
    expect(problems('workspace: AMD: more')).toEqual([expect.stringMatching(/^taskrouter\.yaml:1:\d+ /)]);
    expect(problems(`workers:\n  - { name: Ann, phone: "${ANN}" }\n  - { name: Ann, phone: "${BEN}" }`)).toEqual([
      'taskrouter.yaml:3:13  workers[1].name "Ann" appears twice: names of workers are unique',
    ]);
  });

  it('the file cannot exhaust the memory', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]'];
    for (let at = 0; at < 9; at += 1)
      bomb.push(`${'bcdefghij'[at]!}: &${'bcdefghij'[at]!} [${`*${'abcdefghi'[at]!},`.repeat(9)}]`);
    expect(() => parseSetUp(bomb.join('\n'), 'x')).toThrow();
    expect(() => parseSetUp(`# ${'x'.repeat(2e6)}`, 'x')).toThrow('larger than a megabyte');
  });

  it('init writes a valid file, and overwrites nothing', async () => {
    const path = `${here.folder}/new.yaml`;
    expect((await here.amd(['taskrouter', 'init', '--file', path])).exit).toBe(0);
    expect(existsSync(path)).toBe(true);
    const text = readFileSync(path, 'utf8');
    expect(parseSetUp(text, path).workers).toHaveLength(2);
    // What is commented out is valid as well.
    expect(
      problems(
        text.replace(/^# (newWorkers|events|queue|activities)/gm, '$1').replace(/^ {2}# callerWaits/m, '  callerWaits'),
      ),
    ).toEqual([]);
    expect(await here.amd(['taskrouter', 'init', '--file', path])).toMatchObject({ exit: 2 });
    expect(await plan('missing.yaml')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('amd taskrouter init') as string,
    });
  });
});

describe('the program', () => {
  it('the program explains itself with --help, and suggests what was meant', async () => {
    for (const args of [
      ['--help'],
      ['doctor', '--help'],
      ['taskrouter', '--help'],
      ['taskrouter', 'apply', '--help'],
    ]) {
      const said = await here.amd(args);
      expect(said.exit).toBe(0);
      expect(said.out).toContain('Usage: amd');
    }
    expect((await here.amd(['--help'])).out).toContain('Exit codes:');
    expect(await here.amd(['docter'])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('Did you mean doctor?') as string,
    });
    expect(await here.amd(['doctor', '--flow', 'x'])).toMatchObject({ exit: 2 });
  });

  it("the program names missing credentials, and Twilio's answer to wrong ones", async () => {
    const file = here.write('taskrouter.yaml', FILE);
    const none = { TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '' };
    expect(await here.amd(['taskrouter', 'plan', '-f', file, '--url', BASE], none)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('TWILIO_ACCOUNT_SID is missing') as string,
    });
    const wrong = await here.amd(['taskrouter', 'plan', '-f', file, '--url', BASE], { TWILIO_AUTH_TOKEN: 'wrong' });
    expect(wrong).toMatchObject({ exit: 1, stderr: expect.stringContaining('Twilio error 20003') as string });
    expect(await plan(file, '--url', 'ftp://x')).toMatchObject({ exit: 2 });
  });

  it('the program reads settings from a file, below those of the environment', async () => {
    here.write('.env', `PUBLIC_BASE_URL=${BASE}\nTWILIO_AUTH_TOKEN=wrong\n`);
    const file = here.write('taskrouter.yaml', FILE);
    const planned = await here.amd(['taskrouter', 'plan', '-f', file]);
    expect(planned.exit).toBe(0);
    expect(planned.out).toContain(`${BASE}/assign`);
  });
});
