import type { Clock } from '@amd/core';

/** Queues in which passwords wait until they are checked, one after the other. */
export interface GuessLines {
  /**
   * Resolves with true when it is this guess's turn, with false if `left` was aborted before. `device`: a browser that has logged
   * in before has a queue of its own; `null`: all others share one. Returns `null` if the queue is full.
   */
  enter(device: string | null, left: AbortSignal): Promise<boolean> | null;
}

/** Five guesses a second in each queue, so the last place waits ten seconds. */
const EVERY_MS = 200;
const PLACES = 50;
/** More devices than this at once share the common queue. */
const MAX_LINES = 1000;

/** How long the last in a full queue waits, in seconds. */
export const LONGEST_WAIT_SECONDS = (PLACES * EVERY_MS) / 1000;

/**
 * Creates the queues. Guessing is slow for everyone together. A stranger who guesses can fill the common queue, but browsers that
 * have logged in before do not wait in it. Addresses do not count: behind a proxy all may be the same. Each process has queues of
 * its own.
 */
export function createGuessLines(clock: Clock): GuessLines {
  const common = createLine(clock);
  const own = new Map<string, Line>();

  function lineOf(device: string | null): Line {
    const known = device === null ? common : own.get(device);
    if (device === null || known !== undefined) return known ?? common;
    for (const [id, line] of own) if (line.isIdle()) own.delete(id);
    if (own.size >= MAX_LINES) return common;
    const line = createLine(clock);
    own.set(device, line);
    return line;
  }

  return { enter: (device, left) => lineOf(device).enter(left) };
}

interface Line {
  enter(left: AbortSignal): Promise<boolean> | null;
  isIdle(): boolean;
}

function createLine(clock: Clock): Line {
  const waiting = new Set<() => void>();
  /** When the next guess may be checked. */
  let freeAt = 0;
  let isAwake = false;
  /** Returns the wait, which is never longer than one turn, even if the clock was set back. */
  function waitMs(): number {
    const now = clock.now();
    freeAt = Math.min(freeAt, now + EVERY_MS);
    return Math.max(0, freeAt - now);
  }

  function next(): void {
    isAwake = false;
    const [first] = waiting;
    // This wake-up may be for a guess that has left since, or another guess may just have had its turn.
    if (waitMs() === 0) first?.();
    wakeForNext();
  }

  function wakeForNext(): void {
    if (isAwake || waiting.size === 0) return;
    isAwake = true;
    clock.wakeAt(clock.now() + waitMs(), next);
  }

  return {
    enter(left) {
      if (left.aborted) return Promise.resolve(false);
      if (waiting.size === 0 && waitMs() === 0) {
        freeAt = clock.now() + EVERY_MS;
        return Promise.resolve(true);
      }
      if (waiting.size >= PLACES) return null;
      return new Promise((resolve) => {
        const leave = (): void => {
          waiting.delete(turn);
          resolve(false);
        };
        const turn = (): void => {
          waiting.delete(turn);
          left.removeEventListener('abort', leave);
          freeAt = clock.now() + EVERY_MS;
          resolve(true);
        };
        left.addEventListener('abort', leave, { once: true });
        waiting.add(turn);
        wakeForNext();
      });
    },
    isIdle: () => waiting.size === 0 && waitMs() === 0,
  };
}
