import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { run } from '@amd/cli';
import { afterEach, describe, expect, it } from 'vitest';
import { serveExample } from '../helpers/served-example.js';
import { ANN, BEN, closed, OURS, serving, simulateTwilio } from '../../../cli/test/simulated-twilio.js';
import { formPicture, marked, terminalPicture, type FormField } from '../helpers/pictures.js';
import { ROOT } from '../helpers/sources.js';
import { browserPath } from '../../../store-redis/test/helpers/programs.js';
import { oldPictures } from '../../src/diagram/pictures/pictures.js';

const BASE = 'https://calls.example.com';
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** Checks that the picture in the guides equals the one drawn now. AMD_IMAGES=docs/images draws it anew. */
function check(name: string, picture: string): void {
  const images = process.env['AMD_IMAGES'];
  if (images !== undefined) writeFileSync(`${images}/${name}.svg`, picture);
  const path = `${ROOT}docs/images/${name}.svg`;
  expect(existsSync(path), `${path}: draw it with AMD_IMAGES=docs/images`).toBe(true);
  expect(readFileSync(path, 'utf8'), `docs/images/${name}.svg is old: draw it anew with AMD_IMAGES=docs/images`).toBe(
    picture,
  );
}

describe('the pictures of the terminal', () => {
  async function said(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<string[]> {
    const lines: string[] = [];
    await run(args, {
      version: '0.0.0',
      environment,
      terminal: {
        out: (line) => lines.push(...line.split('\n')),
        stderr: () => undefined,
        progress: () => undefined,
        confirm: null,
        paint: (style, text) => marked(style, text),
      },
    });
    return lines;
  }

  it('the pictures show a plan, and what the doctor says about a set-up with mistakes', async () => {
    const here = await simulateTwilio({ numbers: [{ phoneNumber: OURS }] });
    closing.push(() => here.close());
    here.write('.env', '');
    const { url, server } = await serving();
    closing.push(() => closed(server));
    const file = here.write(
      'taskrouter.yaml',
      `workers: [{ name: Ann, phone: "${ANN}" }, { name: Ben, phone: "${BEN}" }]\nnumber: "${OURS}"`,
    );
    const common = ['--env-file', `${here.folder}/.env`, '--api-url', here.apiUrl];
    const account = { TWILIO_ACCOUNT_SID: here.sim.accountSid, TWILIO_AUTH_TOKEN: here.sim.authToken };
    const planned = await said(['taskrouter', 'plan', '-f', file, '--url', BASE, ...common], account);
    check('plan', terminalPicture('amd taskrouter plan', 'amd taskrouter plan', planned));

    await said(['taskrouter', 'apply', '--yes', '-f', file, '--url', url, ...common], account);
    const { known } = await serveExample(here, { url, server });
    const inside = here.client.taskrouter.v1.workspaces(known.sid);
    await inside.workflows(known.workflow.sid).update({ taskReservationTimeout: 60 });
    await inside.workers.create({ friendlyName: 'Cara', attributes: JSON.stringify({ phone: '+14155550144x12' }) });
    const settings = { ...account, TWILIO_PHONE_NUMBER: OURS, DIAL_ALLOW: '+1415*' };
    const found = await said(['doctor', '--url', url, ...common], settings);
    const shown = found.map((line) => line.replaceAll(url, BASE).replace(/in \d+ ms$/, 'in 48 ms'));
    check('doctor', terminalPicture('amd doctor', 'amd doctor', shown));
  });
});

/** As in docs/console.md. */
const FORMS: Readonly<Record<string, readonly [place: string, title: string, fields: readonly FormField[]]>> = {
  'console-workspace': [
    'TaskRouter › Workspaces › Create new Workspace',
    'Workspace',
    [
      { label: 'Workspace name', value: 'AMD' },
      { label: 'Event callback URL', value: `${BASE}/trevents`, hint: 'Keep all events on, or see the list below.' },
      {
        label: 'Timeout activity',
        value: 'Temporarily Unavailable',
        hint: 'Choose it when that activity exists (next step). Workers who do not answer then get a cool-down.',
      },
    ],
  ],
  'console-activity': [
    'TaskRouter › Workspaces › AMD › Activities › Create new Activity',
    'Activity',
    [
      {
        label: 'Activity name',
        value: 'Temporarily Unavailable',
        hint: 'For cool-downs only: a worker in it comes back automatically.',
      },
      { label: 'Available', value: 'No', hint: 'It cannot be changed later.' },
    ],
  ],
  'console-queue': [
    'TaskRouter › Workspaces › AMD › Task Queues › Create new Task Queue',
    'Task queue',
    [
      { label: 'Task queue name', value: 'Everybody' },
      { label: 'Queue expression', value: '1==1', hint: 'Matches every worker. With skills: languages HAS "es".' },
    ],
  ],
  'console-workflow': [
    'TaskRouter › Workspaces › AMD › Workflows › Create new Workflow',
    'Workflow',
    [
      { label: 'Workflow name', value: 'Forward calls' },
      { label: 'Assignment callback URL', value: `${BASE}/assign`, hint: 'Without it no worker is ever rung.' },
      {
        label: 'Task reservation timeout',
        value: '120',
        hint: 'Seconds: longer than ringing, detection and confirmation together (72 with the defaults).',
      },
      { label: 'Default task queue', value: 'Everybody' },
    ],
  ],
  'console-worker': [
    'TaskRouter › Workspaces › AMD › Workers › Create new Worker',
    'Worker',
    [
      { label: 'Worker name', value: 'Ann' },
      {
        label: 'Attributes',
        value: '{"phone": "+14155550142"}',
        hint: 'The number to be rung, with + and the country code; no extension.',
      },
      { label: 'Activity', value: 'Available', hint: 'Or switch them on later, on the page of workers.' },
    ],
  ],
  'console-number': [
    'Phone Numbers › Manage › Active numbers › +1 415 555 0199 › Configure',
    'Voice configuration',
    [
      { label: 'A call comes in', value: `Webhook  ${BASE}/inbound#rc=3&rp=5xx,ct,rt  POST` },
      {
        label: 'Primary handler fails',
        value: 'TwiML Bin  “We are sorry …”',
        hint: 'Not on your server: Twilio uses it when your server is down.',
      },
      { label: 'Call status changes', value: `${BASE}/inbound/status#rc=3&rp=5xx,ct,rt  POST` },
    ],
  ],
};

describe('the pictures of the console', () => {
  it.each(Object.entries(FORMS))('the picture %s shows what the guide says', (name, [place, title, fields]) => {
    check(name, formPicture(place, title, fields));
    const guide = readFileSync(`${ROOT}docs/console.md`, 'utf8');
    expect(guide).toContain(`images/${name}.svg`);
  });
});

describe.skipIf(browserPath('Chromium') === undefined)('the pictures of the page', () => {
  it('the pictures of the page of calls, the moving one too, show what the page shows; if not: npm run diagram -- --pictures', async () => {
    expect(await oldPictures()).toEqual([]);
  });
});
