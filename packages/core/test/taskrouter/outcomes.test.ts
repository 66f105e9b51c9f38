import { describe, expect, it } from 'vitest';
import {
  taskrouter,
  type TaskOptions,
  type TaskRouterConfig,
  type TaskRouterEvent,
  type TwilioEffect,
} from '@amd/core';
import { events, given, sids, taskEvents, taskSids, WORKSPACE } from '@amd/core/testing';
import { at, offered, ringing, scene, talked, talking, type Step } from './scenes.js';

type Outcome = Parameters<typeof taskEvents.outcomeOf>[1];
const { outcomeOf } = taskEvents;
const DONE = { kind: 'done' } as const;
const GONE = { kind: 'gone' } as const;
const REFUSED = { kind: 'refused', code: 20001, reason: 'not in that state' } as const;
const FAILED = { kind: 'failed', reason: 'away' } as const;
const ENDED = { kind: 'done', status: 'completed' } as const;
const seen = (status: 'ringing' | 'in-progress' | 'completed' | 'canceled') =>
  ({ kind: 'fetched', status, answeredBy: null }) as const;
const task = (status: 'pending' | 'assigned' | 'canceled' | 'completed', n = 0) =>
  ({ kind: 'task', sid: taskSids.task(n), status }) as const;

/** The outcome of a request that this state has not made. */
const stray = (effect: TwilioEffect, outcome: Outcome): Step =>
  ({ type: 'effect.outcome', at: at(90), effect, outcome }) as TaskRouterEvent;

/** The caller waits, seen by Twilio, and the greeting is short. */
const waiting = (options: TaskOptions = {}): readonly Step[] => [
  taskEvents.inbound({ options: { texts: { greeting: '' }, ...options }, status: 'in-progress' }),
];
const rejecting: readonly Step[] = [...ringing(), events.status({ status: 'busy', at: at(5) })];
const alone: readonly Step[] = [...offered, taskEvents.legEnded({ at: at(12) })];
/** The talk is over and the task is to be completed. */
const over = talked;
/** No event has reported a task. */
const searching: readonly Step[] = [...waiting(), taskEvents.due('heartbeat')];

describe('outcomes of requests about a reservation', () => {
  const rejected = (outcome: Outcome) =>
    scene(...rejecting).when(outcomeOf('reservation.update', outcome, { at: at(6) }));
  const fetched = (outcome: Outcome) => scene(...alone).when(outcomeOf('reservation.fetch', outcome, { at: at(13) }));

  it('a successful rejection closes the reservation', () => {
    rejected(DONE).then({
      asks: [{ type: 'flow.send' }],
      state: { reservations: [{ phase: 'over', result: 'rejected', inFlight: false }] },
    });
  });

  it('a refused rejection makes us fetch how it was resolved', () => {
    rejected(REFUSED).then({
      asks: [{ type: 'reservation.fetch', reservation: taskSids.reservation(1) }],
      state: { reservations: [{ phase: 'rejecting', inFlight: true }], timers: { reservation1: at(16) } },
    });
  });

  it('a failed request leaves the reservation as it was, for its timer to try again', () => {
    rejected(FAILED).then({
      asks: [],
      state: {
        reservations: [{ phase: 'rejecting', result: null, inFlight: false }],
        timers: { reservation1: at(15) },
      },
    });
    for (const lost of [FAILED, REFUSED]) {
      fetched(lost).then({
        asks: [],
        state: { reservations: [{ phase: 'pending', inFlight: false }], timers: { reservation1: at(22) } },
      });
    }
  });

  it('a missing reservation counts as cancelled', () => {
    for (const answer of [rejected(GONE), fetched(GONE)]) {
      answer.then({ asks: [], state: { reservations: [{ phase: 'over', result: 'canceled', inFlight: false }] } });
    }
  });

  it('a fetched reservation has its current status', () => {
    fetched({ kind: 'reservation', status: 'rescinded' }).then({ state: { reservations: [{ result: 'rescinded' }] } });
    rejected({ kind: 'reservation', status: 'timeout' }).then({ state: { reservations: [{ result: 'timeout' }] } });
  });

  it('an outcome concerns its own reservation, and no other', () => {
    const second: readonly Step[] = [
      taskEvents.assignment(2, { at: at(6) }),
      events.status({ leg: 2, status: 'busy', at: at(7) }),
    ];
    scene(...rejecting, ...second)
      .when(outcomeOf('reservation.update', DONE, { at: at(8) }))
      .then({
        state: {
          reservations: [
            { phase: 'rejecting', inFlight: true },
            { phase: 'over', inFlight: false },
          ],
        },
      });
    const forgotten = {
      type: 'reservation.fetch',
      id: 'reservation:9:9',
      workspace: taskSids.workspace,
      task: taskSids.task(),
      reservation: taskSids.reservation(9),
    } as const;
    scene(...rejecting)
      .when(stray(forgotten, GONE))
      .thenNothingHappened();
  });
});

describe('the search for the task of a call', () => {
  it('the search for a task uses the call, once at a time', () => {
    scene(...waiting())
      .when(taskEvents.due('heartbeat'))
      .then({
        asks: [
          { type: 'call.fetch', id: 'fetch:0:1', leg: 0, sid: sids.call(0) },
          { type: 'task.find', id: 'task:find:2', workspace: taskSids.workspace, call: sids.call(0) },
        ],
        state: { task: { sid: null, inFlight: true } },
      });
    scene(...searching)
      .when(taskEvents.due('heartbeat'))
      .then({ asks: [] });
  });

  it('a search that finds a waiting task adopts it, and nothing else is needed', () => {
    scene(...searching)
      .when(outcomeOf('task.find', task('pending'), { at: at(31) }))
      .then({ asks: [], state: { task: { sid: taskSids.task(), over: false, inFlight: false }, taskCanceled: false } });
  });

  it('a search that finds a cancelled task means that the caller has left the queue', () => {
    scene(...searching)
      .when(outcomeOf('task.find', task('canceled'), { at: at(31) }))
      .then({ state: { task: { sid: taskSids.task(), over: true }, taskCanceled: true } });
  });

  it('a search that finds nothing means that the task is over', () => {
    scene(...searching)
      .when(outcomeOf('task.find', GONE, { at: at(31) }))
      .then({ state: { task: { sid: null, over: true, inFlight: false }, taskCanceled: true } });
  });

  it('a failed search is repeated at the next heartbeat', () => {
    const failed: readonly Step[] = [...searching, outcomeOf('task.find', FAILED, { at: at(31) })];
    expect(scene(...failed).state).toMatchObject({
      task: { sid: null, over: false, inFlight: false },
      taskCanceled: false,
    });
    scene(...failed)
      .when(taskEvents.due('heartbeat'))
      .then({ asks: [{ type: 'task.find' }] });
  });

  it('a search that comes too late, when the task is known, leaves the request about it in flight', () => {
    const known: readonly Step[] = [
      ...searching,
      taskEvents.task('created', { at: at(31) }),
      taskEvents.due('heartbeat'),
    ];
    expect(scene(...known).state).toMatchObject({ task: { sid: taskSids.task(), inFlight: true } });
    for (const late of [GONE, FAILED, task('canceled', 1)]) {
      scene(...known)
        .when(outcomeOf('task.find', late, { at: at(61) }))
        .thenNothingHappened();
    }
  });
});

describe('the search for a task without any event', () => {
  const refused = (times: number): readonly Step[] =>
    Array.from({ length: times }, (_, index) => [
      taskEvents.due('heartbeat'),
      outcomeOf('task.find', REFUSED, { at: at(30 * (index + 1)) }),
    ]).flat();
  const again = (times: number) => scene(...waiting(), ...refused(times));

  it('a search refused for good three times gives the caller the fallback', () => {
    expect(again(2).state).toMatchObject({ caller: { phase: 'waiting' }, task: { refusals: 2 } });
    const third = scene(...waiting(), ...refused(2), taskEvents.due('heartbeat')).when(
      outcomeOf('task.find', REFUSED, { at: at(90) }),
    );
    third.then({ asks: [{ type: 'call.redirect', leg: 0 }], state: { caller: { phase: 'fallingBack' } } });
    scene(...waiting(), ...refused(3))
      .when(taskEvents.due('heartbeat'))
      .then({ asks: [] });
  });

  it('a refusal counts once for each search, and a failure not at all', () => {
    scene(...waiting(), ...refused(1))
      .when(outcomeOf('task.find', REFUSED, { at: at(31) }))
      .thenNothingHappened();
    scene(...waiting(), ...refused(2), taskEvents.due('heartbeat'))
      .when(outcomeOf('task.find', FAILED, { at: at(91) }))
      .then({ asks: [], state: { caller: { phase: 'waiting' }, task: { refusals: 2 } } });
  });

  it('refusals count anew with the next task, and end when the task is reported', () => {
    scene(...waiting(), ...refused(2))
      .when(taskEvents.task('created', { at: at(62) }))
      .then({ state: { task: { sid: taskSids.task(), refusals: 0 } } });
  });

  it('giving up a task is logged in one sentence, and not before', () => {
    const said = (times: number) => {
      const before = scene(...waiting(), ...refused(times - 1), taskEvents.due('heartbeat')).state;
      const { result } = scene(...waiting(), ...refused(times - 1), taskEvents.due('heartbeat')).when(
        outcomeOf('task.find', REFUSED, { at: at(30 * times) }),
      );
      const find = { type: 'task.find', id: 'find', workspace: taskSids.workspace, call: sids.call(0) } as const;
      const event = { type: 'effect.outcome', at: at(30 * times), effect: find, outcome: REFUSED } as const;
      return taskrouter.problems({ before, event, after: result.state });
    };
    expect(said(2)).toEqual([]);
    expect(said(3)).toEqual([
      { code: 'task.lost', message: expect.stringMatching(/refused 3 times.*not in that state.*amd doctor/) as string },
    ]);
  });
});

describe('the cool-down after a talk', () => {
  const ends = taskEvents.legEnded({ bridged: true, at: at(40) });
  const rested = (outcome: Outcome) =>
    scene(...talking, ends).when(outcomeOf('reservation.coolDown', outcome, { at: at(41) }));
  const completes = { type: 'task.update', status: 'completed' } as const;

  it('the cool-down begins before the task is completed, so that the worker is not reserved in between', () => {
    scene(...talking)
      .when(ends)
      .then({
        asks: [
          {
            type: 'reservation.coolDown',
            worker: taskSids.worker(1),
            reservation: taskSids.reservation(1),
            activity: taskSids.unavailable,
          },
        ],
      });
    rested(DONE).then({ asks: [{ type: 'flow.send', id: `parked:${taskSids.reservation(1)}` }, completes] });
  });

  it('a worker who accepted another task, or cannot be moved, does not cool down', () => {
    for (const outcome of [{ kind: 'elsewhere' } as const, GONE, REFUSED]) {
      rested(outcome).then({
        asks: [completes],
        state: { reservations: [{ coolDown: 'over', workerNotified: false }] },
      });
    }
  });

  it('the cool-down is requested again at the next heartbeat if Twilio was down, otherwise only once', () => {
    rested(FAILED).then({ asks: [], state: { reservations: [{ coolDown: 'due' }] } });
    scene(...talking, ends, outcomeOf('reservation.coolDown', FAILED, { at: at(41) }))
      .when(taskEvents.due('heartbeat'))
      .then({ asks: [{ type: 'call.fetch', leg: 0 }, { type: 'reservation.coolDown' }] });
    scene(...talked)
      .when(outcomeOf('reservation.coolDown', DONE, { at: at(42) }))
      .thenNothingHappened();
  });

  it('the cool-down is left to Twilio where a worker has one task at a time', () => {
    const options = { confirm: 'never' } as const;
    const inbound = taskEvents.inbound({ options });
    const old = { ...inbound, settings: { ...inbound.settings, workspace: { ...WORKSPACE, multiTask: false } } };
    const list: readonly Step[] = [old, ...ringing().slice(1), events.answered({ at: at(9) })];
    expect(scene(...list.slice(0, -1)).when(events.answered({ at: at(9) })).result.reply).toMatchObject({
      verbs: [{ verb: 'dial.queue', postWorkActivity: taskSids.unavailable }],
    });
    scene(...list, taskEvents.reservation('accepted', 1, { at: at(10) }))
      .when(ends)
      .then({ asks: [{ type: 'flow.send' }, completes] });
  });
});

describe('outcomes of requests about the task', () => {
  const completed = (outcome: Outcome) => scene(...over).when(outcomeOf('task.update', outcome, { at: at(41) }));
  const watched: readonly Step[] = [...ringing(), taskEvents.due('heartbeat')];
  const fetched = (outcome: Outcome) => scene(...watched).when(outcomeOf('task.fetch', outcome, { at: at(31) }));

  it('a completed task is closed, and its reservation with it', () => {
    for (const done of [DONE, GONE, task('completed')]) {
      completed(done).then({
        asks: [],
        state: {
          task: { over: true, inFlight: false },
          taskCanceled: false,
          winner: 1,
          reservations: [{ phase: 'over', result: 'accepted' }],
        },
      });
    }
  });

  it('a task that cannot be completed is fetched', () => {
    completed(REFUSED).then({
      asks: [{ type: 'task.fetch', id: 'task:fetch:3', workspace: taskSids.workspace, task: taskSids.task() }],
      state: { task: { over: false, inFlight: true } },
    });
  });

  it('a failed request leaves the task as it was, for the heartbeat to try again', () => {
    completed(FAILED).then({ asks: [], state: { task: { over: false, inFlight: false } } });
    for (const lost of [FAILED, REFUSED])
      fetched(lost).then({ asks: [], state: { task: { over: false, inFlight: false } } });
  });

  it('a missing task counts as cancelled', () => {
    fetched(GONE).then({
      asks: [{ type: 'call.end', leg: 1 }],
      state: { task: { over: true }, taskCanceled: true, reservations: [{ phase: 'over', result: 'canceled' }] },
    });
  });

  it('a missing task that was over before changes nothing', () => {
    scene(
      ...watched,
      outcomeOf('call.fetch', seen('ringing'), { at: at(31), leg: 0 }),
      taskEvents.task('canceled', { at: at(32) }),
      outcomeOf('call.fetch', seen('ringing'), { at: at(33), leg: 0 }),
    )
      .when(outcomeOf('task.fetch', GONE, { at: at(34) }))
      .then({ asks: [], state: { task: { inFlight: false } } });
  });

  it('an outcome of an earlier task says nothing about the current one', () => {
    scene(...watched, taskEvents.task('canceled', { at: at(31) }), taskEvents.task('created', { task: 1, at: at(32) }))
      .when(outcomeOf('task.fetch', GONE, { at: at(33) }))
      .thenNothingHappened();
  });
});

describe('outcomes of requests about the caller’s call', () => {
  const beat: readonly Step[] = [...ringing(), taskEvents.due('heartbeat')];
  const fetched = (outcome: Outcome, before = beat) =>
    scene(...before).when(outcomeOf('call.fetch', outcome, { leg: 0, at: at(31) }));

  it.each<[string, Outcome]>([
    ['is completed', seen('completed')],
    ['is canceled', seen('canceled')],
    ['is not there', GONE],
  ])('a caller whose call %s is gone, and the phone stops ringing', (_, outcome) => {
    fetched(outcome).then({
      asks: [{ type: 'call.end', leg: 1 }],
      tells: [{ hook: 'ended', data: { result: 'callerLeft' } }, { hook: 'missed' }],
      state: { caller: { phase: 'ended', inFlight: { fetch: null } }, result: 'callerLeft' },
    });
  });

  it('a caller whose call is in progress keeps waiting', () => {
    fetched(seen('in-progress')).then({
      asks: [],
      state: { caller: { phase: 'waiting', held: true, inFlight: { fetch: null } } },
    });
    expect(scene(...ringing().slice(0, 1), taskEvents.due('heartbeat')).state).toMatchObject({
      caller: { held: false, inFlight: { fetch: 'fetch:0:1' } },
    });
  });

  it.each<[string, Outcome]>([
    ['it rings', seen('ringing')],
    ['nobody knows', FAILED],
  ])('after a fetch (%s) nothing changes, and it may be repeated', (_, outcome) => {
    const before: readonly Step[] = [taskEvents.inbound(), taskEvents.task('canceled', { at: at(1) })];
    fetched(outcome, [taskEvents.inbound(), taskEvents.due('heartbeat')]).then({
      asks: [],
      state: { caller: { phase: 'waiting', held: false, inFlight: { fetch: null } } },
    });
    fetched(outcome, before).then({ asks: [], state: { caller: { phase: 'waiting', inFlight: { fetch: null } } } });
  });

  it('a caller whose task is lost is redirected to the fallback as soon as they are there', () => {
    fetched(seen('in-progress'), [taskEvents.inbound(), taskEvents.task('canceled', { at: at(1) })]).then({
      asks: [
        {
          type: 'call.redirect',
          leg: 0,
          sid: sids.call(0),
          document: { flow: 'taskrouter', key: sids.call(0), visit: 1, leg: 0, purpose: 'caller.document' },
        },
      ],
      state: { caller: { phase: 'fallingBack', redirectTries: 1 } },
    });
  });

  it('a caller whom an earlier task offered to a worker is not redirected away from them', () => {
    const earlier: readonly Step[] = [
      ...offered,
      taskEvents.callerEnded('redirected', { at: at(10) }),
      taskEvents.task('created', { task: 1, at: at(11) }),
      taskEvents.task('canceled', { task: 1, at: at(12) }),
    ];
    expect(scene(...earlier).state).toMatchObject({ winner: 1, taskCanceled: true });
    fetched(seen('in-progress'), earlier).then({ asks: [], state: { winner: 1, caller: { phase: 'waiting' } } });
  });
});

describe('a caller on the way to the fallback', () => {
  const falling = (options: TaskOptions = {}): readonly Step[] => [
    ...waiting({ deadlineSeconds: 10, ...options }),
    taskEvents.due('deadline'),
  ];
  const redirected = (outcome: Outcome, seconds = 11) =>
    outcomeOf('call.redirect', outcome, { at: at(seconds), leg: 0 });

  it('a caller is redirected to the fallback, and watched until they request it', () => {
    scene(...falling())
      .when(redirected({ kind: 'done', status: 'in-progress' }))
      .then({ asks: [], state: { caller: { held: true, inFlight: { redirect: null } }, timers: { caller: at(21) } } });
    scene(...falling(), redirected({ kind: 'done', status: 'in-progress' }))
      .when(taskEvents.due('caller'))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }], state: { caller: { redirectTries: 2 } } });
  });

  it('a caller is known to be there once the redirect was accepted', () => {
    const early: readonly Step[] = [
      taskEvents.inbound({ options: { deadlineSeconds: 10 } }),
      taskEvents.due('deadline'),
      taskEvents.due('caller'),
    ];
    expect(scene(...early).state).toMatchObject({ caller: { held: false } });
    scene(...early)
      .when(redirected({ kind: 'done', status: null }, 12))
      .then({ state: { caller: { phase: 'fallingBack', held: true }, timers: { caller: at(22) } } });
    scene(...early)
      .when(redirected(REFUSED, 12))
      .then({ asks: [], state: { caller: { held: false, inFlight: { redirect: null } }, timers: { caller: at(13) } } });
  });

  it('a caller who leaves on the way to the fallback is gone', () => {
    scene(...falling())
      .when(redirected(GONE))
      .then({
        asks: [],
        tells: [{ hook: 'ended', data: { result: 'callerLeft' } }, { hook: 'missed' }],
        state: { caller: { phase: 'ended' } },
      });
  });

  it('a caller who has requested the fallback or left is no longer waited for', () => {
    const left: readonly Step[] = [...falling(), events.callerStatus({ at: at(10) })];
    scene(...left)
      .when(redirected({ kind: 'done', status: null }))
      .thenNothingHappened();
    const told: readonly Step[] = [...falling(), events.callerDocument({ at: at(10) })];
    scene(...told)
      .when(redirected({ kind: 'done', status: null }))
      .thenNothingHappened();
  });

  it('a caller who could not be redirected so far is redirected when seen alive; a planned try comes by itself', () => {
    const tried = (config: Partial<TaskRouterConfig>) =>
      given(taskrouter, [...falling(), redirected(REFUSED), taskEvents.due('heartbeat')], config).when(
        outcomeOf('call.fetch', seen('in-progress'), { leg: 0, at: at(31) }),
      );
    tried({ redirectRetryMs: [] }).then({
      asks: [{ type: 'call.redirect', leg: 0 }],
      state: { caller: { redirectTries: 2 } },
    });
    tried({ redirectRetryMs: [60_000] }).then({ asks: [], state: { timers: { caller: at(71) } } });
  });
});

describe('a caller whose worker has left long ago', () => {
  const ending: readonly Step[] = [...over, taskEvents.due('caller')];
  const ended = (outcome: Outcome) => scene(...ending).when(outcomeOf('call.end', outcome, { leg: 0, at: at(51) }));

  it.each<[string, Outcome]>([
    ['done', ENDED],
    ['gone', GONE],
  ])('a lone caller is gone when their call’s end is %s', (_, outcome) => {
    ended(outcome).then({
      asks: [],
      tells: [{ hook: 'ended', data: { result: 'connected' } }],
      state: { caller: { phase: 'ended', inFlight: { end: null } }, result: 'connected' },
    });
  });

  it.each<[string, Outcome]>([
    ['was refused', REFUSED],
    ['is not known', FAILED],
  ])('a lone caller is hung up on again when the end %s', (_, outcome) => {
    ended(outcome).then({ asks: [], state: { caller: { phase: 'connected', inFlight: { end: null } } } });
    scene(...ending, outcomeOf('call.end', outcome, { leg: 0, at: at(51) }))
      .when(taskEvents.due('caller'))
      .then({ asks: [{ type: 'call.end', leg: 0 }], state: { timers: { caller: at(70) } } });
  });
});

describe('outcomes of requests that a queue never makes', () => {
  const ofWorker = { id: 'worker', workspace: taskSids.workspace, worker: taskSids.worker(1) } as const;

  it.each<[TwilioEffect, Outcome]>([
    [{ ...ofWorker, type: 'worker.fetch' }, GONE],
    [{ ...ofWorker, type: 'worker.update', activity: taskSids.available, version: '1' }, { kind: 'changed' }],
    [
      {
        type: 'call.announce',
        id: 'whisper',
        leg: 0,
        sid: sids.call(0),
        conference: sids.conference() as never,
        document: { flow: 'taskrouter', key: sids.call(0), visit: 1, leg: 0, purpose: 'caller.whisper' },
        once: true,
      },
      GONE,
    ],
  ])('an outcome of $type changes nothing', (effect, outcome) => {
    scene(...ringing())
      .when(stray(effect, outcome))
      .thenNothingHappened();
  });
});
