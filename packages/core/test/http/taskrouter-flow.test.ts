import { describe, expect, it } from 'vitest';
import { syncWorkers } from '@amd/core/twilio';
import { type LogEntry } from '@amd/core/http';
import { manualClock, taskSids, WORKSPACE } from '@amd/core/testing';
import { foreignTasks } from '../../src/http/taskrouter/guests.js';
import { CALLER, common, LEG } from '../helpers/webhooks.js';
import { ASSIGNMENT, AWAY, settled, taskRouter, typesOf, verbsOf, type Heard } from './scene.js';

describe('an endpoint of TaskRouter', () => {
  it('the endpoint tells the flow of a caller who arrives, leaves the queue, asks, presses a key and hangs up', async () => {
    const { ask, heard } = taskRouter({ resolve: () => ({ ringSeconds: 7 }) });
    const ref = `ref=taskrouter.${CALLER}.3.0`;
    await ask('/inbound', common(CALLER));
    await ask('/inbound/ended', common(CALLER, { QueueResult: 'bridged' }), ref);
    await ask('/inbound/ended', common(CALLER, { QueueResult: 'of a kind unheard of' }), ref);
    await ask('/inbound/document', common(CALLER), ref);
    await ask('/inbound/key', common(CALLER, { Digits: '1' }), ref);
    await ask('/inbound/status', common(CALLER, { CallStatus: 'completed' }));
    expect(heard.map(({ key }) => key)).toEqual(Array(6).fill(`taskrouter:${CALLER}`));
    expect(heard.map(({ event }) => event)).toMatchObject([
      { type: 'inbound', call: { sid: CALLER }, settings: { ringSeconds: 7 } },
      { type: 'caller.ended', visit: 3, status: 'in-progress', queueResult: 'bridged' },
      { type: 'caller.ended', visit: 3, queueResult: null },
      { type: 'caller.document', visit: 3, status: 'in-progress' },
      { type: 'caller.key', visit: 3, digits: '1' },
      { type: 'caller.status', status: 'completed' },
    ]);
  });

  it.each([
    ['/inbound/ended', LEG, 0],
    ['/inbound/document', CALLER, 1],
    ['/inbound/key', LEG, 0],
    ['/inbound/key', CALLER, 1],
  ])('%s of call %s with a reference to leg %i is ignored', async (path, sid, leg) => {
    const { ask, heard } = taskRouter();
    await ask(path, common(sid, { Digits: '1' }), `ref=taskrouter.${CALLER}.3.${String(leg)}`);
    expect(heard).toEqual([]);
  });

  it.each([
    ['true', true],
    ['false', false],
    [undefined, false],
  ])('the endpoint tells the flow whether a leg that ended was bridged: %s', async (bridged, expected) => {
    const { ask, heard } = taskRouter();
    const params = common(LEG, bridged === undefined ? {} : { DialBridged: bridged });
    await ask('/outbound/ended', params, `ref=taskrouter.${CALLER}.3.1`);
    expect(heard).toMatchObject([{ event: { type: 'leg.ended', leg: 1, bridged: expected } }]);
  });

  it('the endpoint tells the flow of a caller who was told goodbye', async () => {
    const heard: Heard[] = [];
    const clock = manualClock();
    const { ask } = taskRouter({
      clock,
      runtime: {
        handle: (key, event) => {
          heard.push({ key, event });
          return event.type === 'caller.goodbye' ? Promise.resolve({ kind: 'nothing' } as never) : AWAY();
        },
      },
    });
    const failing = `failingSince=${String(clock.now() - 20_000)}`;
    await ask('/inbound/document', common(CALLER), `ref=taskrouter.${CALLER}.3.0&${failing}`);
    expect(heard.at(-1)).toEqual({ key: `taskrouter:${CALLER}`, event: { type: 'caller.goodbye', visit: 3 } });
  });

  it('the endpoint tells the flow of a deleted worker', async () => {
    const { ask, heard } = taskRouter();
    await ask('/trevents', { EventType: 'worker.deleted', WorkerSid: taskSids.worker(1) });
    expect(heard).toEqual([
      {
        key: `worker:${taskSids.worker(1)}`,
        event: { type: 'worker.deleted', workspace: WORKSPACE.sid, worker: taskSids.worker(1) },
      },
    ]);
  });

  it('the endpoint uses the default settings if "resolve" fails and the workspace is known, and waits if it is not', async () => {
    const resolve = (): never => {
      throw new Error('the database is away');
    };
    const known = taskRouter({ resolve, defaultSettings: { ringSeconds: 9 } });
    await known.ask('/inbound', common(CALLER));
    expect(known.heard).toMatchObject([{ event: { type: 'inbound', settings: { ringSeconds: 9 } } }]);
    const directory = { current: () => undefined, load: AWAY, learn: () => undefined };
    const lost = taskRouter({ directory });
    expect(verbsOf(await lost.ask('/inbound', common(CALLER)))).toEqual(['Pause', 'Redirect']);
    expect(lost.heard).toEqual([]);
  });

  it('the endpoint says at the start if the times do not fit the workspace', () => {
    const short = { ...WORKSPACE, workflow: { ...WORKSPACE.workflow, reservationTimeoutSeconds: 10 } };
    const directory = { current: () => short, load: () => Promise.resolve(short), learn: () => undefined };
    expect(taskRouter({ directory }).log.map(({ level, code }) => `${level} ${code}`)).toContain('warn times');
    expect(taskRouter().log).toEqual([]);
    expect(() => taskRouter({ resolve: {} as never })).toThrow('"resolve" must be a function');
  });

  it('the endpoint asks for the workspace once more if it is not known yet', async () => {
    let loads = 0;
    const directory = {
      current: () => undefined,
      load: () => Promise.resolve(void (loads += 1)).then(() => WORKSPACE),
      learn: () => undefined,
    };
    const { ask, heard } = taskRouter({ directory });
    await ask('/assign', ASSIGNMENT);
    expect([loads, typesOf(heard)]).toEqual([1, ['assignment']]);
  });
});

describe('passed-on options', () => {
  it("the attributes that hold a worker's number are passed on, for events as well", async () => {
    const { ask, heard } = taskRouter({ phoneAttributes: ['mobile'] });
    const attributes = '{"phone":"+14155550142","mobile":"+14155550143"}';
    await ask('/trevents', {
      EventType: 'worker.attributes.update',
      WorkerSid: taskSids.worker(1),
      WorkerActivitySid: taskSids.available,
      WorkerAttributes: attributes,
    });
    expect(heard).toMatchObject([{ event: { type: 'worker.event', worker: { phone: '+14155550143' } } }]);
  });

  it('the time for "resolve" is passed on', async () => {
    const clock = manualClock();
    const { ask, log } = taskRouter({ clock, resolveBudgetMs: 300, resolve: () => new Promise(() => undefined) });
    void ask('/inbound', common(CALLER));
    await settled();
    await clock.advanceBy(299, settled);
    expect(log).toEqual([]);
    await clock.advanceBy(1, settled);
    expect(log).toMatchObject([{ code: 'resolve.failed', message: expect.stringContaining('300 ms') as string }]);
  });
});

describe('foreign tasks', () => {
  it('foreign tasks are logged for a thousand workflows and no more, as their senders choose the names', () => {
    const log: LogEntry[] = [];
    const leaveAlone = foreignTasks((entry) => log.push(entry));
    for (let n = 0; n < 1100; n += 1) leaveAlone(new Map([['WorkflowSid', `WW${String(n)}`]]));
    expect(log).toHaveLength(1000);
  });
});

describe('the workers of a workspace', () => {
  const everybody = [
    { sid: taskSids.worker(1), name: 'Ann', phone: '+14155550142', activity: taskSids.available as never },
    { sid: 'of a kind unheard of', name: 'Nobody', phone: null, activity: taskSids.offline as never },
    { sid: taskSids.worker(2), name: 'Ben', phone: null, activity: taskSids.unavailable as never },
  ];

  it.each([true, false])(
    'workers are introduced to the flow, whether the workspace is known (%s) or asked for',
    async (known) => {
      const heard: Heard[] = [];
      let loads = 0;
      const told = await syncWorkers({
        directory: {
          current: () => (known ? WORKSPACE : undefined),
          load: () => Promise.resolve(void (loads += 1)).then(() => WORKSPACE),
          workers: () => Promise.resolve(everybody),
        },
        workers: {
          handle: (key, event) => {
            heard.push({ key, event });
            return Promise.resolve({ kind: 'nothing' });
          },
        },
      });
      expect([told, loads]).toEqual([3, known ? 0 : 1]);
      expect(heard).toEqual(
        [everybody[0], everybody[2]].map((worker) => ({
          key: `worker:${worker?.sid ?? ''}`,
          event: {
            type: 'worker.event',
            workspace: WORKSPACE.sid,
            worker: { ...worker, activityName: null, version: null },
            happenedAt: null,
            activities: WORKSPACE.activities,
          },
        })),
      );
    },
  );

  it('workers that the store does not accept are reported', async () => {
    const directory = {
      current: () => WORKSPACE,
      load: () => Promise.resolve(WORKSPACE),
      workers: () => Promise.resolve(everybody),
    };
    await expect(syncWorkers({ directory, workers: { handle: AWAY } })).rejects.toThrow('the store is away');
  });
});
