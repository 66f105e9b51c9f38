import { isAmdError } from '../kernel/errors.js';
import { type Clock, within } from '../runtime/clock.js';
import { type Log, reasonOf } from '../runtime/log.js';

/** How long, in ms, until it is tried again to write a goodbye down, and how often: for about five minutes. */
const WAITS_MS: readonly number[] = [1000, 2000, 4000, 8000, 16_000, 30_000, 60_000, 60_000, 60_000, 60_000];

/** A caller, and how to write down in their call's own line that they were told goodbye. */
export interface Goodbye {
  readonly call: string;
  readonly path: string;
  readonly write: () => Promise<unknown>;
}

/**
 * No phone may ring for a caller who was told goodbye. It is written down before they hear it, if that is possible within
 * `budgetMs`, and otherwise as soon as it is.
 */
export function createGoodbye({ clock, log }: { readonly clock: Clock; readonly log: Log }) {
  return async (goodbye: Goodbye, budgetMs: number): Promise<void> => {
    const { call, path } = goodbye;
    const message = 'the caller could not be served for so long that they were told goodbye: see the lines before';
    log({ level: 'error', code: 'goodbye', path, call, message });
    try {
      await within(clock, budgetMs, 'a goodbye', goodbye.write);
    } catch (error) {
      later(goodbye, 0, error);
    }
  };

  function later(goodbye: Goodbye, tries: number, error: unknown): void {
    const wait = WAITS_MS[tries];
    if (isAmdError(error) && error.code === 'ERR_STOPPED') return;
    if (wait === undefined) {
      const { call, path } = goodbye;
      const message = `it could not be written down that the caller was told goodbye: ${reasonOf(error)}`;
      log({ level: 'error', code: 'goodbye.failed', path, call, message });
      return;
    }
    clock.wakeAt(clock.now() + wait, () => {
      goodbye.write().catch((again: unknown) => {
        later(goodbye, tries + 1, again);
      });
    });
  }
}
