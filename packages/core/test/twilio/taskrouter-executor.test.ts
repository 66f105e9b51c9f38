import nock from 'nock';
import twilio from 'twilio';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TaskRouterEffect } from '@amd/core';
import { callbackUrls } from '@amd/core/http';
import { createTwilioExecutor } from '@amd/core/twilio';
import { sids, taskSids } from '@amd/core/testing';
import { apiError, taskRouterApi } from '../helpers/twilio-api.js';
import { silent } from '../helpers/silent.js';
import { ACCOUNT, BASE } from '../helpers/webhooks.js';

const WS = `/v1/Workspaces/${taskSids.workspace}`;
const TASK = `${WS}/Tasks/${taskSids.task()}`;
const RESERVATION = `${TASK}/Reservations/${taskSids.reservation(1)}`;
const WORKER = `${WS}/Workers/${taskSids.worker(1)}`;
const of = { id: 'one', workspace: taskSids.workspace, task: taskSids.task() } as const;
const ofWorker = { id: 'one', workspace: taskSids.workspace, worker: taskSids.worker(1) } as const;
const reject: TaskRouterEffect = {
  type: 'reservation.update',
  ...of,
  reservation: taskSids.reservation(1),
  status: 'rejected',
  activity: taskSids.unavailable,
};
const complete: TaskRouterEffect = { type: 'task.update', ...of, status: 'completed', reason: 'over' };
const back: TaskRouterEffect = { type: 'worker.update', ...ofWorker, activity: taskSids.available, version: '7' };

const client = twilio(ACCOUNT, 'secret');
const execute = createTwilioExecutor({ client, url: callbackUrls(BASE), mayDial: () => true, log: silent });

beforeAll(() => {
  nock.disableNetConnect();
});
afterEach(() => {
  expect(nock.pendingMocks()).toEqual([]);
  nock.cleanAll();
});
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

describe('requests to TaskRouter and their answers', () => {
  test('a rejection names the activity', async () => {
    taskRouterApi()
      .post(RESERVATION, { ReservationStatus: 'rejected', WorkerActivitySid: taskSids.unavailable })
      .reply(200, { reservation_status: 'rejected' });
    expect(await execute(reject)).toEqual({ kind: 'outcome', outcome: { kind: 'done' } });
  });

  test('a completion has its reason', async () => {
    taskRouterApi()
      .post(TASK, { AssignmentStatus: 'completed', Reason: 'over' })
      .reply(200, { assignment_status: 'completed' });
    expect(await execute(complete)).toEqual({ kind: 'outcome', outcome: { kind: 'done' } });
  });

  test('a worker is moved only at the version that was seen', async () => {
    taskRouterApi().post(WORKER, { ActivitySid: taskSids.available }).matchHeader('if-match', '7').reply(200, {});
    expect(await execute(back)).toEqual({ kind: 'outcome', outcome: { kind: 'done' } });
    taskRouterApi().post(WORKER).reply(412, apiError(412, 20412));
    expect(await execute(back)).toEqual({ kind: 'outcome', outcome: { kind: 'changed' } });
  });

  test('a worker is fetched with their ETag and their time of entry', async () => {
    taskRouterApi()
      .get(WORKER)
      .reply(200, { activity_sid: taskSids.unavailable, date_status_changed: '2025-06-02T17:40:00Z' }, { ETag: '"7"' });
    expect(await execute({ type: 'worker.fetch', ...ofWorker })).toEqual({
      kind: 'outcome',
      outcome: {
        kind: 'worker',
        activity: taskSids.unavailable,
        enteredAt: Date.UTC(2025, 5, 2, 17, 40),
        version: '7',
      },
    });
  });

  test('a task and a reservation are fetched with their status', async () => {
    taskRouterApi().get(TASK).reply(200, { sid: taskSids.task(), assignment_status: 'wrapping' });
    expect(await execute({ type: 'task.fetch', ...of })).toMatchObject({
      outcome: { kind: 'task', status: 'wrapping' },
    });
    taskRouterApi().get(RESERVATION).reply(200, { reservation_status: 'rescinded' });
    const fetch = { type: 'reservation.fetch', ...of, reservation: taskSids.reservation(1) } as const;
    expect(await execute(fetch)).toEqual({ kind: 'outcome', outcome: { kind: 'reservation', status: 'rescinded' } });
  });

  test('the task of a call is found by its attributes, the newest first', async () => {
    const find = { type: 'task.find', id: 'one', workspace: taskSids.workspace, call: sids.call(0) } as const;
    const list = (tasks: object[]): nock.Scope =>
      taskRouterApi()
        .get(`${WS}/Tasks`)
        .query(
          (query) =>
            query['EvaluateTaskAttributes'] === `call_sid == "${sids.call(0)}"` &&
            query['Ordering'] === 'DateCreated:desc',
        )
        .reply(200, { tasks, meta: { key: 'tasks', next_page_url: null } });
    list([{ sid: taskSids.task(3), assignment_status: 'pending' }]);
    expect(await execute(find)).toMatchObject({ outcome: { kind: 'task', sid: taskSids.task(3), status: 'pending' } });
    list([]);
    expect(await execute(find)).toEqual({ kind: 'outcome', outcome: { kind: 'gone' } });
  });
});

describe('failures', () => {
  test.each([
    [404, 20404, { kind: 'outcome', outcome: { kind: 'gone' } }],
    [400, 20001, { kind: 'outcome', outcome: { kind: 'refused', code: 20001 } }],
    [429, 20429, { kind: 'notExecuted' }],
    [503, 20503, { kind: 'ambiguous' }],
  ])('HTTP %d (%d)', async (status, code, expected) => {
    taskRouterApi().post(RESERVATION).reply(status, apiError(status, code));
    expect(await execute(reject)).toMatchObject(expected);
    taskRouterApi().get(WORKER).reply(status, apiError(status, code));
    expect(await execute({ type: 'worker.fetch', ...ofWorker })).toMatchObject(expected);
  });

  test('a status that cannot be read is no status', async () => {
    taskRouterApi().get(TASK).reply(200, { sid: taskSids.task(), assignment_status: 'dancing' });
    expect(await execute({ type: 'task.fetch', ...of })).toMatchObject({ kind: 'ambiguous' });
    taskRouterApi().get(WORKER).reply(200, 'not JSON');
    expect(await execute({ type: 'worker.fetch', ...ofWorker })).toMatchObject({ kind: 'ambiguous' });
  });

  test.each([
    ['workspace', { ...reject, workspace: '../Accounts' }],
    ['task', { ...complete, task: 'WT1/../..' }],
    ['reservation', { ...reject, reservation: 'WR1' }],
    ['worker', { ...back, worker: `WK${'0'.repeat(31)}?` }],
    ['activity', { ...back, activity: 'WA' }],
  ])('a malformed SID of a %s never reaches a path', async (kind, effect) => {
    expect(await execute(effect as TaskRouterEffect)).toEqual({
      kind: 'outcome',
      outcome: { kind: 'refused', code: null, reason: `not a SID of a ${kind}` },
    });
  });

  test('a client without TaskRouter says so', async () => {
    const bare = createTwilioExecutor({
      client: { calls: client.calls },
      url: callbackUrls(BASE),
      mayDial: () => true,
      log: silent,
    });
    expect(await bare(reject)).toMatchObject({
      outcome: { kind: 'refused', reason: expect.stringMatching(/TaskRouter/) as string },
    });
  });
});
