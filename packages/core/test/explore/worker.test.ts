import { expect, it } from 'vitest';
import { explore, workerWorld } from '@amd/core/testing';

it('the worker', () => {
  const found = explore(workerWorld({ people: 1 }), { maxStates: 1_000_000 });
  console.log(found.states, found.complete, found.violation?.what, found.violation?.trace.join('\n'));
  expect(found.violation?.what).toBeUndefined();
}, 60_000);
