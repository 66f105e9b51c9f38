import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createForwardingEndpoint } from '@amd/core/http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventOf } from '../../../core/test/helpers/twilio-functions.js';
import { freePort } from '../../src/install/first-call.js';
import { install, pack, run } from '../helpers/packed.js';
import { blocksOf, textOf } from '../helpers/pages.js';
import { ANN, BEN, quotedBy } from './calls.js';

/** The host itself, as far as it is published: it makes event and context of a request, and answers with what a function returns. */
const HOST = '2.1.0';

const PAGE = 'docs/hosts/twilio-functions.md';
const FORM = 'application/x-www-form-urlencoded';

/**
 * The page's function in the local host. `live` loads every file anew for every request, so that each webhook finds a new
 * instance; only the store survives. Twilio is simulated, in the same process and over the port.
 */
const PROGRAM = `
const { LocalDevelopmentServer } = require('@twilio/runtime-handler/dev');
const { createMemoryStore } = require('@amd/core');
const { createSimulator, human, voicemail } = require('@amd/simulator');
const { functions, port, asked } = require('./given.json');

const base = 'http://127.0.0.1:' + port;
const said = [];
const place = { store: createMemoryStore(), instances: 0 };
globalThis.place = place;
for (const level of ['warn', 'error']) console[level] = (...words) => said.push(words.join(' '));

const simulator = createSimulator({
  numbers: [{ phoneNumber: '+14155550199', voiceUrl: base + '/inbound', statusCallback: base + '/inbound/status' }],
  people: { '${ANN}': voicemail(), '${BEN}': human() },
});
const { httpClient, clock } = simulator;
place.parts = { httpClient, clock: { now: () => clock.now(), wakeAt: (at, wake) => clock.wakeAt(at, wake) } };
const host = new LocalDevelopmentServer(port, {
  baseDir: __dirname,
  url: base,
  env: { ACCOUNT_SID: simulator.accountSid, AUTH_TOKEN: simulator.authToken, PUBLIC_BASE_URL: base },
  routes: { functions, assets: [] },
  live: true,
  logs: false,
  forkProcess: false,
});

async function main() {
  await host.listen();
  simulator.placeCall({ from: '+12125550123', to: '+14155550199' });
  await simulator.settleCalls();
  const calls = simulator.calls.map(({ to, answeredBy }) => [to, answeredBy ?? null]);
  const { instances } = place;
  const quiet = said.splice(0);
  const answers = [];
  for (const { path, ...init } of asked) {
    const answer = await fetch(base + path, init);
    answers.push([answer.status, answer.headers.get('content-type'), await answer.text()]);
  }
  process.stdout.write('\\n' + JSON.stringify({ calls, instances, quiet, answers, said, problems: simulator.debugger }));
  process.exit(0);
}
void main();
`;

/** Returns what it was called with. */
const PROBE = 'exports.handler = (context, event, callback) => callback(null, { path: context.PATH, event });';

/** Requests that tell how the host mixes query and body. */
const MIXED = ['a=1&b=', 'a=1&a=2&b=x%20y', '', 'ref=query', 'b=1&0=z'].flatMap((query) =>
  ['', 'a=3&c=', 'ref=body&ref=again', 'c=%C3%A4+%2B&__proto__=x', 'a[b]=1'].map((body) => ({
    method: 'POST',
    query,
    body,
    headers: { 'content-type': FORM, 'x-twilio-signature': 'x' },
  })),
);

interface Told {
  readonly calls: unknown;
  readonly instances: number;
  readonly quiet: unknown;
  readonly answers: readonly (readonly [status: number, type: string | null, body: string])[];
  readonly said: readonly string[];
  readonly problems: unknown;
}

let project: string;
let told: Told;

/** The paths that the page lists, of which each is a file. */
function pathsOfPage(): readonly string[] {
  const [, list = ''] = /`(inbound inbound\/[^`]*)`/.exec(textOf(PAGE)) ?? [];
  return list.split(' ').flatMap((one) => {
    const [, before = '', names] = /^([^{]*)\{(.*)\}$/.exec(one) ?? [];
    return names === undefined ? [`/${one}`] : names.split(',').map((name) => `/${before}${name}`);
  });
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'amd-functions-'));
  await writeFile(join(project, 'package.json'), '{ "name": "functions", "private": true }');
  const packed = [await pack(project, 'core'), await pack(project, 'simulator')];
  const tarballs = packed.map(({ tarball }) => tarball);
  await install(project, [...tarballs, 'twilio@6.3.1', `@twilio/runtime-handler@${HOST}`]);
  const [{ code } = { code: '' }] = blocksOf(PAGE).filter(({ language }) => language === 'js');
  const [, line = ''] = /`(exports\.handler = require[^`]*)`/.exec(textOf(PAGE)) ?? [];
  const written: Record<string, string> = {
    calls: code
      .replace(/^const .*redis'\);$/gm, '')
      .replace('createCallForwarding({', 'createCallForwarding({ ...(place.instances++, place.parts),')
      .replace(/await createRedisStore\(.*\),/, 'place.store,'),
    probe: PROBE,
    ...Object.fromEntries([...pathsOfPage(), '/audio/ringback-us.wav'].map((path) => [path.slice(1), line])),
  };
  const functions: unknown[] = [];
  for (const [name, text] of Object.entries(written)) {
    const filePath = join(project, 'functions', `${name}.js`);
    await mkdir(dirname(filePath), { recursive: true });
    await writeFile(filePath, text);
    functions.push({ name, path: `/${name}`, filePath, access: name === 'calls' ? 'private' : 'public' });
  }
  const forged = { method: 'POST', headers: { 'content-type': FORM }, body: `AccountSid=AC${'1'.repeat(32)}` };
  const asked = [
    { path: '/inbound', ...forged },
    { path: '/inbound?tenant=a', ...forged },
    { path: '/inbound?request=x', ...forged },
    { path: '/inbound' },
    { path: '/audio/ringback-us.wav' },
    ...MIXED.map(({ query, ...init }) => ({ path: `/probe?${query}`, ...init })),
  ];
  await writeFile(join(project, 'given.json'), JSON.stringify({ functions, port: await freePort(), asked }));
  await writeFile(join(project, 'main.cjs'), PROGRAM);
  const printed = await run(project, process.execPath, ['main.cjs']);
  told = JSON.parse(printed.split('\n').at(-1) ?? '') as Told;
});

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

it('in the host of Twilio a voicemail and then a human answer, and every webhook finds a new instance', () => {
  expect(told.calls).toEqual([
    ['+14155550199', null],
    [ANN, 'machine_start'],
    [BEN, 'human'],
  ]);
  expect(told.problems).toEqual([]);
  expect(told.quiet).toEqual([]);
  expect(told.instances).toBeGreaterThan(6);
});

it('what is forged is refused, and the log has what the page says', () => {
  const [forged, unnamed, hidden, got, sound] = told.answers;
  expect([forged?.[0], unnamed?.[0], hidden?.[0], got?.[0]]).toEqual([403, 403, 500, 405]);
  expect(hidden?.[1]).toBe('text/xml; charset=utf-8');
  expect([sound?.[0], sound?.[1]]).toEqual([200, 'audio/wav']);
  const quoted = quotedBy('twilio-functions');
  expect(quoted).toHaveLength(2);
  for (const quotation of quoted)
    expect(
      told.said.some((line) => line.startsWith(quotation)),
      quotation,
    ).toBe(true);
});

it('the events of our other tests are those of the host', () => {
  const seen = told.answers
    .slice(-MIXED.length)
    .map(([, , body]) => JSON.parse(body) as { path: string; event: object });
  for (const [index, { path, event }] of seen.entries()) {
    const mixed = MIXED[index]!;
    const { request: _, ...expected } = eventOf({ ...mixed, path: '/probe' });
    const { request, ...params } = event as { request: { headers: Record<string, string>; cookies: object } };
    expect(path).toBe('/probe');
    expect(Object.entries(params), JSON.stringify(mixed)).toEqual(Object.entries(expected));
    expect(request).toMatchObject({ headers: mixed.headers, cookies: {} });
  }
});

it('the page lists every path that is not older or a sound, and the version that is tested', () => {
  const { paths } = createForwardingEndpoint({
    runtime: { handle: () => Promise.resolve({ kind: 'nothing' }) },
    publicBaseUrl: 'https://calls.example.com',
    authTokens: ['secret'],
    resolve: () => ({ forwardTo: [] }),
  });
  const current = paths.filter((path) => !/^\/(audio|incoming|outgoing)/.test(path));
  expect([...pathsOfPage()].sort()).toEqual([...current].sort());
  expect(textOf(PAGE)).toContain(`\`@twilio/runtime-handler\` ${HOST}`);
});
