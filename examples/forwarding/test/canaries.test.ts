import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSimulator, human, realClock, type Simulator } from '@amd/simulator';
import { io, type Socket } from 'socket.io-client';
import twilio from 'twilio';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '../src/app.js';
import type { App } from '../src/app-options.js';
import { createLogger } from '../../shared/src/operators/logger.js';

const OUR_NUMBER = '+14155550199';
const CALLER = '+12125550123';
const AUTH_TOKEN = 'canary-auth-token-0123456789abcd';
const PASSWORD = 'canary-password-0123456789';
const METRICS_TOKEN = 'canary-metrics-token-0123456789';
const REST_SECRET = 'canary-rest-secret-0123456789';

let server: Server;
let sim: Simulator;
let app: App;
let url: string;
let cookie: string;
const log: string[] = [];
const seen: string[] = [];
const callTokens: string[] = [];

/** The official client's errors carry the request, with its credentials. */
function axiosLikeError(): Error {
  const config = { auth: { username: 'SK0', password: REST_SECRET }, headers: { authorization: REST_SECRET } };
  return Object.assign(new Error(`socket hang up for ${OUR_NUMBER}`), { code: 'ECONNRESET', config });
}

beforeAll(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  sim = createSimulator({
    clock: realClock({ speed: 50 }),
    authToken: AUTH_TOKEN,
    people: { '+14155550142': human({ talkMs: 15_000 }) },
    numbers: [{ phoneNumber: OUR_NUMBER, voiceUrl: `${url}/inbound`, statusCallback: `${url}/inbound/status` }],
  });
  const client = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient });
  let failures = 0;
  let endings = 0;
  const failing = Object.assign((sid: string) => client.calls(sid), {
    create: async (params: Parameters<typeof client.calls.create>[0]) => {
      if (params.callToken !== undefined) callTokens.push(params.callToken);
      failures += 1;
      if (failures === 1) throw axiosLikeError();
      return client.calls.create(params);
    },
  });
  app = createApp({
    client: { calls: failing },
    accountSid: sim.accountSid,
    authTokens: [AUTH_TOKEN],
    publicBaseUrl: url,
    configured: new Map([
      [
        '*',
        [
          { name: '', to: '+14155550143' },
          { name: 'Ann', to: '+14155550142' },
        ],
      ],
    ]),
    dialAllow: ['+1415*'],
    ownNumbers: [OUR_NUMBER],
    hooks: {
      ended: () => {
        endings += 1;
        if (endings === 1) throw axiosLikeError();
      },
    },
    callLogDays: 1,
    password: PASSWORD,
    metricsToken: METRICS_TOKEN,
    clock: sim.clock,
    assets: { html: '<p>page</p>', script: '', style: '' },
    logger: createLogger({
      level: 'trace',
      secrets: [AUTH_TOKEN, PASSWORD, METRICS_TOKEN, REST_SECRET],
      destination: { write: (line) => log.push(line) },
    }),
  });
  server.on('request', app.listener);
  app.attach(server);
  app.runtime.start();
});

afterAll(async () => {
  sim.close();
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeIdleConnections();
  await app.drain(closed);
});

async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await fetch(url + path, { headers: { connection: 'close', ...headers }, redirect: 'manual' });
  const text = await response.clone().text();
  seen.push(`${path} ${String(response.status)} ${JSON.stringify([...response.headers])} ${text}`);
  return response;
}

it('a call with everything that can go wrong reveals no secret and logs no number', async () => {
  const call = sim.placeCall({ from: CALLER, to: OUR_NUMBER });
  await call.done;
  await sim.settle();
  expect(callTokens.length).toBeGreaterThan(0);

  // Forged, by someone who knows half of it.
  await fetch(`${url}/inbound`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': 'x',
      cookie: `a=${PASSWORD}`,
    },
    body: new URLSearchParams({ AccountSid: sim.accountSid, CallSid: call.sid, From: CALLER, To: OUR_NUMBER }),
  });
  expect((await get('/healthz')).status).toBe(200);
  expect((await get('/readyz')).status).toBe(200);
  expect((await get('/metrics')).status).toBe(401);
  const metrics = await get('/metrics', { authorization: `Bearer ${METRICS_TOKEN}` });
  expect(await metrics.text()).toMatch(/amd_calls_total\{result="connected"\} 1/);
  expect((await get('/')).status).toBe(401);
  expect((await get('/calls.json')).status).toBe(401);
  const login = await fetch(`${url}/dashboard/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url },
    body: new URLSearchParams({ password: PASSWORD }),
  });
  expect(login.status).toBe(303);
  cookie = (login.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  for (const path of ['/', '/calls.json', '/calls.json?full=1', '/calls.csv']) {
    expect((await get(path, { cookie })).status, path).toBe(200);
  }
  const socket: Socket = io(url, {
    path: '/dashboard/socket',
    transports: ['websocket'],
    extraHeaders: { cookie, origin: url },
  });
  const snapshot: unknown = await socket.timeout(5000).emitWithAck('sync', null);
  seen.push(JSON.stringify(snapshot), JSON.stringify(await socket.timeout(5000).emitWithAck('peopleLists')));
  socket.disconnect();
  expect(JSON.stringify(snapshot)).toContain('"answeredBy":"human"');

  const secrets = [AUTH_TOKEN, PASSWORD, METRICS_TOKEN, REST_SECRET, ...callTokens, cookie.split('=')[1] ?? 'none'];
  for (const secret of secrets) {
    expect(log.filter((line) => line.includes(secret))).toEqual([]);
    expect(seen.filter((text) => text.includes(secret))).toEqual([]);
  }
  expect(
    log.filter((line) => line.includes('failed and will be tried again, try 1 of 8: socket hang up')),
  ).toHaveLength(1);
  expect(log.filter((line) => /\+1[0-9]{10}/.test(line))).toEqual([]);
});

it('the app is not ready while it stops', async () => {
  let resolve = (): void => undefined;
  const closed = new Promise<void>((done) => {
    resolve = done;
  });
  const drained = app.drain(closed);
  const response = await get('/readyz');
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ ready: false, problems: ['stopping'] });
  resolve();
  await drained;
});
