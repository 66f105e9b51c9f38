import { e164 } from '../../kernel/brand.js';
import type { Texts } from '../caller/texts.js';
import type { Fallback } from '../caller/work.js';
import { entriesOf, kindOf, listOf, text, url, within } from '../check-options.js';
import type { LegTarget } from '../leg/leg.js';
import { LEG_OPTIONS, legSettings, type LegOptions } from '../leg/settings.js';
import type { LegSettings } from '../leg/work.js';

/** Whom to ring, in steps: the people of one step ring at once, the next step starts when nobody of it is left. */
export type RingPlan = readonly { readonly targets: readonly LegTarget[] }[];

/** One after the other. Accepts numbers, or targets with a name and a ring time of their own. */
export function inOrder(targets: readonly (string | PlanTarget)[]): RingPlan {
  return listOf(targets, 'targets', 'numbers or targets').map((target, index) => ({
    targets: [planTarget(target, `targets[${String(index)}]`)],
  }));
}

export interface PlanTarget {
  readonly to: string;
  readonly name?: string;
  /** 5–60 s. */
  readonly ringSeconds?: number;
}

/** People who ring at once. */
export interface PlanStep {
  readonly targets: readonly (string | PlanTarget)[];
}

/** Everything about one call, decided before it starts and kept in its state, so that a change never bends a call in flight. */
export interface CallSettings extends LegSettings {
  readonly plan: RingPlan;
  readonly deadlineSeconds: number;
  readonly fallback: Fallback;
  readonly texts: Texts;
  /** `null`: Twilio's hold music. */
  readonly waitUrl: string | null;
}

export interface CallOptions extends LegOptions {
  /** Whom to ring: a list is rung in order. */
  readonly forwardTo: readonly (string | PlanTarget | PlanStep)[];
  /** When nobody new is rung any more: 10–3600 s, default 120. */
  readonly deadlineSeconds?: number | undefined;
  readonly waitUrl?: string | undefined;
}

/** Exhaustively typed: an option that is not named here does not compile. */
const OPTIONS: readonly string[] = [
  'forwardTo',
  ...LEG_OPTIONS,
  ...Object.keys({ deadlineSeconds: true, waitUrl: true } satisfies Record<
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
  const { forwardTo, waitUrl, deadlineSeconds = 120 } = given;
  return {
    plan: planOf(forwardTo),
    ...legSettings(given),
    deadlineSeconds: within(deadlineSeconds, 10, 3600, 'deadlineSeconds'),
    waitUrl: waitUrl === undefined ? null : waitUrl === '' ? '' : url(waitUrl, 'waitUrl'),
  };
}

function planOf(forwardTo: unknown): RingPlan {
  return listOf(forwardTo, 'forwardTo', 'numbers, targets or steps').map((entry, index) => {
    const option = `forwardTo[${String(index)}]`;
    if (typeof entry !== 'object' || entry === null || !('targets' in entry)) {
      return { targets: [planTarget(entry, option)] };
    }
    const { targets } = entriesOf(entry, option, ['targets']);
    return {
      targets: listOf(targets, `${option}.targets`, 'numbers or targets').map((target, at) =>
        planTarget(target, `${option}.targets[${String(at)}]`),
      ),
    };
  });
}

function planTarget(target: unknown, option: string): LegTarget {
  if (typeof target === 'string') return { to: e164(target, option) };
  if (typeof target !== 'object' || target === null || Array.isArray(target)) {
    throw new TypeError(
      `"${option}" must be a phone number in E.164 form, such as +14155550142, or an object with it as "to"; got ${kindOf(target)}`,
    );
  }
  const { to, name, ringSeconds } = entriesOf(target, option, ['to', 'name', 'ringSeconds']);
  return {
    to: e164(to, `${option}.to`),
    ...(name === undefined ? {} : { name: text(name, `${option}.name`) }),
    ...(ringSeconds === undefined ? {} : { ringSeconds: within(ringSeconds, 5, 60, `${option}.ringSeconds`) }),
  };
}
