import { expect, it } from 'vitest';
import { explore, tasksWorld, type TasksWorldOptions } from '@amd/core/testing';

const RACING = ['accepted', 'rescinded', 'canceled', 'task.canceled', 'final'];
const WORLDS: readonly TasksWorldOptions[] = [
  { reservations: 2, hears: [], answers: ['human'], quietHeartbeats: true },
  { reservations: 2, hears: RACING, answers: ['human'], quietHeartbeats: true },
];
it.each(WORLDS.map((o) => [tasksWorld(o).name, o] as const))('%s', (name, options) => {
  const began = Date.now();
  const found = explore(tasksWorld(options), { maxStates: 1_500_000 });
  console.log(name, found.states, found.transitions, found.complete, Date.now() - began);
  const { violation } = found;
  if (violation !== null) console.log(`${violation.what}\n${violation.trace.join('\n')}`);
  expect(violation?.what).toBeUndefined();
}, 200_000);
