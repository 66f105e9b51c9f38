import type { ActivitySid, WorkflowSid, WorkspaceSid } from '../../kernel/brand.js';
import { DEFAULT_TEXTS, type Texts } from '../caller/texts.js';
import type { Fallback } from '../caller/fallback.js';
import type { Hold } from '../caller/hold.js';
import { entriesOf, flag, kindOf, within } from '../check-options.js';
import { LEG_OPTIONS, legSettings, type LegOptions } from '../leg/settings.js';
import { LEG_ENDS } from '../leg/policy.js';
import type { LegSettings } from '../leg/work.js';

/** What has to be known of a workspace; `createWorkspaceDirectory` of `@amd/core/twilio` finds it by names. */
export interface TaskRouterWorkspace {
  readonly sid: WorkspaceSid;
  readonly workflow: { readonly sid: WorkflowSid; readonly reservationTimeoutSeconds: number };
  readonly activities: {
    /** Where workers get calls. */
    readonly available: ActivitySid;
    /** Where they rest before they get calls again. */
    readonly unavailable: ActivitySid;
    /** Where they stay until a person brings them back. */
    readonly offline: ActivitySid;
  };
  /** `false`: a worker has one task at a time, and Twilio completes it after the talk (workspaces made before 2019-12-19). */
  readonly multiTask?: boolean | undefined;
  /** Where TaskRouter moves a worker whose reservation timed out. */
  readonly timeoutActivity: ActivitySid;
}

/** Everything about one call, decided before it starts and kept in its state. */
export interface TaskSettings extends LegSettings, Hold {
  readonly workspace: TaskRouterWorkspace;
  /** After a good call: `rest` for the cool-down, or straight back to work. */
  readonly afterCall: 'rest' | 'available';
  /** When no worker is rung any more, s; `null`: the workflow's own time-out decides. */
  readonly deadlineSeconds: number | null;
  readonly fallback: Fallback;
  readonly texts: Texts;
  /** A star, pressed while they wait, leads to the voicemail. */
  readonly offerMessage: boolean;
  /** For the workflow's filters, beside what Twilio knows of the call. */
  readonly attributes: Readonly<Record<string, string | number>>;
  /** `null`: Twilio's default. */
  readonly priority: number | null;
  /** How long the task may live, s; `null`: Twilio's default, a day. */
  readonly taskSeconds: number | null;
}

export interface TaskOptions extends LegOptions {
  /** Default `rest`. */
  readonly afterCall?: 'rest' | 'available' | undefined;
  /** 10–3600 s; default: none, the workflow's own time-out decides. */
  readonly deadlineSeconds?: number | undefined;
  /** The caller may press a star to leave a message instead of waiting; needs a `voicemail` as `fallback`. Default: not. */
  readonly offerMessage?: boolean | undefined;
  /** Attributes of the task. */
  readonly attributes?: Readonly<Record<string, string | number>> | undefined;
  /** 0 or more; higher ones are served first. */
  readonly priority?: number | undefined;
  /** 1–86400 s; default a day. */
  readonly taskSeconds?: number | undefined;
}

const OPTIONS: readonly string[] = [
  ...LEG_OPTIONS,
  ...Object.keys({
    afterCall: true,
    deadlineSeconds: true,
    offerMessage: true,
    attributes: true,
    priority: true,
    taskSeconds: true,
  } satisfies Record<Exclude<keyof TaskOptions, keyof LegOptions>, true>),
];

/** A caller whose task was cancelled is as gone, for a worker, as one who hung up. */
export const DEFAULT_TASK_TEXTS: Texts = {
  ...DEFAULT_TEXTS,
  callerGone: 'The caller is no longer there. Goodbye.',
};

/** Ours, or read by us: nobody else may set them. */
const RESERVED = ['amd_round', 'call_sid', 'caller_id'];

/**
 * Checks options and fills in the defaults; `undefined` means the default.
 * @throws TypeError or RangeError naming the option
 */
export function taskSettings(options: TaskOptions, workspace: TaskRouterWorkspace): TaskSettings {
  const given = entriesOf(options, 'options', OPTIONS);
  const { afterCall = 'rest', deadlineSeconds, offerMessage = false, attributes = {}, priority, taskSeconds } = given;
  if (afterCall !== 'rest' && afterCall !== 'available') {
    throw new TypeError('"afterCall" must be "rest" or "available"');
  }
  const settings = legSettings(given, DEFAULT_TASK_TEXTS);
  // An empty address is no address there (twilio.com/docs/voice/twiml/enqueue).
  if (settings.waitUrl === '') throw new TypeError('"waitUrl" must be an absolute http(s) URL');
  for (const end of LEG_ENDS) {
    // The workflow decides who is next, and whether anybody is.
    if (settings.policy[end] !== 'go on') throw new TypeError(`"policy.${end}" can only be "go on" with TaskRouter`);
  }
  return {
    workspace,
    ...settings,
    afterCall,
    deadlineSeconds: deadlineSeconds === undefined ? null : within(deadlineSeconds, 10, 3600, 'deadlineSeconds'),
    offerMessage: offerOf(offerMessage, settings),
    attributes: attributesOf(attributes),
    priority: priority === undefined ? null : within(priority, 0, 2 ** 31 - 1, 'priority'),
    taskSeconds: taskSeconds === undefined ? null : within(taskSeconds, 1, 86_400, 'taskSeconds'),
  };
}

/**
 * What does not fit between ringing and the end of a reservation, in sentences: a reservation that times out parks its
 * worker. Empty: all is well.
 */
export function checkTimes(settings: TaskSettings): readonly string[] {
  const { ringSeconds, amd, confirmSeconds, workspace } = settings;
  const detectionSeconds = amd.mode === 'off' ? 0 : settings.detection.timeoutSeconds;
  const confirm = mayConfirm(settings) ? confirmSeconds : 0;
  // Twilio may ring 5 s longer than asked for, and we settle 5 s before the end.
  const needed = ringSeconds + 5 + detectionSeconds + confirm + 5;
  const { reservationTimeoutSeconds } = workspace.workflow;
  if (needed <= reservationTimeoutSeconds) return [];
  return [
    `a worker may need ${String(needed)} s (ring ${String(ringSeconds)} s, up to 5 s more by Twilio, detection ${String(detectionSeconds)} s, confirmation ${String(confirm)} s, 5 s to settle), but the workflow's reservations time out after ${String(reservationTimeoutSeconds)} s: raise the workflow's task reservation timeout, or lower "ringSeconds", "detection.timeoutSeconds" or "confirmSeconds"`,
  ];
}

function offerOf(value: unknown, { fallback, texts }: Pick<TaskSettings, 'fallback' | 'texts'>): boolean {
  if (!flag(value, 'offerMessage')) return false;
  if (fallback.kind !== 'voicemail') {
    throw new TypeError(
      '"offerMessage" needs a voicemail to leave a message on: "fallback" must be { kind: "voicemail" }',
    );
  }
  if (texts.offerMessage === '') throw new TypeError('"texts.offerMessage" cannot be empty while "offerMessage" is on');
  return true;
}

function mayConfirm({ amd, confirm, policy }: TaskSettings): boolean {
  if (confirm === 'never') return false;
  return confirm === 'always' || amd.mode !== 'sync' || Object.values(policy).includes('confirm');
}

function attributesOf(value: unknown): TaskSettings['attributes'] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`"attributes" must be an object; got ${kindOf(value)}`);
  }
  for (const [name, item] of Object.entries(value)) {
    if (RESERVED.includes(name)) throw new TypeError(`"attributes.${name}" is set by the library`);
    if (typeof item !== 'string' && !(typeof item === 'number' && Number.isFinite(item))) {
      throw new TypeError(`"attributes.${name}" must be a string or a number; got ${kindOf(item)}`);
    }
  }
  return { ...value };
}
