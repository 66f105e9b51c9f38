import type { Texts } from '../caller/texts.js';
import type { Fallback } from '../caller/fallback.js';
import type { Hold } from '../caller/hold.js';
import { entriesOf, within } from '../check-options.js';
import { checkConfirm } from '../leg/check-policy.js';
import { LEG_OPTIONS, legSettings, type LegOptions } from '../leg/settings.js';
import type { LegSettings } from '../leg/work.js';
import { planOf, type PlanStep, type PlanTarget, type RingPlan } from './plan.js';

/** Everything about one call, decided before it starts and kept in its state, so that a change never bends a call in flight. */
export interface CallSettings extends LegSettings, Hold {
  readonly plan: RingPlan;
  readonly deadlineSeconds: number;
  readonly fallback: Fallback;
  readonly texts: Texts;
}

export interface CallOptions extends LegOptions {
  /** Whom to ring, at most 200 people: a list is rung in order. `atOnce`, `staggered` and `waves` make other plans. */
  readonly forwardTo: readonly (string | PlanTarget | PlanStep)[];
  /** When nobody new is rung any more: 10–3600 s, default 120. */
  readonly deadlineSeconds?: number | undefined;
}

/** Exhaustively typed: an option that is not named here does not compile. */
const OPTIONS: readonly string[] = [
  'forwardTo',
  ...LEG_OPTIONS,
  ...Object.keys({ deadlineSeconds: true } satisfies Record<
    Exclude<keyof CallOptions, keyof LegOptions | 'forwardTo'>,
    true
  >),
];

/**
 * Checks options and fills in the defaults; `undefined` means the default.
 * @throws TypeError or RangeError naming the option
 */
export function callSettings(options: CallOptions): CallSettings {
  // What comes from JavaScript or JSON has any shape; a mistake is told here, not in the middle of a call.
  const given = entriesOf(options, 'options', OPTIONS);
  const { forwardTo, deadlineSeconds = 120 } = given;
  const settings = {
    plan: planOf(forwardTo),
    ...legSettings(given),
    deadlineSeconds: within(deadlineSeconds, 10, 3600, 'deadlineSeconds'),
  };
  for (const [step, { targets }] of settings.plan.entries()) {
    for (const { to, confirm } of targets)
      checkConfirm(confirm, settings, `forwardTo[${String(step)}] (${to}) confirm`);
  }
  return settings;
}
