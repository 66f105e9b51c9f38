import { manualClock } from '@amd/core/testing';
import { expect, it } from 'vitest';
import { createGuessLines } from '../src/server/access/guess-lines.js';

const stays = (): AbortSignal => new AbortController().signal;

/** How many of these guesses have been let through. */
function counted(turns: readonly (Promise<boolean> | null)[]): () => number {
  let count = 0;
  for (const turn of turns) void turn?.then((isTurn) => (count += isTurn ? 1 : 0));
  return () => count;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('the first guess is checked at once, then five a second, however many come together', async () => {
  const clock = manualClock();
  const lines = createGuessLines(clock);
  const through = counted(Array.from({ length: 30 }, () => lines.enter(null, stays())));
  await settle();
  expect(through()).toBe(1);
  await clock.advanceBy(1000, settle);
  expect(through()).toBe(6);
  await clock.advanceBy(4800, settle);
  expect(through()).toBe(30);
});

it('a full queue refuses at once, and its last guess waits ten seconds', async () => {
  const clock = manualClock();
  const lines = createGuessLines(clock);
  const through = counted(Array.from({ length: 51 }, () => lines.enter(null, stays())));
  expect(lines.enter(null, stays())).toBeNull();
  await clock.advanceBy(9800, settle);
  expect(through()).toBe(50);
  await clock.advanceBy(200, settle);
  expect(through()).toBe(51);
  expect(lines.enter(null, stays())).not.toBeNull();
});

it('a browser that has logged in before has a queue of its own', async () => {
  const clock = manualClock();
  const lines = createGuessLines(clock);
  for (let place = 0; place < 60; place += 1) void lines.enter(null, stays());
  expect(await lines.enter('a', stays())).toBe(true);
  expect(await lines.enter('b', stays())).toBe(true);
  const second = counted([lines.enter('a', stays())]);
  await settle();
  expect(second()).toBe(0);
  await clock.advanceBy(200, settle);
  expect(second()).toBe(1);
});

it('a guess that leaves makes room for those behind', async () => {
  const clock = manualClock();
  const lines = createGuessLines(clock);
  expect(await lines.enter(null, stays())).toBe(true);
  const leaving = Array.from({ length: 50 }, () => new AbortController());
  const left = leaving.map(({ signal }) => lines.enter(null, signal));
  expect(lines.enter(null, stays())).toBeNull();
  for (const one of leaving) one.abort();
  for (const turn of left) expect(await turn).toBe(false);
  const through = counted([lines.enter(null, stays())]);
  await clock.advanceBy(200, settle);
  expect(through()).toBe(1);
  expect(await lines.enter(null, leaving[0]?.signal ?? stays())).toBe(false);
});

it('a queue waits no longer when the clock is set back an hour', async () => {
  let now = 1_800_000_000_000;
  const wakeUps: { readonly at: number; readonly run: () => void }[] = [];
  const lines = createGuessLines({
    now: () => now,
    wakeAt: (at, run) => {
      wakeUps.push({ at, run });
      return () => undefined;
    },
  });
  void lines.enter(null, stays());
  now -= 3_600_000;
  const through = counted([lines.enter(null, stays())]);
  expect(wakeUps.map(({ at }) => at - now)).toEqual([200]);
  now += 200;
  wakeUps[0]?.run();
  await settle();
  expect(through()).toBe(1);
});

it('more devices than remembered share the common queue', async () => {
  const lines = createGuessLines(manualClock());
  for (let device = 0; device < 1000; device += 1) expect(await lines.enter(String(device), stays())).toBe(true);
  expect(await lines.enter('one more', stays())).toBe(true);
  const through = counted([lines.enter('and another', stays())]);
  await settle();
  expect(through()).toBe(0);
});

it('bug: a wake-up that was set for a guess that had left let two through at once', async () => {
  let now = 0;
  const wakeUps: (() => void)[] = [];
  const lines = createGuessLines({
    now: () => now,
    wakeAt: (_, run) => {
      wakeUps.push(run);
      return () => undefined;
    },
  });
  void lines.enter(null, stays());
  now = 10;
  const leaving = new AbortController();
  void lines.enter(null, leaving.signal);
  leaving.abort();
  now = 200;
  const through = counted([lines.enter(null, stays()), lines.enter(null, stays())]);
  wakeUps[0]?.();
  await settle();
  expect(through()).toBe(1);
});
