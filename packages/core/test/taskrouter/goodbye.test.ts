import { describe, expect, it } from 'vitest';
import type { Outcome, TaskRouterEvent } from '@amd/core';
import { events, NUMBERS, taskEvents, taskSids } from '@amd/core/testing';
import { at, offered, ringing, scene, talking, type Step } from './scenes.js';

const goodbye = (seconds: number, visit?: number): TaskRouterEvent => ({
  type: 'caller.goodbye',
  at: at(seconds),
  ...(visit === undefined ? {} : { visit }),
});
const outcome = (type: 'call.create' | 'call.fetch', kind: Outcome, seconds: number): Step =>
  taskEvents.outcomeOf(type, kind, { leg: type === 'call.fetch' ? 0 : 1, at: at(seconds) });
const ALIVE: Outcome = { kind: 'fetched', status: 'in-progress', answeredBy: null };
const queued: readonly Step[] = [taskEvents.inbound(), taskEvents.assignment(1, { at: at(1) })];

describe('a queued caller who was told goodbye', () => {
  it('no worker is rung for a caller who was told goodbye: ringing legs end, the task is cancelled, later assignments are rejected', () => {
    scene(...ringing())
      .when(goodbye(30))
      .then({
        asks: [
          { type: 'call.end', leg: 1 },
          { type: 'task.update', status: 'canceled' },
        ],
        state: { caller: { phase: 'fallingBack' }, result: null, legs: [{ phase: 'ending' }] },
      });
    scene(...ringing(), goodbye(30))
      .when(events.callerStatus({ at: at(34) }))
      .then({
        asks: [],
        tells: [{ hook: 'ended' }, { hook: 'missed' }],
        state: { caller: { phase: 'ended' }, result: 'unanswered' },
      });
    const later = scene(...ringing(), goodbye(30)).when(taskEvents.assignment(2, { at: at(31) })).result;
    expect(later.effects.filter(({ type }) => type === 'call.create')).toEqual([]);
    scene(...ringing(), goodbye(30))
      .when(goodbye(31))
      .thenNothingHappened();
  });

  it('a caller hears the fallback if they are still there because the goodbye answered a repeat', () => {
    const told = [...ringing(), goodbye(30)];
    scene(...told)
      .when(taskEvents.due('caller'))
      .then({ asks: [{ type: 'call.redirect', leg: 0 }] });
    scene(...told)
      .when(taskEvents.callerEnded('redirected', { at: at(31) }))
      .then({ verbs: ['redirect'], state: { caller: { phase: 'fallingBack' } } });
  });

  it('a caller goes on talking if the goodbye answered a repeat, and one of an earlier visit does not concern them', () => {
    scene(...talking)
      .when(goodbye(60))
      .then({ asks: [{ type: 'call.fetch', leg: 0 }], state: { caller: { phase: 'connected' }, result: null } });
    scene(...offered)
      .when(goodbye(60))
      .then({ asks: [{ type: 'call.fetch', leg: 0 }], state: { caller: { phase: 'waiting' }, winner: 1 } });
    scene(...ringing())
      .when(goodbye(30, 0))
      .thenNothingHappened();
  });

  it('a late decision queues no caller who was told goodbye without a record', () => {
    const told = scene(goodbye(21));
    expect(told.state).toEqual({ kind: 'nothing', goodbye: true });
    told.when(taskEvents.inbound({ at: at(22) })).then({ verbs: ['hangup'], effects: [] });
    told.when(goodbye(22)).thenNothingHappened();
  });
});

describe('a worker whose create was too late to send', () => {
  it('an unsent worker is called once a fetch has found the caller still there', () => {
    scene(...queued)
      .when(outcome('call.create', { kind: 'late' }, 25))
      .then({ asks: [{ type: 'call.fetch', leg: 0 }], state: { reservations: [{ phase: 'pending' }] } });
    const late = [...queued, outcome('call.create', { kind: 'late' }, 25)];
    scene(...late)
      .when(outcome('call.fetch', ALIVE, 26))
      .then({ asks: [{ type: 'call.create', leg: 1, to: NUMBERS.ann as never, by: at(46) }] });
    scene(...late)
      .when(outcome('call.fetch', { kind: 'gone' }, 26))
      .then({ state: { caller: { phase: 'ended' }, legs: [{ phase: 'ending' }] } });
    scene(...late)
      .when(outcome('call.fetch', { kind: 'failed', reason: 'time-out' }, 26))
      .then({ asks: [] });
  });

  it('an unsent worker is not called if the reservation has ended meanwhile', () => {
    const over = [
      ...queued,
      outcome('call.create', { kind: 'late' }, 25),
      taskEvents.reservation('timeout', 1, { at: at(25) }),
    ];
    const { effects } = scene(...over).when(outcome('call.fetch', ALIVE, 26)).result;
    expect(effects.filter(({ type }) => type === 'call.create')).toEqual([]);
    expect(taskSids.reservation(1)).toMatch(/^WR/);
  });
});
