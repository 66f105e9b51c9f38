import { e164, type E164 } from '../../kernel/brand.js';
import type { AnsweredBy } from '../../wire/answered-by.js';
import type { Detection } from '../effects.js';
import type { LegTarget } from '../leg/leg.js';
import { DEFAULT_TEXTS, type Texts } from './texts.js';

/** What an answer means. */
export type AnswerAction = 'bridge' | 'confirm' | 'hang up';
/** Exhaustively typed: a new kind of answer does not compile until somebody decided what it means. */
export type AnswerPolicy = Readonly<Record<AnsweredBy, AnswerAction>>;

/** Fail-safe: a human is bridged, an unknown is asked for a key, everything else is hung up on. */
export const DEFAULT_POLICY: AnswerPolicy = {
  human: 'bridge',
  unknown: 'confirm',
  machine_start: 'hang up',
  machine_end_beep: 'hang up',
  machine_end_silence: 'hang up',
  machine_end_other: 'hang up',
  fax: 'hang up',
};

/** Whom to ring, in steps: the people of one step ring at once, the next step starts when nobody of it is left. */
export type RingPlan = readonly { readonly targets: readonly LegTarget[] }[];

/** One after the other. Accepts numbers, or targets with a name and a ring time of their own. */
export function inOrder(targets: readonly (string | PlanTarget)[]): RingPlan {
  return targets.map((target, index) => ({ targets: [planTarget(target, `targets[${String(index)}]`)] }));
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

/** What the caller gets when nobody can be reached. */
export type Fallback =
  /** Our sentence, then the call ends. */
  | { readonly kind: 'say' }
  /** TwiML of the user's takes over. */
  | { readonly kind: 'redirect'; readonly url: string };

/** Everything about one call, decided before it starts and kept in its state, so that a change never bends a call in flight. */
export interface CallSettings {
  readonly plan: RingPlan;
  readonly policy: AnswerPolicy;
  /** `caller`: the caller's own number where that is possible. A number: always that one. */
  readonly callerId: 'caller' | E164;
  /** Our number, shown when the caller's cannot be; `null`: the number that was called. */
  readonly ownNumber: E164 | null;
  readonly ringSeconds: number;
  readonly detection: Detection;
  readonly confirmSeconds: number;
  readonly deadlineSeconds: number;
  readonly timeLimitSeconds: number;
  readonly fallback: Fallback;
  readonly texts: Texts;
  readonly voice: string | null;
  readonly language: string | null;
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

/**
 * Checks options and fills in the defaults.
 * @throws TypeError or RangeError naming the option
 */
export function callSettings(options: CallOptions): CallSettings {
  const policy = { ...DEFAULT_POLICY };
  for (const [answer, action] of Object.entries(options.policy ?? {})) {
    if (!Object.hasOwn(DEFAULT_POLICY, answer)) throw new TypeError(`"policy.${answer}" is not a kind of answer`);
    if (!['bridge', 'confirm', 'hang up'].includes(action)) {
      throw new TypeError(`"policy.${answer}" must be "bridge", "confirm" or "hang up"`);
    }
    policy[answer as AnsweredBy] = action;
  }
  const callerId = options.callerId ?? 'caller';
  return {
    plan: planOf(options.forwardTo),
    policy,
    callerId: callerId === 'caller' ? 'caller' : e164(callerId, 'callerId'),
    ownNumber: options.ownNumber === undefined ? null : e164(options.ownNumber, 'ownNumber'),
    ringSeconds: within(options.ringSeconds ?? 20, 5, 60, 'ringSeconds'),
    detection: detectionOf(options.detection ?? {}),
    confirmSeconds: within(options.confirmSeconds ?? 12, 4, 60, 'confirmSeconds'),
    deadlineSeconds: within(options.deadlineSeconds ?? 120, 10, 3600, 'deadlineSeconds'),
    timeLimitSeconds: within(options.timeLimitSeconds ?? 14_400, 60, 14_400, 'timeLimitSeconds'),
    fallback: fallbackOf(options.fallback ?? { kind: 'say' }),
    texts: { ...DEFAULT_TEXTS, ...withoutUndefined(options.texts ?? {}) },
    voice: options.voice ?? null,
    language: options.language ?? null,
    waitUrl:
      options.waitUrl === undefined || options.waitUrl === ''
        ? (options.waitUrl ?? null)
        : url(options.waitUrl, 'waitUrl'),
  };
}

function planOf(forwardTo: CallOptions['forwardTo']): RingPlan {
  if (!Array.isArray(forwardTo)) throw new TypeError('"forwardTo" must be a list of numbers, targets or steps');
  return (forwardTo as CallOptions['forwardTo']).map((entry, index) => {
    const option = `forwardTo[${String(index)}]`;
    if (typeof entry === 'object' && 'targets' in entry) {
      return { targets: entry.targets.map((target, at) => planTarget(target, `${option}.targets[${String(at)}]`)) };
    }
    return { targets: [planTarget(entry, option)] };
  });
}

function planTarget(target: string | PlanTarget, option: string): LegTarget {
  if (typeof target === 'string') return { to: e164(target, option) };
  return {
    to: e164(target.to, `${option}.to`),
    ...(target.name === undefined ? {} : { name: target.name }),
    ...(target.ringSeconds === undefined
      ? {}
      : { ringSeconds: within(target.ringSeconds, 5, 60, `${option}.ringSeconds`) }),
  };
}

/** The ranges are Twilio's (twilio.com/docs/voice/answering-machine-detection, "Optional API tuning parameters"). */
function detectionOf(options: Partial<Detection>): Detection {
  const mode: string = options.mode ?? 'Enable';
  if (mode !== 'Enable' && mode !== 'DetectMessageEnd') {
    throw new TypeError('"detection.mode" must be "Enable" or "DetectMessageEnd"');
  }
  const { speechThresholdMs, speechEndThresholdMs, silenceTimeoutMs } = options;
  return {
    mode,
    timeoutSeconds: within(options.timeoutSeconds ?? 30, 3, 59, 'detection.timeoutSeconds'),
    ...(speechThresholdMs === undefined
      ? {}
      : { speechThresholdMs: within(speechThresholdMs, 1000, 6000, 'detection.speechThresholdMs') }),
    ...(speechEndThresholdMs === undefined
      ? {}
      : { speechEndThresholdMs: within(speechEndThresholdMs, 500, 5000, 'detection.speechEndThresholdMs') }),
    ...(silenceTimeoutMs === undefined
      ? {}
      : { silenceTimeoutMs: within(silenceTimeoutMs, 2000, 10_000, 'detection.silenceTimeoutMs') }),
  };
}

function fallbackOf(fallback: Fallback): Fallback {
  return fallback.kind === 'redirect' ? { kind: 'redirect', url: url(fallback.url, 'fallback.url') } : { kind: 'say' };
}

function url(value: string, option: string): string {
  if (/^https?:\/\/[^\s/?#]+\S*$/i.test(value)) return value;
  throw new TypeError(`"${option}" must be an absolute http(s) URL`);
}

function within(value: number, low: number, high: number, option: string): number {
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(
    `"${option}" must be a whole number from ${String(low)} to ${String(high)}; got ${String(value)}`,
  );
}

function withoutUndefined<T extends object>(value: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never;
}
