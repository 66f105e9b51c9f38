import { e164 } from '../../kernel/ids.js';
import { entriesOf, kindOf, listOf, oneOf, text, within } from '../../kernel/check.js';
import type { LegTarget } from '../call/leg.js';
import type { Detection } from '../effects.js';
import { type Confirm, CONFIRM } from '../settings/policy.js';
import { parseDetection } from '../settings/settings.js';

/** People who are rung at once, and when the next step starts. */
export interface RingStep {
  readonly targets: readonly LegTarget[];
  /**
   * The next step starts after this many seconds, even while these phones still ring; `null`: when no callee of this step is
   * left.
   */
  readonly nextAfterSeconds: number | null;
}

/** Whom to ring, in steps. A step also starts as soon as no callee of the one before is left. */
export type RingPlan = readonly RingStep[];

/** A person to ring; omitted options are as for the whole call. */
export interface PlanTarget {
  readonly to: string;
  readonly name?: string;
  /** 5–60 s. */
  readonly ringSeconds?: number;
  /** The number this person sees: `caller`, or a fixed number. */
  readonly callerId?: string;
  /** Detection options for this person's phone. */
  readonly detection?: Partial<Detection>;
  /** Whether this person is asked for a key. */
  readonly confirm?: Confirm;
}

/** People who are rung at once. */
export interface PlanStep {
  readonly targets: readonly (string | PlanTarget)[];
  /**
   * 1–600 s after which the next step starts, even while these phones still ring. Default: when no callee of this step is left.
   */
  readonly nextAfterSeconds?: number | undefined;
}

type Targets = readonly (string | PlanTarget)[];

/**
 * Rings one person after the other. This and the other helpers make steps for `forwardTo`; several can be joined:
 * `[...atOnce(team), ...inOrder(managers)]`.
 * @throws TypeError or RangeError naming the argument; so do the others
 */
export function inOrder(targets: Targets): readonly PlanStep[] {
  return people(targets, 'targets').map((target) => ({ targets: [target] }));
}

/** Rings everyone at the same time. */
export function atOnce(targets: Targets): readonly PlanStep[] {
  return [{ targets: people(targets, 'targets') }];
}

/** Rings one more person every so many seconds (1–600), while the earlier ones still ring. */
export function staggered(seconds: number, targets: Targets): readonly PlanStep[] {
  const nextAfterSeconds = within(seconds, 1, 600, 'seconds');
  return people(targets, 'targets').map((target) => ({ targets: [target], nextAfterSeconds }));
}

/**
 * Rings groups one after the other, everyone in a group at the same time. With `seconds` (1–600) the next group starts after that
 * time, while the one before still rings.
 */
export function waves(groups: readonly Targets[], seconds?: number): readonly PlanStep[] {
  const next = seconds === undefined ? {} : { nextAfterSeconds: within(seconds, 1, 600, 'seconds') };
  return listOf(groups, 'groups', 'lists of numbers or targets').map((group, index) => ({
    targets: people(group, `groups[${String(index)}]`),
    ...next,
  }));
}

function people(targets: unknown, option: string): LegTarget[] {
  return listOf(targets, option, 'numbers or targets').map((target, at) =>
    planTarget(target, `${option}[${String(at)}]`),
  );
}

/** Maximum number of people in a plan, over all its steps; all of them may be rung at once. */
export const MAX_PEOPLE = 200;

/**
 * @throws TypeError or RangeError naming the option
 */
export function planOf(given: unknown, option = 'forwardTo'): RingPlan {
  const plan = stepsOf(given, option);
  const number = plan.reduce((sum, { targets }) => sum + targets.length, 0);
  if (number > MAX_PEOPLE) {
    throw new RangeError(`"${option}" must name at most ${String(MAX_PEOPLE)} people; got ${String(number)}`);
  }
  return plan;
}

function stepsOf(given: unknown, option: string): RingPlan {
  return listOf(given, option, 'numbers, targets or steps').map((entry, index) => {
    const at = `${option}[${String(index)}]`;
    if (typeof entry !== 'object' || entry === null || !('targets' in entry)) {
      return { targets: [planTarget(entry, at)], nextAfterSeconds: null };
    }
    const { targets, nextAfterSeconds } = entriesOf(entry, at, ['targets', 'nextAfterSeconds']);
    return {
      targets: people(targets, `${at}.targets`),
      nextAfterSeconds:
        nextAfterSeconds === undefined ? null : within(nextAfterSeconds, 1, 600, `${at}.nextAfterSeconds`),
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
  const known = ['to', 'name', 'ringSeconds', 'callerId', 'detection', 'confirm'];
  const { to, name, ringSeconds, callerId, detection, confirm } = entriesOf(target, option, known);
  return {
    to: e164(to, `${option}.to`),
    ...(name === undefined ? {} : { name: text(name, `${option}.name`) }),
    ...(ringSeconds === undefined ? {} : { ringSeconds: within(ringSeconds, 5, 60, `${option}.ringSeconds`) }),
    ...(callerId === undefined
      ? {}
      : { callerId: callerId === 'caller' ? callerId : e164(callerId, `${option}.callerId`) }),
    ...(detection === undefined ? {} : { detection: parseDetection(detection, `${option}.detection`) }),
    ...(confirm === undefined ? {} : { confirm: oneOf(confirm, CONFIRM, `${option}.confirm`) }),
  };
}
