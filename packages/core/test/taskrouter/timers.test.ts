import { describe, expect, it } from 'vitest';
import { taskrouter, type TaskOptions } from '@amd/core';
import { events, given, sids, taskEvents, taskSids } from '@amd/core/testing';
import { at, offered, ringing, scene, second, talking, type Step } from './scenes.js';

const { due, outcomeOf, reservation: news } = taskEvents;

const detecting: readonly Step[] = [...ringing(), events.status({ status: 'in-progress', at: at(5) })];
/** Asynchronous detection reported a human, who is being redirected to the caller. */
const moving: readonly Step[] = [
  ...ringing({ amd: { mode: 'async' } }),
  events.answered({ answeredBy: null, at: at(6) }),
  events.verdict({ at: at(9) }),
];
const left = (seconds: number): Step => events.callerStatus({ at: at(seconds) });

const rejected = {
  type: 'reservation.update',
  reservation: taskSids.reservation(1),
  activity: taskSids.unavailable,
} as const;
const asked = { type: 'reservation.fetch', reservation: taskSids.reservation(1) } as const;
const looksAtCaller = { type: 'call.fetch', leg: 0, sid: sids.call(0) } as const;

describe('a timer', () => {
  it.each(['heartbeat', 'deadline', 'leg1', 'reservation1'])(
    'a timer for an earlier time has no effect: %s',
    (timer) => {
      const before: readonly Step[] = ringing({ deadlineSeconds: 60 });
      scene(...before)
        .when(events.timer(timer, at(3)))
        .thenNothingHappened();
    },
  );

  it('a timer that the state does not want has no effect', () => {
    for (const timer of ['caller', 'leg2', 'reservation2', 'deadline']) {
      scene(...ringing())
        .when(events.timer(timer, at(3)))
        .thenNothingHappened();
    }
  });

  it('a timer concerns one leg, or one reservation', () => {
    scene(...ringing(), ...second)
      .when(due('leg2'))
      .then({
        asks: [{ type: 'call.fetch', leg: 2, sid: sids.call(2) }],
        state: { timers: { leg1: at(32), leg2: undefined } },
      });
    scene(...ringing(), ...second)
      .when(due('reservation2'))
      .then({
        asks: [
          { type: 'call.end', leg: 2 },
          { type: 'reservation.update', reservation: taskSids.reservation(2) },
        ],
        state: { reservations: [{ phase: 'pending' }, { phase: 'rejecting' }], timers: { reservation1: at(116) } },
      });
  });
});

describe('past the deadline', () => {
  it('the deadline ends ringing legs, and answered ones finish', () => {
    scene(
      ...ringing({ deadlineSeconds: 20 }),
      ...second,
      taskEvents.assignment(3, { at: at(5) }),
      events.status({ status: 'in-progress', at: at(18) }),
    )
      .when(due('deadline'))
      .then({
        asks: [
          { type: 'call.end', leg: 2 },
          { type: 'reservation.update', reservation: taskSids.reservation(2) },
          { type: 'reservation.update', reservation: taskSids.reservation(3) },
        ],
        state: {
          deadlinePassed: true,
          legs: [{ phase: 'detecting' }, { phase: 'ending' }, { phase: 'ending' }],
          timers: { deadline: undefined },
        },
      });
  });
});

describe('at every heartbeat', () => {
  const short = { texts: { greeting: '' } };
  const held: readonly Step[] = [taskEvents.inbound({ options: short, status: 'in-progress' })];
  const find = { type: 'task.find', call: sids.call(0) } as const;
  const fetchTask = { type: 'task.fetch', task: taskSids.task() } as const;

  it('the heartbeat fetches the caller, and the task if there is one; the next heartbeat is started', () => {
    scene(...ringing())
      .when(due('heartbeat'))
      .then({ asks: [looksAtCaller, fetchTask], state: { timers: { heartbeat: at(60) } } });
  });

  it('the heartbeat looks for a task that should be there by now', () => {
    scene(...held)
      .when(due('heartbeat'))
      .then({ asks: [looksAtCaller, find] });
    scene(taskEvents.inbound({ options: short }))
      .when(due('heartbeat'))
      .then({ asks: [looksAtCaller], state: { caller: { held: false } } });
  });

  it.each([
    [166, true],
    [167, false],
  ])(
    'the heartbeat looks for no task while the greeting may still play, or play again after a retry: of %i letters, %s',
    (letters, isLookedFor) => {
      const options = { texts: { greeting: 'a'.repeat(letters) } };
      // A retry may come within 15 s, and 10 s are for what is slow.
      const beaten = { heartbeatMs: 15_000 + 10_000 + 166 * 120 };
      const { effects } = given(
        taskrouter,
        [taskEvents.inbound({ options, status: 'in-progress' }), due('heartbeat')],
        beaten,
      );
      expect(effects.some(({ type }) => type === 'task.find')).toBe(isLookedFor);
    },
  );

  it('the heartbeat looks for no task of a caller whom another application took, until they come back', () => {
    const away: readonly Step[] = [...held, taskEvents.callerEnded('redirected', { at: at(12) })];
    scene(...away)
      .when(due('heartbeat'))
      .then({ asks: [looksAtCaller], state: { caller: { takenElsewhere: true } } });
  });

  it('the heartbeat looks for no task of a caller on the way to the fallback', () => {
    scene(taskEvents.inbound({ options: { ...short, deadlineSeconds: 10 }, status: 'in-progress' }), due('deadline'))
      .when(due('heartbeat'))
      .then({ asks: [looksAtCaller], state: { caller: { phase: 'fallingBack' } } });
  });

  it('the heartbeat no longer fetches a caller who has left, but their task', () => {
    scene(...ringing(), left(5))
      .when(due('heartbeat'))
      .then({ asks: [fetchTask] });
  });

  it('the heartbeat fetches both calls of a talk, and its task', () => {
    scene(...talking)
      .when(due('heartbeat'))
      .then({ asks: [looksAtCaller, { type: 'call.fetch', leg: 1, sid: sids.call(1) }, fetchTask] });
  });

  it('of two workers, the heartbeat fetches the one who talks', () => {
    const other: readonly Step[] = [
      ...ringing(),
      ...second,
      events.answered({ leg: 2, at: at(9) }),
      news('accepted', 2, { at: at(10) }),
    ];
    const step = scene(...other).when(due('heartbeat'));
    step.then({ asks: [looksAtCaller, { type: 'call.fetch', leg: 2 }, fetchTask] });
    expect(step.result.state).toHaveProperty('timers', { leg1: at(20), heartbeat: at(60) });
  });

  it('a task that could not be completed after the talk is completed again at the heartbeat, and not fetched', () => {
    scene(
      ...talking,
      taskEvents.legEnded({ bridged: true, at: at(20) }),
      outcomeOf('reservation.coolDown', { kind: 'elsewhere' }, { at: at(20) }),
      outcomeOf('task.update', { kind: 'failed', reason: 'away' }, { at: at(21) }),
    )
      .when(due('heartbeat'))
      .then({ asks: [looksAtCaller, { type: 'task.update', status: 'completed' }] });
  });

  it('the heartbeat does not fetch a worker who was only offered the caller', () => {
    scene(...ringing(), events.answered({ at: at(25) }))
      .when(due('heartbeat'))
      .then({ asks: [looksAtCaller, fetchTask], state: { winner: 1, servedReservation: null } });
  });
});

describe('the timer of the caller', () => {
  it("the caller's timer redirects a caller who could not be redirected yet", () => {
    scene(taskEvents.inbound({ options: { deadlineSeconds: 10 } }), due('deadline'))
      .when(due('caller'))
      .then({
        asks: [{ type: 'call.redirect', leg: 0, id: 'redirect:0:1' }],
        state: { timers: { caller: undefined } },
      });
  });

  it("the caller's timer ends a lone call until it is over", () => {
    const alone: readonly Step[] = [...talking, taskEvents.legEnded({ bridged: true, at: at(20) })];
    scene(...alone)
      .when(due('caller'))
      .then({
        asks: [{ type: 'call.end', id: 'end:0:2', leg: 0, sid: sids.call(0) }],
        state: { timers: { caller: at(40) } },
      });
    scene(...alone, due('caller'), due('heartbeat'))
      .when(due('caller'))
      .then({ asks: [], state: { timers: { caller: at(50) } } });
  });
});

describe('a worker who was offered the caller without any further report', () => {
  it('an offered worker and their reservation are fetched until the outcome is known', () => {
    scene(...offered)
      .when(due('leg1'))
      .then({
        asks: [asked, { type: 'call.fetch', leg: 1, sid: sids.call(1) }],
        state: { winner: 1, legs: [{ phase: 'joining' }], timers: { leg1: at(29), reservation1: at(29) } },
      });
    scene(...offered, due('leg1'))
      .when(due('leg1'))
      .then({ asks: [], state: { timers: { leg1: at(39) } } });
  });

  it('an offered worker whose redirect never happened cannot have the caller: they hear so, and others may', () => {
    expect(scene(...moving).state).toMatchObject({
      winner: 1,
      legs: [{ phase: 'joining', inFlight: { redirect: 'move:1' } }],
    });
    scene(...moving)
      .when(due('leg1'))
      .then({
        asks: [{ type: 'call.redirect', id: 'redirect:1:1', leg: 1 }, rejected],
        state: {
          winner: null,
          legs: [{ phase: 'farewell', farewell: 'lost', inFlight: { redirect: 'redirect:1:1' } }],
          reservations: [{ phase: 'rejecting', offered: false }],
          timers: { leg1: at(29) },
        },
      });
  });

  it('an offered worker is rejected only after the outcome for the reservation is there', () => {
    scene(...moving, taskEvents.task('wrapup', { at: at(12) }), due('leg1'))
      .when(outcomeOf('reservation.fetch', { kind: 'reservation', status: 'pending' }, { at: at(20) }))
      .then({ asks: [rejected], state: { reservations: [{ phase: 'rejecting', inFlight: true }] } });
    scene(...moving, taskEvents.task('wrapup', { at: at(12) }))
      .when(due('leg1'))
      .then({ asks: [{ type: 'call.redirect', leg: 1 }], state: { timers: { reservation1: at(22) } } });
  });

  it('an offered worker is told when the caller has left, or the reservation was taken back', () => {
    const told = {
      asks: [{ type: 'call.redirect', leg: 1 }],
      state: { legs: [{ phase: 'farewell', farewell: 'callerGone' }] },
    } as const;
    scene(...offered, left(10))
      .when(due('leg1'))
      .then(told);
    scene(...moving, left(10))
      .when(due('leg1'))
      .then({ state: { legs: [{ phase: 'farewell' }] } });
    scene(...offered, news('canceled', 1, { at: at(10) }))
      .when(due('leg1'))
      .then(told);
    // A worker whose redirect has not happened yet makes no request.
    scene(...moving)
      .when(news('canceled', 1, { at: at(10) }))
      .then(told);
  });
});

describe('shortly before a reservation times out', () => {
  it.each<[string, readonly Step[], object]>([
    ['who rings is ended', ringing(), { phase: 'ending' }],
    ['who is being detected is ended', detecting, { phase: 'ending' }],
    [
      'who is asked for a key hears that it is too late',
      [...ringing({ confirm: 'always' }), events.answered({ at: at(9) })],
      { phase: 'farewell', farewell: 'lost' },
    ],
  ])('%s, and the reservation is rejected', (_, before, leg) => {
    const step = scene(...before).when(due('reservation1'));
    step.then({
      state: {
        reservations: [{ phase: 'rejecting', rejectTo: 'unavailable' }],
        legs: [leg],
        timers: { reservation1: at(126) },
      },
    });
    expect(step.result.effects).toContainEqual(expect.objectContaining(rejected));
    expect(step.result.effects.filter(({ type }) => type === 'call.end')).toHaveLength('farewell' in leg ? 0 : 1);
  });

  it('a worker who was offered the caller is fetched instead', () => {
    const answered: readonly Step[] = [...ringing(), events.answered({ at: at(110) })];
    scene(...answered)
      .when(due('reservation1'))
      .then({
        asks: [asked],
        state: {
          winner: 1,
          reservations: [{ phase: 'pending' }],
          legs: [{ phase: 'joining' }],
          timers: { reservation1: at(126) },
        },
      });
  });

  it('a worker still reserved for a caller who has left is rejected, whether they were rung or not', () => {
    const quiet: readonly Step[] = [...ringing(), left(5), events.status({ status: 'completed', at: at(6) })];
    scene(...quiet)
      .when(due('reservation1'))
      .then({ asks: [rejected], state: { legs: [{ phase: 'ended' }] } });
    scene(...ringing(), left(5))
      .when(due('reservation1'))
      .then({ asks: [rejected], state: { legs: [{ phase: 'ending' }] } });
    scene(taskEvents.inbound(), left(1), taskEvents.assignment(1, { at: at(1) }))
      .when(due('reservation1'))
      .then({ asks: [rejected], state: { reservations: [{ leg: null, phase: 'rejecting' }] } });
  });

  it('a worker with a wrong number goes Offline, even if that came out while the caller had the fallback', () => {
    const options: TaskOptions = { fallback: { kind: 'voicemail' }, offerMessage: true };
    scene(
      ...ringing(options),
      { type: 'caller.key', at: at(3), status: 'in-progress', digits: '*' },
      taskEvents.callerEnded('leave', { at: at(4) }),
      events.callerDocument({ at: at(4) }),
      events.status({ status: 'failed', sipCode: 404, at: at(6) }),
    )
      .when(due('reservation1'))
      .then({ asks: [{ ...rejected, activity: taskSids.offline }] });
  });

  it('a rejection without an answer is checked', () => {
    scene(
      ...ringing(),
      events.status({ status: 'busy', at: at(5) }),
      outcomeOf('reservation.update', { kind: 'failed', reason: 'away' }, { at: at(6) }),
    )
      .when(due('reservation1'))
      .then({ asks: [asked], state: { reservations: [{ phase: 'rejecting' }], timers: { reservation1: at(25) } } });
  });
});
