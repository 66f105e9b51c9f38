import {
  taskrouter,
  type Effect,
  type TaskOptions,
  type TaskRouterEvent,
  type TaskRouterState,
  type TwilioEffect,
} from '@amd/core';
import { events, given, taskEvents, type Given } from '@amd/core/testing';
import { at } from '../flow/scenes.js';

export { at };

export type Step = Given<TaskRouterState, TaskRouterEvent, Effect<TwilioEffect>>;

export const scene = (...list: readonly Step[]) => given(taskrouter, list);

/** The caller waits and the first worker's phone rings. */
export const ringing = (options: TaskOptions = {}): readonly Step[] => [
  taskEvents.inbound({ options }),
  taskEvents.assignment(1, { at: at(1) }),
  events.status({ status: 'ringing', at: at(2) }),
];
/** A second worker's phone rings as well. */
export const second: readonly Step[] = [
  taskEvents.assignment(2, { at: at(3) }),
  events.status({ leg: 2, status: 'ringing', at: at(4) }),
];
/** The first worker was offered the caller. */
export const offered: readonly Step[] = [...ringing(), events.answered({ at: at(9) })];
export const talking: readonly Step[] = [...offered, taskEvents.reservation('accepted', 1, { at: at(10) })];
/** They talked, and the worker was moved to cool down. */
export const talked: readonly Step[] = [
  ...talking,
  taskEvents.legEnded({ bridged: true, at: at(40) }),
  taskEvents.outcomeOf('reservation.coolDown', { kind: 'done' }, { at: at(40) }),
];
