import { entriesOf, within } from '../../kernel/check.js';
import type { Fallback } from '../settings/fallback.js';
import type { Hold } from '../settings/hold.js';
import {
  checkConfirm,
  checkKeys,
  LEG_OPTIONS,
  type LegOptions,
  type LegSettings,
  legSettings,
} from '../settings/settings.js';
import type { Texts } from '../settings/texts.js';
import { planOf, type PlanStep, type PlanTarget, type RingPlan } from './ring-plan.js';

/**
 * All settings of one call, decided before it starts and kept in its state, so changing options does not affect calls in
 * progress.
 */
export interface CallSettings extends LegSettings, Hold {
  readonly plan: RingPlan;
  readonly deadlineSeconds: number;
  readonly fallback: Fallback;
  readonly texts: Texts;
}

/** Whom to ring for one call, and how. `callSettings` checks it and fills in the defaults. */
export interface CallOptions extends LegOptions {
  /** Whom to ring, at most 200 people, in order. `atOnce`, `staggered` and `waves` make other plans. */
  readonly forwardTo: readonly (string | PlanTarget | PlanStep)[];
  /** After this many seconds no new leg is rung: 10–3600 s, default 120. */
  readonly deadlineSeconds?: number | undefined;
}

/** Exhaustively typed: an option missing here does not compile. */
export const CALL_OPTIONS: readonly string[] = [
  'forwardTo',
  ...LEG_OPTIONS,
  ...Object.keys({ deadlineSeconds: true } satisfies Record<
    Exclude<keyof CallOptions, keyof LegOptions | 'forwardTo'>,
    true
  >),
];

/**
 * Checks the options and fills in defaults; `undefined` means the default.
 * @throws TypeError or RangeError naming the option
 */
export function callSettings(options: CallOptions): CallSettings {
  // Options from JavaScript or JSON can have any shape; a mistake must fail here, not in the middle of a call.
  const given = entriesOf(options, 'options', CALL_OPTIONS);
  const { forwardTo, deadlineSeconds = 120 } = given;
  const settings = {
    plan: planOf(forwardTo),
    ...legSettings(given),
    deadlineSeconds: within(deadlineSeconds, 10, 3600, 'deadlineSeconds'),
  };
  checkKeys(
    settings,
    settings.plan.flatMap(({ targets }) => targets.map(({ confirm }) => confirm)),
  );
  for (const [step, { targets }] of settings.plan.entries()) {
    for (const { to, confirm } of targets)
      checkConfirm(confirm, settings, `forwardTo[${String(step)}] (${to}) confirm`);
  }
  return settings;
}

/** Times of the machinery itself, in ms. What concerns one call is in `CallSettings`. */
export interface ForwardingConfig {
  /** How often a live call is fetched (default 30 s). */
  readonly heartbeatMs: number;
  /** How long a watchdog waits beyond the ring or detection time, and between its tries (default 10 s). */
  readonly graceMs: number;
  /** How long after a human has won a held caller both calls are fetched (default 10 s). */
  readonly bridgeCheckMs: number;
  /** How long a spoken farewell may take before the leg is ended (default 30 s). */
  readonly farewellMs: number;
  /** How often a callee is redirected to a farewell before we give up and end the leg (default 3). */
  readonly farewellTries: number;
  /** Waits between redirects of a caller whose call cannot be redirected yet (default 1, 2 and 4 s). */
  readonly redirectRetryMs: readonly number[];
  /** How long a finished call is remembered (default 1 day), so that late callbacks still get an answer. */
  readonly keepForMs: number;
}

/** The times of the forwarding flow that are used unless `config` says otherwise, in ms. */
export const DEFAULT_FORWARDING_CONFIG: ForwardingConfig = {
  heartbeatMs: 30_000,
  graceMs: 10_000,
  bridgeCheckMs: 10_000,
  farewellMs: 30_000,
  farewellTries: 3,
  redirectRetryMs: [1_000, 2_000, 4_000],
  keepForMs: 86_400_000,
};
