import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../src/install/first-call.js';
import { install, pack, run } from '../helpers/packed.js';
import { blocksOf, textOf } from '../helpers/pages.js';

/** As the page names them. */
const BUN = '1.4.5';
const DENO = '2.9.6';

/** The program of the page with a simulated Twilio in the same process: its webhooks come over the port. */
const PROGRAM = `
import { createSimulator, human, voicemail } from '@amd/simulator';
const base = process.env.PUBLIC_BASE_URL;
const simulator = createSimulator({
  numbers: [{ phoneNumber: '+14155550199', voiceUrl: base + '/inbound', statusCallback: base + '/inbound/status' }],
  people: { '+14155550142': voicemail(), '+14155550143': human() },
  idle: () => calls.idle(),
});
process.env.TWILIO_ACCOUNT_SID = simulator.accountSid;
process.env.TWILIO_AUTH_TOKEN = simulator.authToken;
const { httpClient, clock } = simulator;
APP
await calls.ready;
simulator.placeCall({ from: '+12125550123', to: '+14155550199' });
await simulator.settleCalls();
console.log(JSON.stringify(simulator.calls.map(({ to, answeredBy }) => [to, answeredBy])));
process.exit(0);
`;

let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'amd-runtimes-'));
  await writeFile(join(project, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
  const packed = await Promise.all([pack(project, 'core'), pack(project, 'simulator')]);
  await install(project, [...packed.map(({ tarball }) => tarball), 'twilio@6.3.1', `bun@${BUN}`, `deno@${DENO}`]);
});

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

/** The programs themselves: those in .bin are made by scripts of the packages, which are not run. */
async function binary(scope: string, file: string): Promise<string> {
  const [platform = ''] = await readdir(join(project, 'node_modules', scope));
  return join(project, 'node_modules', scope, platform, file);
}

async function play(command: string, flags: readonly string[], app: string): Promise<unknown> {
  const port = await freePort();
  const file = join(project, `app-${String(port)}.js`);
  const [imports = '', ...rest] = app.split('\n\n');
  const written = rest
    .join('\n\n')
    .replace('createCallForwarding({', 'createCallForwarding({ httpClient, clock,')
    .replace('5000', String(port));
  await writeFile(file, `${imports}\n${PROGRAM.replace('APP', () => written)}`);
  const env = [
    '-i',
    `PATH=${process.env['PATH'] ?? ''}`,
    `HOME=${project}`,
    `PUBLIC_BASE_URL=http://127.0.0.1:${String(port)}`,
  ];
  const printed = await run(project, 'env', [...env, command, ...flags, file]);
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '');
}

const PAGE = 'docs/hosts/bun-deno.md';
const blocks = (): readonly string[] =>
  blocksOf(PAGE)
    .filter(({ language }) => language === 'js')
    .map(({ code }) => code);
const WON = [
  ['+14155550199', null],
  ['+14155550142', 'machine_start'],
  ['+14155550143', 'human'],
];

it('on Bun a voicemail and then a human answer, and the human has the caller', async () => {
  const [app = ''] = blocks();
  expect(await play(await binary('@oven', 'bin/bun'), [], app)).toEqual(WON);
});

it('on Deno as well, with the permissions of the page', async () => {
  const [app = '', last = ''] = blocks();
  const flags = /`deno (run [^`]*) app\.js`/.exec(textOf(PAGE))?.[1]?.split(' ') ?? [];
  expect(flags.length).toBeGreaterThan(3);
  const served = app.replace(/^Bun\.serve.*$/m, last.trim());
  expect(await play(await binary('@deno', 'deno'), [...flags, '--node-modules-dir=manual'], served)).toEqual(WON);
});

it('the page names the versions that are tested', () => {
  expect(textOf(PAGE)).toContain(`Bun ${BUN} and Deno ${DENO}`);
});
