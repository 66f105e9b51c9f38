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

/** What became of something that this state has not asked for. */
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
/** Nobody has told us of a task. */
const searching: readonly Step[] = [...waiting(), taskEvents.due('heartbeat')];

describe('the answer about a reservation', () => {
  const rejected = (outcome: Outcome) =>
    scene(...rejecting).when(outcomeOf('reservation.update', outcome, { at: at(6) }));
  const fetched = (outcome: Outcome) => scene(...alone).when(outcomeOf('reservation.fetch', outcome, { at: at(13) }));

  it('that it is rejected closes it', () => {
    rejected(DONE).then({
      asks: [{ type: 'flow.send' }],
      state: { reservations: [{ phase: 'over', result: 'rejected', inFlight: false }] },
    });
  });

  it('that it is refused makes us ask who has resolved it', () => {
    rejected(REFUSED).then({
      asks: [{ type: 'reservation.fetch', reservation: taskSids.reservation(1) }],
      state: { reservations: [{ phase: 'rejecting', inFlight: true }], timers: { reservation1: at(16) } },
    });
  });

  it('that is lost leaves it as it was, for its timer to ask again', () => {
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

  it('that there is none counts as a cancellation', () => {
    for (const answer of [rejected(GONE), fetched(GONE)]) {
      answer.then({ asks: [], state: { reservations: [{ phase: 'over', result: 'canceled', inFlight: false }] } });
    }
  });

  it('is what it says now', () => {
    fetched({ kind: 'reservation', status: 'rescinded' }).then({ state: { reservations: [{ result: 'rescinded' }] } });
    rejected({ kind: 'reservation', status: 'timeout' }).then({ state: { reservations: [{ result: 'timeout' }] } });
  });

  it('is about that one, and no other', () => {
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
  it('asks by the call, once at a time', () => {
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

  it('finds one that waits: it is ours, and nothing else is to do', () => {
    scene(...searching)
      .when(outcomeOf('task.find', task('pending'), { at: at(31) }))
      .then({ asks: [], state: { task: { sid: taskSids.task(), over: false, inFlight: false }, taskCanceled: false } });
  });

  it('finds one that is cancelled: the caller is lost to the queue', () => {
    scene(...searching)
      .when(outcomeOf('task.find', task('canceled'), { at: at(31) }))
      .then({ state: { task: { sid: taskSids.task(), over: true }, taskCanceled: true } });
  });

  it('finds none: what there was is over', () => {
    scene(...searching)
      .when(outcomeOf('task.find', GONE, { at: at(31) }))
      .then({ state: { task: { sid: null, over: true, inFlight: false }, taskCanceled: true } });
  });

  it('that has failed is made again with the next heartbeat', () => {
    const failed: readonly Step[] = [...searching, outcomeOf('task.find', FAILED, { at: at(31) })];
    expect(scene(...failed).state).toMatchObject({
      task: { sid: null, over: false, inFlight: false },
      taskCanceled: false,
    });
    scene(...failed)
      .when(taskEvents.due('heartbeat'))
      .then({ asks: [{ type: 'task.find' }] });
  });

  it('comes too late when the task is known: what is asked about that one goes on', () => {
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

describe('the search for a task of which nothing was heard', () => {
  const refused = (times: number): readonly Step[] =>
    Array.from({ length: times }, (_, index) => [
      taskEvents.due('heartbeat'),
      outcomeOf('task.find', REFUSED, { at: at(30 * (index + 1)) }),
    ]).flat();
  const again = (times: number) => scene(...waiting(), ...refused(times));

  it('that is refused for good three times gives the caller the fallback', () => {
    expect(again(2).state).toMatchObject({ caller: { phase: 'waiting' }, task: { refusals: 2 } });
    const third = scene(...waiting(), ...refused(2), taskEvents.due('heartbeat')).when(
      outcomeOf('task.find', REFUSED, { at: at(90) }),
    );
    third.then({ asks: [{ type: 'call.redirect', leg: 0 }], state: { caller: { phase: 'fallingBack' } } });
    scene(...waiting(), ...refused(3))
      .when(taskEvents.due('heartbeat'))
      .then({ asks: [] });
  });

  it('that is refused is counted once for each search, and a failure not at all', () => {
    scene(...waiting(), ...refused(1))
      .when(outcomeOf('task.find', REFUSED, { at: at(31) }))
      .thenNothingHappened();
    scene(...waiting(), ...refused(2), taskEvents.due('heartbeat'))
      .when(outcomeOf('task.find', FAILED, { at: at(91) }))
      .then({ asks: [], state: { caller: { phase: 'waiting' }, task: { refusals: 2 } } });
  });

  it('begins anew with the next task, and ends with a task that is heard of', () => {
    scene(...waiting(), ...refused(2))
      .when(taskEvents.task('created', { at: at(62) }))
      .then({ state: { task: { sid: taskSids.task(), refusals: 0 } } });
  });

  it('is said in one sentence when it is given up, and not before', () => {
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

describe('the rest after a talk', () => {
  const ends = taskEvents.legEnded({ bridged: true, at: at(40) });
  const rested = (outcome: Outcome) =>
    scene(...talking, ends).when(outcomeOf('reservation.coolDown', outcome, { at: at(41) }));
  const completes = { type: 'task.update', status: 'completed' } as const;

  it('comes before the task is completed, so that nobody is reserved in between', () => {
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

  it('does not come for a worker who has accepted something else, nor for one who cannot be moved', () => {
    for (const outcome of [{ kind: 'elsewhere' } as const, GONE, REFUSED]) {
      rested(outcome).then({
        asks: [completes],
        state: { reservations: [{ coolDown: 'over', workerNotified: false }] },
      });
    }
  });

  it('is asked for again at the next heartbeat when Twilio was away, and once only otherwise', () => {
    rested(FAILED).then({ asks: [], state: { reservations: [{ coolDown: 'due' }] } });
    scene(...talking, ends, outcomeOf('reservation.coolDown', FAILED, { at: at(41) }))
      .when(taskEvents.due('heartbeat'))
      .then({ asks: [{ type: 'call.fetch', leg: 0 }, { type: 'reservation.coolDown' }] });
    scene(...talked)
      .when(outcomeOf('reservation.coolDown', DONE, { at: at(42) }))
      .thenNothingHappened();
  });

  it('is left to Twilio where a worker has one task at a time', () => {
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

describe('the answer about the task', () => {
  const completed = (outcome: Outcome) => scene(...over).when(outcomeOf('task.update', outcome, { at: at(41) }));
  const watched: readonly Step[] = [...ringing(), taskEvents.due('heartbeat')];
  const fetched = (outcome: Outcome) => scene(...watched).when(outcomeOf('task.fetch', outcome, { at: at(31) }));

  it('that it is completed closes it, and the reservation with it', () => {
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

  it('that it cannot be completed makes us ask what it is', () => {
    completed(REFUSED).then({
      asks: [{ type: 'task.fetch', id: 'task:fetch:3', workspace: taskSids.workspace, task: taskSids.task() }],
      state: { task: { over: false, inFlight: true } },
    });
  });

  it('that is lost leaves it as it was, for the heartbeat to ask again', () => {
    completed(FAILED).then({ asks: [], state: { task: { over: false, inFlight: false } } });
    for (const lost of [FAILED, REFUSED])
      fetched(lost).then({ asks: [], state: { task: { over: false, inFlight: false } } });
  });

  it('that there is none is a cancellation', () => {
    fetched(GONE).then({
      asks: [{ type: 'call.end', leg: 1 }],
      state: { task: { over: true }, taskCanceled: true, reservations: [{ phase: 'over', result: 'canceled' }] },
    });
  });

  it('that there is none is no news when it was over before', () => {
    scene(
      ...watched,
      outcomeOf('call.fetch', seen('ringing'), { at: at(31), leg: 0 }),
      taskEvents.task('canceled', { at: at(32) }),
      outcomeOf('call.fetch', seen('ringing'), { at: at(33), leg: 0 }),
    )
      .when(outcomeOf('task.fetch', GONE, { at: at(34) }))
      .then({ asks: [], state: { task: { inFlight: false } } });
  });

  it('of before is no answer about the present one', () => {
    scene(...watched, taskEvents.task('canceled', { at: at(31) }), taskEvents.task('created', { task: 1, at: at(32) }))
      .when(outcomeOf('task.fetch', GONE, { at: at(33) }))
      .thenNothingHappened();
  });
});

describe('the answer about the caller’s call', () => {
  const beat: readonly Step[] = [...ringing(), taskEvents.due('heartbeat')];
  const fetched = (outcome: Outcome, before = beat) =>
    scene(...before).when(outcomeOf('call.fetch', outcome, { leg: 0, at: at(31) }));

  it.each<[string, Outcome]>([
    ['is completed', seen('completed')],
    ['is canceled', seen('canceled')],
    ['is not there', GONE],
  ])('it %s: the caller is gone, and the phone stops ringing', (_, outcome) => {
    fetched(outcome).then({
      asks: [
        { type: 'call.end', leg: 1 },
        { type: 'hook.run', data: { result: 'callerLeft' } },
      ],
      state: { caller: { phase: 'ended', inFlight: { fetch: null } }, result: 'callerLeft' },
    });
  });

  it('it is in progress: the caller is there, and waits on', () => {
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
  ])('%s: nothing is new, and it may be asked about again', (_, outcome) => {
    const before: readonly Step[] = [taskEvents.inbound(), taskEvents.task('canceled', { at: at(1) })];
    fetched(outcome, [taskEvents.inbound(), taskEvents.due('heartbeat')]).then({
      asks: [],
      state: { caller: { phase: 'waiting', held: false, inFlight: { fetch: null } } },
    });
    fetched(outcome, before).then({ asks: [], state: { caller: { phase: 'waiting', inFlight: { fetch: null } } } });
  });

  it('a caller whose task is lost is fetched to the fallback, as soon as they are there', () => {
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

  it('a caller whom somebody was told to take, by an earlier task, is not fetched away from them', () => {
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

  it('is redirected, and looked after until they ask for it', () => {
    scene(...falling())
      .when(redirected({ kind: 'done', status: 'in-progress' }))
      .then({ asks: [], state: { caller: { held: true, inFlight: { redirect: null } }, timers: { caller: at(21) } } });
    scene(...falling(), redirected({ kind: 'done', status: 'in-progress' }))
      .when(taskEvents.due('caller'))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }], state: { caller: { redirectTries: 2 } } });
  });

  it('is known to be there once the redirect was taken', () => {
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

  it('who is gone is gone', () => {
    scene(...falling())
      .when(redirected(GONE))
      .then({
        asks: [{ type: 'hook.run', hook: 'ended', data: { result: 'callerLeft' } }],
        state: { caller: { phase: 'ended' } },
      });
  });

  it('who has asked for it or has left is not waited for any more', () => {
    const left: readonly Step[] = [...falling(), events.callerStatus({ at: at(10) })];
    scene(...left)
      .when(redirected({ kind: 'done', status: null }))
      .thenNothingHappened();
    const told: readonly Step[] = [...falling(), events.callerDocument({ at: at(10) })];
    scene(...told)
      .when(redirected({ kind: 'done', status: null }))
      .thenNothingHappened();
  });

  it('who could not be redirected so far is, when they are seen alive; a try that is planned comes by itself', () => {
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
  ])('is out of it when their call’s end is %s', (_, outcome) => {
    ended(outcome).then({
      asks: [{ type: 'hook.run', data: { result: 'connected' } }],
      state: { caller: { phase: 'ended', inFlight: { end: null } }, result: 'connected' },
    });
  });

  it.each<[string, Outcome]>([
    ['was refused', REFUSED],
    ['is not known', FAILED],
  ])('is hung up on again when the end %s', (_, outcome) => {
    ended(outcome).then({ asks: [], state: { caller: { phase: 'connected', inFlight: { end: null } } } });
    scene(...ending, outcomeOf('call.end', outcome, { leg: 0, at: at(51) }))
      .when(taskEvents.due('caller'))
      .then({ asks: [{ type: 'call.end', leg: 0 }], state: { timers: { caller: at(70) } } });
  });
});

describe('what became of something that a queue never asks for', () => {
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
  ])('changes nothing: $type', (effect, outcome) => {
    scene(...ringing())
      .when(stray(effect, outcome))
      .thenNothingHappened();
  });
});
