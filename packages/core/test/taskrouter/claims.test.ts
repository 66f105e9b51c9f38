import { expect, it } from 'vitest';
import { DEFAULT_TASKROUTER_CONFIG } from '@amd/core';
import { events, taskEvents, taskSids } from '@amd/core/testing';
import { scene, type Step } from './scenes.js';

/** Two workers are reserved for one caller, and both phones ring. */
const two: readonly Step[] = [
  taskEvents.inbound(),
  taskEvents.assignment(1),
  taskEvents.assignment(2),
  events.status({ leg: 1, status: 'ringing' }),
  events.status({ leg: 2, status: 'ringing' }),
];
const first: readonly Step[] = [...two, events.answered({ leg: 1 })];

it('the first of two humans takes the caller, and the second is told', () => {
  scene(...first)
    .when(events.answered({ leg: 2 }))
    .then({ verbs: ['say', 'hangup'], state: { winner: 1, legs: [{ phase: 'joining' }, { farewell: 'taken' }] } });
});

it('the other phone rings until the join has happened, and no longer', () => {
  scene(...first)
    .when(events.status({ leg: 1, status: 'in-progress' }))
    .then({ state: { legs: [{}, { phase: 'ringing' }] } });
  scene(...first)
    .when(taskEvents.reservation('accepted', 1))
    .then({
      asks: [{ type: 'call.end', leg: 2 }],
      state: { reservations: [{ phase: 'accepted' }, { result: 'rescinded' }] },
    });
});

it('a join that did not happen leaves the caller to the other worker', () => {
  scene(...first, taskEvents.legEnded({ leg: 1 }))
    .when(events.answered({ leg: 2 }))
    .then({ verbs: ['dial.queue'], state: { winner: 2 } });
});

it('a worker who accepted by other means has the caller, and their phone stops ringing', () => {
  scene(...two)
    .when(taskEvents.reservation('accepted', 1))
    .then({ asks: [{ type: 'call.end', leg: 1 }], state: { servedReservation: null } });
});

it('after the deadline no new worker is rung, and the caller gets the fallback when none is left', () => {
  const late: readonly Step[] = [
    taskEvents.inbound({ options: { deadlineSeconds: 30 }, status: 'in-progress' }),
    taskEvents.assignment(1),
    taskEvents.outcomeOf('call.create', { kind: 'created', sid: events.answered().sid, status: 'queued' }),
    taskEvents.due('deadline'),
  ];
  const step = scene(...late).when(taskEvents.assignment(2));
  step.then({ reply: { instruction: { activity: taskSids.unavailable } } });
  expect(step.result.effects.some(({ type }) => type === 'call.create')).toBe(false);
  expect(scene(...late).effects.map(({ type }) => type)).toContain('call.redirect');
});

it('a long wait forgets old reservations, and is served all the same', () => {
  const many = Array.from({ length: 200 }, (_, index) => [
    taskEvents.assignment(index + 1),
    events.status({ leg: index + 1, status: 'busy' }),
    taskEvents.outcomeOf('reservation.update', { kind: 'done' }),
  ]).flat();
  const { state } = scene(taskEvents.inbound(), ...many);
  if (state.kind !== 'call') throw new Error('there is a call');
  expect(state.reservations.length).toBeLessThanOrEqual(DEFAULT_TASKROUTER_CONFIG.rememberReservations);
  expect(state.legs.length).toBeLessThanOrEqual(DEFAULT_TASKROUTER_CONFIG.rememberReservations);
  scene(taskEvents.inbound(), ...many)
    .when(taskEvents.assignment(201))
    .then({ asks: [{ type: 'call.create', leg: 201 }] });
});
