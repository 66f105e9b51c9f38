import { assignment } from '../../../cli/src/doctor/taskrouter/workflow.js';
import { createHmac } from 'node:crypto';
import type { Server } from 'node:http';
import type { Finding } from '@amd/cli';
import type { NumberOptions, SimulatorOptions } from '@amd/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { serveExample } from '../helpers/served-example.js';
import {
  ANN,
  BEN,
  closed,
  OURS,
  serving,
  simulateTwilio,
  type SimulatedTwilio,
} from '../../../cli/test/simulated-twilio.js';

const FALLBACK = 'https://handler.twilio.com/twiml/EH1';
const MINE = '+14155550142x12';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

interface HealthySetUp extends SimulatedTwilio {
  readonly url: string;
  readonly server: Server;
  /** Returns what the doctor finds wrong. */
  diagnose(environment?: Readonly<Record<string, string>>, ...more: readonly string[]): Promise<readonly Finding[]>;
}

/** A healthy set-up: a workspace created by `apply`, and the example in front of it. */
async function healthySetUp(options: SimulatorOptions = {}): Promise<HealthySetUp> {
  const here = await simulateTwilio(options);
  closing.push(() => here.close());
  here.write('.env', '');
  const { url, server } = await serving();
  closing.push(() => closed(server));
  const file = here.write(
    'taskrouter.yaml',
    `workers: [{ name: Ann, phone: "${ANN}" }, { name: Ben, phone: "${BEN}" }]
number: { phone: "${OURS}", fallbackUrl: "${FALLBACK}" }`,
  );
  expect(await here.amd(['taskrouter', 'apply', '--yes', '-f', file, '--url', url])).toMatchObject({ exit: 0 });
  await serveExample(here, { url, server });
  return {
    ...here,
    url,
    server,
    async diagnose(environment = {}, ...more) {
      const settings = { TWILIO_PHONE_NUMBER: OURS, DIAL_ALLOW: '+1415*', ...environment };
      const said = await here.amd(['doctor', '--json', '--url', url, ...more], settings);
      const { ok, findings } = JSON.parse(said.out) as { ok: boolean; findings: readonly Finding[] };
      expect(said.exit).toBe(ok ? 0 : 1);
      expect(ok).toBe(findings.every(({ status }) => status !== 'error'));
      for (const { status, fix } of findings) expect(fix !== null).toBe(status === 'warning' || status === 'error');
      return findings.filter(({ status }) => status !== 'ok');
    },
  };
}

/** One mistake, and the doctor's name for it. */
type Mistake = readonly [
  what: string,
  check: string,
  said: RegExp,
  make: (
    setUp: HealthySetUp,
  ) => Promise<Readonly<Record<string, string>> | undefined> | Readonly<Record<string, string>> | undefined,
  options?: SimulatorOptions,
];

const number =
  (changes: Partial<NumberOptions>) =>
  (setUp: HealthySetUp): undefined => {
    const { url } = setUp;
    setUp.sim.setNumber({
      phoneNumber: OURS,
      voiceUrl: `${url}/inbound`,
      statusCallback: `${url}/inbound/status`,
      voiceFallbackUrl: FALLBACK,
      ...changes,
    });
  };
/** Returns the only workspace, over REST. */
async function inside({ client, sim }: HealthySetUp) {
  const sid = sim.workspaces[0]?.sid ?? '';
  const workspace = client.taskrouter.v1.workspaces(sid);
  const [workflow] = await workspace.workflows.list();
  return { workspace, workflow: workspace.workflows(workflow?.sid ?? '') };
}

const MISTAKES: readonly Mistake[] = [
  ['the token is wrong', 'credentials', /does not accept TWILIO_AUTH_TOKEN/, () => ({ TWILIO_AUTH_TOKEN: 'wrong' })],
  [
    'with an API key, the token that verifies webhooks is wrong',
    'auth-token',
    /not accepted/,
    () => ({ TWILIO_API_KEY: `SK${'1'.repeat(32)}`, TWILIO_API_SECRET: 'secret', TWILIO_AUTH_TOKEN: 'wrong' }),
    { apiKeys: { [`SK${'1'.repeat(32)}`]: 'secret' } },
  ],
  [
    'nothing answers at the public address',
    'public-url',
    /does not answer/,
    async ({ server }) => {
      await closed(server);
      return undefined;
    },
  ],
  [
    'the token of the app is another one',
    'signature',
    /refuses a webhook/,
    (setUp) => {
      setUp.server.prependListener('request', (request) => {
        request.headers['x-twilio-signature'] &&= createHmac('sha1', 'other').update('x').digest('base64');
      });
      return undefined;
    },
  ],
  [
    'something else answers there',
    'signature',
    /without a signature|this is not the app/,
    (setUp) => {
      setUp.server.removeAllListeners('request');
      setUp.server.on('request', (_request, response) => response.end('ok'));
      return undefined;
    },
  ],
  [
    'the number is not of this account',
    'number',
    /not a number of this account/,
    () => ({ TWILIO_PHONE_NUMBER: '+14155550177' }),
  ],
  [
    'the voice URL leads elsewhere',
    'voice-url',
    /https:\/\/demo\.twilio\.com/,
    number({ voiceUrl: 'https://demo.twilio.com/welcome' }),
  ],
  ['the voice URL is asked by GET', 'voice-url', /GET/, number({ voiceMethod: 'GET' })],
  ['nobody tells the end of calls', 'status-url', /is not set/, number({ statusCallback: '' })],
  ['there is no fallback', 'fallback-url', /no fallback URL/, number({ voiceFallbackUrl: '' })],
  ['the caller id is neither ours nor verified', 'caller-id', /21210/, () => ({ CALLER_ID: '+14155550166' })],
  [
    'there is no such workspace',
    'workspace',
    /no workspace named "Other"; there are AMD/,
    () => ({ TWILIO_WORKSPACE: 'Other' }),
  ],
  [
    'the assignment URL is an old one',
    'assignment-url',
    /no worker is ever rung/,
    async (setUp) => {
      const { workflow } = await inside(setUp);
      await workflow.update({ assignmentCallbackUrl: 'https://old.example.com/assign' });
      return undefined;
    },
  ],
  [
    'the event URL is missing',
    'event-url',
    /event callback URL/,
    async (setUp) => {
      const { workspace } = await inside(setUp);
      await workspace.update({ eventCallbackUrl: 'https://old.example.com/trevents' });
      return undefined;
    },
  ],
  [
    'some events are switched off',
    'events',
    /does not send task\.created, task\.canceled/,
    async (setUp) => {
      const { workspace } = await inside(setUp);
      await workspace.update({ eventsFilter: 'worker.activity.update' });
      return undefined;
    },
  ],
  ['an activity is not there', 'activities', /no activity named "Break"/, () => ({ ACTIVITY_UNAVAILABLE: 'Break' })],
  [
    'an activity is of the wrong kind',
    'activities',
    /"Available" is available, but/,
    () => ({ ACTIVITY_OFFLINE: 'Available' }),
  ],
  [
    'time-outs park workers',
    'timeout-activity',
    /to "Offline"/,
    async (setUp) => {
      const { workspace } = await inside(setUp);
      const [offline] = await workspace.activities.list({ friendlyName: 'Offline' });
      await workspace.update({ timeoutActivitySid: offline?.sid ?? '' });
      return undefined;
    },
  ],
  [
    'reservations are too short',
    'timers',
    /72 s .* time out after 30 s/,
    async (setUp) => {
      const { workflow } = await inside(setUp);
      await workflow.update({ taskReservationTimeout: 30 });
      return undefined;
    },
  ],
  [
    'callers are sent away before a worker could be reached',
    'timers',
    /at most 30 s, but a worker may need 72 s/,
    async (setUp) => {
      const { workspace, workflow } = await inside(setUp);
      const [queue] = await workspace.taskQueues.list();
      const filter = { expression: '1==1', targets: [{ queue: queue?.sid, timeout: 30 }] };
      await workflow.update({ configuration: JSON.stringify({ task_routing: { filters: [filter] } }) });
      return undefined;
    },
  ],
  ['the cool-down is no time', 'timers', /TEMP_UNAVAILABLE_SECONDS/, () => ({ TEMP_UNAVAILABLE_SECONDS: 'a minute' })],
  [
    'the public address redirects',
    'public-url',
    /redirects to https:\/\/new/,
    (setUp) => {
      setUp.server.removeAllListeners('request');
      setUp.server.on('request', (_request, response) => {
        response.writeHead(301, { location: 'https://new.example.com' }).end();
      });
      return undefined;
    },
  ],
  ['people are rung too long', 'timers', /RING_SECONDS/, () => ({ RING_SECONDS: '90' })],
  [
    'there are two workflows',
    'workflow',
    /several workflows/,
    async (setUp) => {
      const { workspace } = await inside(setUp);
      const [queue] = await workspace.taskQueues.list();
      const configuration = JSON.stringify({ task_routing: { default_filter: { queue: queue?.sid } } });
      await workspace.workflows.create({ friendlyName: 'Second', configuration });
      return undefined;
    },
  ],
  [
    'no worker fits the queue',
    'queue',
    /No worker matches/,
    async (setUp) => {
      const { workspace } = await inside(setUp);
      const [queue] = await workspace.taskQueues.list();
      await workspace.taskQueues(queue?.sid ?? '').update({ targetWorkers: 'team == "red"' });
      return undefined;
    },
  ],
  [
    'a worker has no phone',
    'workers',
    /worker "Cara": no phone number/,
    async (setUp) => {
      const { workspace } = await inside(setUp);
      await workspace.workers.create({ friendlyName: 'Cara' });
      return undefined;
    },
  ],
  [
    'nobody is at work',
    'workers',
    /None of the 2 workers is available/,
    (setUp) => {
      for (const { sid } of setUp.sim.workspaces[0]?.workers ?? []) setUp.sim.setWorkerActivity(sid, 'Offline');
      return undefined;
    },
  ],
  [
    'a worker has an extension',
    'extensions',
    /SendDigits/,
    async (setUp) => {
      const { workspace } = await inside(setUp);
      await workspace.workers.create({ friendlyName: 'Cara', attributes: JSON.stringify({ phone: MINE }) });
      return undefined;
    },
  ],
  [
    'a worker has half a number',
    'destinations',
    /"0415"/,
    async (setUp) => {
      const { workspace } = await inside(setUp);
      await workspace.workers.create({ friendlyName: 'Cara', attributes: JSON.stringify({ phone: '0415' }) });
      return undefined;
    },
  ],
  ['a worker is outside the allow-list', 'allow-list', /outside DIAL_ALLOW/, () => ({ DIAL_ALLOW: ANN })],
  ['the allow-list is missing', 'allow-list', /is missing/, () => ({ DIAL_ALLOW: '' })],
  ['the allow-list cannot be read', 'allow-list', /DIAL_ALLOW/, () => ({ DIAL_ALLOW: 'everywhere' })],
  ['a country is not allowed', 'geo-permissions', /United States/, () => undefined, { forbiddenCountries: ['US'] }],
  ['it is a trial account', 'account', /trial account/, () => undefined, { trial: true, callerIds: [ANN, BEN] }],
  [
    'a trial account does not know a number',
    'destinations',
    /worker "Ben".*not verified/,
    () => undefined,
    { trial: true, callerIds: [ANN] },
  ],
  [
    'calls wait in the queue of Twilio',
    'calls-per-second',
    /[1-9][0-9]* of the last [0-9]+ outbound calls waited/,
    async (setUp) => {
      const call = { from: OURS, to: ANN, twiml: '<Response/>' };
      // Many: on a busy machine they come slowly, and wait less.
      await Promise.all(Array.from({ length: 12 }, () => setUp.client.calls.create(call)));
      return undefined;
    },
    { cps: 1 },
  ],
];

describe('the doctor', () => {
  it('the doctor finds nothing in a healthy set-up, and says what it checked', async () => {
    const well = await healthySetUp();
    expect(await well.diagnose()).toEqual([]);
    const said = await well.amd(['doctor', '--url', well.url, '--strict'], {
      TWILIO_PHONE_NUMBER: OURS,
      DIAL_ALLOW: '+1415*',
    });
    expect(said).toMatchObject({ exit: 0 });
    expect(said.out).toContain('✓ signature          A signed webhook is accepted, an unsigned one is refused');
    expect(said.out).toContain('✓ assignment-url');
    expect(said.out).toMatch(/0 errors, 0 warnings, 25 ok$/);
    expect(said.stderr.split('\n')).toContain(`Calling ${well.url}`);
  });

  it('the doctor finds nothing with an API key, whose token is checked at the same server', async () => {
    const key = `SK${'1'.repeat(32)}`;
    const well = await healthySetUp({ apiKeys: { [key]: 'secret' } });
    const settings = { TWILIO_API_KEY: key, TWILIO_API_SECRET: 'secret' };
    expect(await well.diagnose(settings)).toEqual([]);
    const known = { TWILIO_PHONE_NUMBER: OURS, DIAL_ALLOW: '+1415*', ...settings };
    const { out } = await well.amd(['doctor', '--url', well.url], known);
    expect(out).toContain('✓ auth-token         It is the token of this account');
  });

  it('the doctor finds nothing in an older workspace created by hand and adopted', async () => {
    const here = await healthySetUp();
    const [made] = await here.client.taskrouter.v1.workspaces.list();
    await here.client.taskrouter.v1.workspaces(made?.sid ?? '').remove();
    here.sim.addWorkspace({
      friendlyName: 'AMD',
      multiTask: false,
      workers: [{ friendlyName: 'Ann', attributes: { phone: ANN } }],
    });
    const file = here.write('old.yaml', `workers: [{ name: Ann, phone: "${ANN}" }]`);
    expect(await here.amd(['taskrouter', 'apply', '--yes', '-f', file, '--url', here.url])).toMatchObject({ exit: 0 });
    // The app still knows the deleted workspace; that is not checked.
    expect(await here.diagnose()).toEqual([]);
  });

  it.each(MISTAKES.map(([what, check, said, make, options = {}]) => [what, { check, said, make, options }] as const))(
    'the doctor finds that %s',
    async (_what, { check, said, make, options }) => {
      const here = await healthySetUp(options);
      const findings = await here.diagnose((await make(here)) ?? {});
      const found = findings.filter((finding) => finding.check === check);
      expect(found.map(({ message }) => message).join('\n')).toMatch(said);
      expect(found[0]?.status).toMatch(/error|warning/);
      expect(found[0]?.fix).toMatch(/\w/);
      // And nothing else, except for consequences.
      const others = findings.filter((finding) => finding.check !== check && finding.status !== 'skipped');
      expect(others.map((other) => other.check).filter((other) => !FOLLOWS[check]?.includes(other))).toEqual([]);
    },
  );

  it('the doctor warns of a workflow whose assignments have only one address', () => {
    const addresses = { assign: 'https://app.example.com/assign' };
    const workflow = { name: 'Ours', assignmentUrl: addresses.assign, fallbackUrl: '' };
    const { status, message, fix } = assignment(workflow as never, { addresses } as never);
    expect([status, message]).toEqual(['warning', expect.stringContaining('moves its worker to Offline')]);
    expect(fix).toContain(addresses.assign);
    expect(assignment({ ...workflow, fallbackUrl: addresses.assign } as never, { addresses } as never).status).toBe(
      'ok',
    );
  });

  it('the doctor counts warnings as errors on request', async () => {
    const here = await healthySetUp();
    number({ statusCallback: '' })(here);
    const settings = { TWILIO_PHONE_NUMBER: OURS, DIAL_ALLOW: '+1415*' };
    expect((await here.amd(['doctor', '--url', here.url], settings)).exit).toBe(0);
    const strict = await here.amd(['doctor', '--strict', '--url', here.url], settings);
    expect(strict.exit).toBe(1);
    expect(strict.out).toMatch(/! status-url .*\n +→ Set "call status changes"/);
    expect(strict.out).toMatch(/0 errors, 1 warning, 24 ok$/);
  });

  it('the doctor suggests no TaskRouter command for forwarding, whatever is wrong with the number', async () => {
    const here = await healthySetUp();
    number({ voiceUrl: 'https://demo.twilio.com/welcome', statusCallback: '', voiceFallbackUrl: '' })(here);
    const wrong = ['voice-url', 'status-url', 'fallback-url'];
    for (const [settings, ...more] of [[{ FORWARD_TO: ANN }], [{ FORWARD_TO: ANN }, '--flow', 'forwarding']] as const) {
      const found = await here.diagnose(settings, ...more);
      expect(found.map(({ check }) => check)).toEqual(expect.arrayContaining(wrong));
      expect(JSON.stringify(found)).not.toMatch(/taskrouter/i);
    }
    const missing = await here.diagnose({}, '--flow', 'forwarding');
    expect(JSON.stringify(missing)).not.toMatch(/taskrouter/i);
    const queue = await here.diagnose({}, '--flow', 'taskrouter');
    expect(queue.find(({ check }) => check === 'voice-url')?.fix).toContain('amd taskrouter apply');
  });

  it('the doctor checks forwarding when FORWARD_TO is set', async () => {
    const here = await healthySetUp();
    const well = await here.diagnose({ FORWARD_TO: `${ANN}, ${BEN}`, DIAL_ALLOW: '' });
    expect(well).toEqual([]);
    for (const [to, check] of [
      [`${ANN},,12`, 'extensions'],
      [`${ANN};ext=12`, 'extensions'],
      [`${ANN}x12, ${BEN}`, 'extensions'],
      ['+1 (415) 555-0142 ext. 12', 'extensions'],
      [`${ANN}w12#`, 'extensions'],
      [`${ANN}#12`, 'extensions'],
      [`tel:${ANN};ext=12`, 'extensions'],
      ['+19005551234', 'destinations'],
      ['Ann', 'destinations'],
    ] as const) {
      const found = await here.diagnose({ FORWARD_TO: to, DIAL_ALLOW: '' });
      expect(found.map((finding) => finding.check)).toContain(check);
    }
    const outside = await here.diagnose({ FORWARD_TO: ANN, DIAL_ALLOW: BEN });
    expect(outside.map(({ check }) => check)).toEqual(['allow-list']);
    expect(await here.diagnose({}, '--flow', 'forwarding')).toContainEqual(
      expect.objectContaining({ check: 'destinations', status: 'error' }),
    );
  });
});

/** Consequences of a mistake that are reported as well. */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  'auth-token': ['signature'],
  credentials: ['signature'],
  // Reported for the account as well.
  destinations: ['account'],
};
