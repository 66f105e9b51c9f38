import { expect, it } from 'vitest';
import { FIRST_ATTEMPT, nextAttempt, type Attempt, type Failure } from '../src/page/connection/plan.js';

const after = (...failures: Failure[]): Attempt =>
  failures.reduce((attempt, failure) => nextAttempt(attempt, failure, 0.5), FIRST_ATTEMPT);

it('a websocket is tried first, and polling at once when it hangs for a second', () => {
  expect(FIRST_ATTEMPT).toMatchObject({ first: 'websocket', limitMs: 1000, pauseMs: 0 });
  expect(after('silent')).toMatchObject({ first: 'polling', pauseMs: 0 });
});

it('a websocket gets more time when polling fails as well, as where several servers know no session', () => {
  for (const failure of ['unknown', 'silent'] as const)
    expect(after('silent', failure)).toMatchObject({ first: 'websocket', limitMs: 8000, pauseMs: 1000 });
});

it('the transport that worked is kept', () => {
  expect(after('silent', 'lost')).toMatchObject({ first: 'polling', pauseMs: 1000 });
  expect(after('lost')).toMatchObject({ first: 'websocket', pauseMs: 1000 });
});

it('pauses grow to at most five seconds, and start over once the page was live', () => {
  const failures: Failure[] = ['refused', 'refused', 'refused', 'refused', 'refused'];
  expect(failures.map((_, count) => after(...failures.slice(0, count + 1)).pauseMs)).toEqual([
    1000, 2000, 4000, 5000, 5000,
  ]);
  expect(after(...failures, 'lost', 'refused').pauseMs).toBe(1000);
  expect(nextAttempt(after(...failures), 'refused', 1).pauseMs).toBe(5000);
});

it('bug: a websocket that opened and broke again and again was tried forever; the other transport gets its turn', () => {
  expect(after('brief')).toMatchObject({ first: 'websocket', pauseMs: 1000 });
  expect(after('brief', 'brief')).toMatchObject({ first: 'polling', upgrades: false, pauseMs: 2000 });
  expect(after('brief', 'brief', 'lost')).toMatchObject({ first: 'polling', upgrades: false, pauseMs: 1000 });
  expect(after('brief', 'brief', 'brief')).toMatchObject({ first: 'websocket', upgrades: true, pauseMs: 4000 });
});

it('the pages that one server has lost are spread', () => {
  expect(nextAttempt(FIRST_ATTEMPT, 'lost', 0).pauseMs).toBe(500);
  expect(nextAttempt(FIRST_ATTEMPT, 'lost', 1).pauseMs).toBe(1500);
});
