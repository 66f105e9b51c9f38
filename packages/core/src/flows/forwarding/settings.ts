import { e164 } from '../../kernel/brand.js';
import type { Detection } from '../effects.js';
import type { Fallback } from '../caller/work.js';
import type { LegTarget } from '../leg/leg.js';
import { DEFAULT_POLICY, type AnswerPolicy } from '../leg/policy.js';
import type { LegSettings } from '../leg/work.js';
import { detectionOf, entriesOf, kindOf, listOf, stringsOf, text, url, within } from './check-options.js';
import { DEFAULT_TEXTS, TEXT_NAMES, type Texts } from './texts.js';

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

export interface CallOptions {
  /** Whom to ring: a list is rung in order. */
  readonly forwardTo: readonly (string | PlanTarget | PlanStep)[];
  /** Default `DEFAULT_POLICY`; what you leave out keeps its default. */
  readonly policy?: Partial<AnswerPolicy> | undefined;
  /** Default `caller`. */
  readonly callerId?: string | undefined;
  readonly ownNumber?: string | undefined;
  /** 5–60 s, default 20. */
  readonly ringSeconds?: number | undefined;
  readonly detection?: Partial<Detection> | undefined;
  /** 4–60 s, default 12. */
  readonly confirmSeconds?: number | undefined;
  /** When nobody new is rung any more: 10–3600 s, default 120. */
  readonly deadlineSeconds?: number | undefined;
  /** Longest call: 60–14400 s, default 14400. */
  readonly timeLimitSeconds?: number | undefined;
  readonly fallback?: Fallback | undefined;
  readonly texts?: Partial<Texts> | undefined;
  readonly voice?: string | undefined;
  readonly language?: string | undefined;
  readonly waitUrl?: string | undefined;
}

/** Exhaustively typed: an option that is not named here does not compile. */
const OPTIONS: readonly string[] = Object.keys({
  forwardTo: true,
  policy: true,
  callerId: true,
  ownNumber: true,
  ringSeconds: true,
  detection: true,
  confirmSeconds: true,
  deadlineSeconds: true,
  timeLimitSeconds: true,
  fallback: true,
  texts: true,
  voice: true,
  language: true,
  waitUrl: true,
} satisfies Record<keyof CallOptions, true>);

/**
 * Checks options and fills in the defaults; `undefined` means the default.
 * @throws TypeError or RangeError naming the option
 */
export function callSettings(options: CallOptions): CallSettings {
  // What comes from JavaScript or JSON has any shape; a mistake is told here, not in the middle of a call.
  const given = entriesOf(options, 'options', OPTIONS);
  const { forwardTo, policy = {}, detection = {}, fallback = { kind: 'say' }, texts = {} } = given;
  const { callerId = 'caller', ownNumber, voice, language, waitUrl } = given;
  const { ringSeconds = 20, confirmSeconds = 12, deadlineSeconds = 120, timeLimitSeconds = 14_400 } = given;
  return {
    plan: planOf(forwardTo),
    policy: policyOf(policy),
    callerId: callerId === 'caller' ? 'caller' : e164(callerId, 'callerId'),
    ownNumber: ownNumber === undefined ? null : e164(ownNumber, 'ownNumber'),
    ringSeconds: within(ringSeconds, 5, 60, 'ringSeconds'),
    detection: detectionOf(detection),
    confirmSeconds: within(confirmSeconds, 4, 60, 'confirmSeconds'),
    deadlineSeconds: within(deadlineSeconds, 10, 3600, 'deadlineSeconds'),
    timeLimitSeconds: within(timeLimitSeconds, 60, 14_400, 'timeLimitSeconds'),
    fallback: fallbackOf(fallback),
    texts: { ...DEFAULT_TEXTS, ...stringsOf(texts, 'texts', TEXT_NAMES) },
    voice: voice === undefined ? null : text(voice, 'voice'),
    language: language === undefined ? null : text(language, 'language'),
    waitUrl: waitUrl === undefined ? null : waitUrl === '' ? '' : url(waitUrl, 'waitUrl'),
  };
}

function policyOf(value: unknown): AnswerPolicy {
  const given = entriesOf(value, 'policy', Object.keys(DEFAULT_POLICY));
  for (const [answer, action] of Object.entries(given)) {
    if (action !== 'bridge' && action !== 'confirm' && action !== 'hang up') {
      throw new TypeError(`"policy.${answer}" must be "bridge", "confirm" or "hang up"`);
    }
  }
  return { ...DEFAULT_POLICY, ...given };
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

function fallbackOf(value: unknown): Fallback {
  const given = entriesOf(value, 'fallback', ['kind', 'url']);
  if (given['kind'] === 'say') return { kind: 'say' };
  if (given['kind'] === 'redirect') return { kind: 'redirect', url: url(given['url'], 'fallback.url') };
  throw new TypeError('"fallback.kind" must be "say" or "redirect"');
}
