import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMemoryStore, type EventParams } from '@amd/core';
import { manualClock } from '@amd/core/testing';
import { createWorkerDashboard, createWorkerFeed, createEventLog, type WorkersEvents } from '@amd/dashboard';
import { afterEach, describe, expect, it } from 'vitest';
import { workerWriter, AVAILABLE, OFFLINE, RESTING, SHOWN_WORKSPACE, workerSid } from './helpers/workers.js';
import { presentCalls } from '../src/shared/workers.js';
import { ask, connect, cookieOf, logIn, PASSWORD } from './helpers/serve.js';

const CALL = `CA${'a'.repeat(32)}`;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const event = (type: string, changes: Partial<EventParams> = {}): EventParams =>
  ({
    type,
    happenedAt: 1,
    worker: null,
    task: null,
    taskReason: null,
    reservation: null,
    call: null,
    ...changes,
  }) as never;

async function served(
  password: string | null = null,
  switchWorker = (): Promise<void> => Promise.resolve(),
  more: Partial<Parameters<typeof createWorkerDashboard>[0]> = {},
) {
  const store = createMemoryStore();
  const events = createEventLog({ limit: 5 });
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const dashboard = createWorkerDashboard({
    store,
    publicBaseUrl: url,
    password,
    workspace: () => SHOWN_WORKSPACE,
    switchWorker,
    events,
    ...more,
    assets: { html: '<p>the page</p>', script: 'js', style: 'css' },
  });
  server.on('request', dashboard.handler);
  dashboard.attach(server);
  closing.push(async () => {
    await dashboard.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url, store, events };
}

describe('the feed of workers', () => {
  it('the feed tells where every worker is, who is on which call, and each result', async () => {
    const clock = manualClock();
    const store = createMemoryStore();
    const write = workerWriter(store, () => clock.now());
    const feed = createWorkerFeed({ store, clock, workspace: () => SHOWN_WORKSPACE });
    const settle = async (): Promise<void> => {
      for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
    };
    feed.start();
    const coolDown = { activity: RESTING, startedAt: 5, until: 60_005, back: AVAILABLE };
    await write.worker(1, { activity: { sid: RESTING, name: null }, coolDowns: [coolDown] });
    await write.worker(2);
    await write.worker(3, { activity: { sid: OFFLINE, name: null } });
    await write.call(CALL, '+12125550123', [1, 2]);
    await clock.advanceBy(300, settle);
    const { rows, totals } = feed.sync(null);
    expect(totals).toMatchObject({ workers: 3, ready: 0, busy: 1, coolingDown: 1, away: 1, waiting: 1, machines: 1 });
    expect(totals.activities).toContainEqual({ sid: RESTING, name: 'Temporarily Unavailable', role: 'coolDown' });
    expect(rows.find(({ sid }) => sid === workerSid(1))).toMatchObject({ coolDown: { startedAt: 5, until: 60_005 } });
    expect(rows.find(({ sid }) => sid === CALL)).toMatchObject({
      legs: [
        { name: 'Worker 1', reservation: { worker: workerSid(1), result: 'rejected', sends: 'coolDown' } },
        { name: 'Worker 2', phase: 'ringing', reservation: { result: null } },
      ],
    });
    expect([...presentCalls(rows).keys()]).toEqual([workerSid(2)]);
    expect(JSON.stringify(rows)).not.toContain('canary');
    await write.worker(3, { deleted: true });
    await clock.advanceBy(300, settle);
    expect(feed.sync(null).rows.map(({ sid }) => sid)).not.toContain(workerSid(3));
    feed.stop();
  });

  it('the feed forgets a refusal once the worker has moved all the same', async () => {
    const clock = manualClock();
    const store = createMemoryStore();
    const write = workerWriter(store, () => clock.now());
    const feed = createWorkerFeed({ store, clock, workspace: () => undefined });
    const requested = { request: 'r', on: false, activity: OFFLINE, askedAt: 100, status: 'refused', reason: 'no' };
    await write.worker(1, { requestedActivity: requested, since: 50 });
    await write.worker(2, { requestedActivity: requested, since: 150 });
    feed.start();
    await clock.advanceBy(300, async () => {
      for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
    });
    const { rows, totals } = feed.sync(null);
    expect(rows.map((row) => row.kind === 'worker' && row.requested)).toEqual([
      { on: false, status: 'refused', reason: 'no' },
      null,
    ]);
    expect(totals.activities).toEqual([]);
    feed.stop();
  });
});

describe('the log of events', () => {
  it('the event log keeps the newest, each with what people want to read', () => {
    const log = createEventLog({ limit: 2 });
    const worker = { sid: workerSid(1), name: 'Ann', activityName: 'Offline' } as never;
    for (const type of ['task.created', 'reservation.created', 'worker.activity.update'])
      log.hear(event(type, { worker }));
    expect(log.since().events).toMatchObject([
      { id: 2, type: 'reservation.created', worker: 'Ann', detail: '' },
      { id: 3, type: 'worker.activity.update', worker: 'Ann', detail: 'Offline' },
    ]);
    expect(log.since(2).events).toHaveLength(1);
  });

  it('events go to pages that requested them, and to no others', async () => {
    const { url, events } = await served();
    const [one, two] = [
      await connect(url, 'websocket', { origin: url }),
      await connect(url, 'websocket', { origin: url }),
    ];
    const heard: WorkersEvents[] = [];
    two?.on('events', () => heard.push({ run: 'wrong', events: [] }));
    const first = new Promise<void>((resolve) => {
      one?.on('events', (news: WorkersEvents) => {
        heard.push(news);
        resolve();
      });
    });
    events.hear(event('task.created'));
    const before = (await one?.emitWithAck('watchEvents', true)) as WorkersEvents;
    expect(before.events).toMatchObject([{ type: 'task.created' }]);
    events.hear(event('task.canceled', { taskReason: 'hangup' }));
    await first;
    expect(heard.at(-1)?.events.at(-1)).toMatchObject({ type: 'task.canceled', detail: 'hangup' });
    expect(await one?.emitWithAck('watchEvents', false)).toBeNull();
    one?.close();
    two?.close();
  });
});

it('a page that no longer watches gets no more events', async () => {
  const clock = manualClock();
  const { url, events } = await served(null, undefined, { clock });
  const socket = await connect(url, 'websocket', { origin: url });
  let heard = 0;
  socket?.on('events', () => (heard += 1));
  await socket?.emitWithAck('watchEvents', true);
  events.hear(event('task.created'));
  await clock.advanceBy(100);
  // What was sent before arrives before the answer.
  await socket?.emitWithAck('watchEvents', false);
  expect(heard).toBe(1);
  events.hear(event('task.created'));
  await clock.advanceBy(100);
  await socket?.emitWithAck('watchEvents', false);
  expect(heard).toBe(1);
  socket?.close();
});

describe('the page', () => {
  it('the page can be closed although its socket was never served', async () => {
    const dashboard = createWorkerDashboard({
      store: createMemoryStore(),
      publicBaseUrl: 'http://127.0.0.1:1',
      password: null,
      workspace: () => undefined,
      switchWorker: () => Promise.resolve(),
    });
    await expect(dashboard.close()).resolves.toBeUndefined();
  });
});

describe('the switch', () => {
  it('the switch passes on a requested change, says if it could not be recorded, and accepts nothing else', async () => {
    const requests: unknown[] = [];
    const log: string[] = [];
    const failing = (...args: unknown[]): Promise<void> => {
      requests.push(args);
      return requests.length > 1 ? Promise.reject(new Error('the store is away')) : Promise.resolve();
    };
    const { url } = await served(null, failing, { log: ({ code, message }) => log.push(`${code} ${message}`) });
    const socket = await connect(url, 'websocket', { origin: url });
    const change = { worker: workerSid(1), on: false };
    expect(await socket?.emitWithAck('switchWorker', change)).toEqual({ ok: true });
    expect(requests).toEqual([[workerSid(1), false]]);
    expect(await socket?.emitWithAck('switchWorker', change)).toEqual({
      ok: false,
      message: 'The request could not be saved: try again.',
    });
    expect(log).toContain('page.failed "switchWorker" of the page failed: the store is away');
    for (const wrong of [
      null,
      'WK',
      { worker: 'WK1/../..', on: true },
      { ...change, on: 'yes' },
      { ...change, more: 1 },
    ]) {
      expect(await socket?.emitWithAck('switchWorker', wrong)).toEqual({
        ok: false,
        message: 'There is no such worker.',
      });
    }
    expect(requests).toHaveLength(2);
    socket?.close();
  });

  it("the workers' page, call log and socket are behind the password", async () => {
    const { url, store } = await served(PASSWORD);
    await workerWriter(store).call(CALL, '+12125550123', [1]);
    const form = await ask(`${url}/`, { headers: { accept: 'text/html' } });
    expect(form.status).toBe(401);
    expect(form.body).toContain('<h1>Log in to see the workers</h1>');
    expect((await ask(`${url}/calls.json`)).status).toBe(401);
    expect(await connect(url, 'websocket', { origin: url })).toBeNull();
    const cookie = cookieOf(await logIn(url));
    const log = await ask(`${url}/calls.json`, { headers: { cookie } });
    expect(JSON.parse(log.body)).toMatchObject([{ call: CALL, from: '+12…23', legs: [{ name: 'Worker 1' }] }]);
    const socket = await connect(url, 'websocket', { cookie, origin: url });
    expect(socket).not.toBeNull();
    socket?.close();
  });
});
