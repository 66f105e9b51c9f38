import type { Outcome, CallEffect, TaskRouterOutcome, TwilioEffect } from '../flows/effects.js';

/** What became of one try at a REST effect. Classifying is the executor's work, deciding what to do next the runtime's. */
export type Execution =
  /** Settled: the flow is told. */
  | { readonly kind: 'outcome'; readonly outcome: Outcome | TaskRouterOutcome }
  /**
   * Certainly not executed (429, connection refused, name not found): tried again, and the try does not count.
   * `afterMs` is what the server asked for (`Retry-After`), in ms.
   */
  | { readonly kind: 'notExecuted'; readonly reason: string; readonly afterMs: number | null }
  /** May or may not have been executed (reset, time-out, 5xx, unreadable answer). */
  | { readonly kind: 'ambiguous'; readonly reason: string };

/**
 * Carries out one effect on Twilio's side. Never throws; what it cannot classify is `ambiguous`. `atMostMs`: how long it may take
 * where the process is about to be frozen, in ms; absent: as long as it is used to.
 */
export type Executor<Rest extends TwilioEffect = CallEffect> = (effect: Rest, atMostMs?: number) => Promise<Execution>;
