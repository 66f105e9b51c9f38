import { expect, it } from 'vitest';
import { explore, tasksWorld, type TasksWorldOptions } from '@amd/core/testing';

const WORLDS: readonly TasksWorldOptions[] = [
  { reservations: 1, hears: [] },
  { reservations: 1, hears: ['accepted', 'canceled', 'final', 'task.canceled'] },
  { reservations: 1 },
  { reservations: 1, faults: 1, hears: [] },
  { reservations: 2, hears: [], answers: ['human', 'machine_start'] },
  { reservations: 2, atOnce: true, hears: [], answers: ['human', 'machine_start'] },
];
it.each(WORLDS.map((o) => [tasksWorld(o).name, o] as const))('%s', (name, options) => {
  const began = Date.now();
  const found = explore(tasksWorld(options), { maxStates: 3_000_000 });
  console.log(name, found.states, found.transitions, found.complete, Date.now() - began);
  const { violation } = found;
  if (violation !== null) console.log(`${violation.what}\n${violation.trace.join('\n')}`);
  expect(violation?.what).toBeUndefined();
}, 200_000);
