import type { ActivitySid, WorkflowSid, WorkspaceSid } from '../../kernel/ids.js';
import { entriesOf, flag, kindOf, within } from '../../kernel/check.js';
import type { Fallback } from '../settings/fallback.js';
import type { Hold } from '../settings/hold.js';
import { LEG_ENDS } from '../settings/policy.js';
import { checkKeys, LEG_OPTIONS, type LegOptions, type LegSettings, legSettings } from '../settings/settings.js';
import { DEFAULT_TEXTS, type Texts } from '../settings/texts.js';

/** What we have to know of a workspace; `createWorkspaceDirectory` of `@amd/core/twilio` finds it by names. */
export interface TaskRouterWorkspace {
  readonly sid: WorkspaceSid;
  readonly workflow: { readonly sid: WorkflowSid; readonly reservationTimeoutSeconds: number };
  readonly activities: {
    /** Activity of workers who get calls. */
    readonly available: ActivitySid;
    /** Activity of workers who cool down before they get calls again. */
    readonly unavailable: ActivitySid;
    /** Activity of workers who stay away until a person brings them back. */
    readonly offline: ActivitySid;
  };
  /** `false`: a worker has one task at a time, and Twilio completes it after the talk (workspaces created before 2019-12-19). */
  readonly multiTask?: boolean | undefined;
  /** The activity TaskRouter moves a worker to whose reservation timed out. */
  readonly timeoutActivity: ActivitySid;
}

/** All settings of one call, decided before it starts and kept in its state. */
export interface TaskSettings extends LegSettings, Hold {
  readonly workspace: TaskRouterWorkspace;
  /** What happens to the worker after a talk: a cool-down, or straight back to work. */
  readonly afterCall: 'coolDown' | 'available';
  /** After this many seconds no worker is rung; `null`: the workflow's own timeout decides. */
  readonly deadlineSeconds: number | null;
  readonly fallback: Fallback;
  readonly texts: Texts;
  /** Pressing star while waiting leads to voicemail. */
  readonly offerMessage: boolean;
  /** For the workflow's filters, in addition to what Twilio knows of the call. */
  readonly attributes: Readonly<Record<string, string | number>>;
  /** `null`: Twilio's default. */
  readonly priority: number | null;
  /** How long the task may live, in seconds; `null`: Twilio's default, one day. */
  readonly taskSeconds: number | null;
}

/** How a call waits in a queue, and how workers are rung. `taskSettings` checks it and fills in the defaults. */
export interface TaskOptions extends LegOptions {
  /** Default `coolDown`. */
  readonly afterCall?: 'coolDown' | 'available' | undefined;
  /** 10–3600 s; default: none, the workflow's own timeout decides. */
  readonly deadlineSeconds?: number | undefined;
  /** Lets the caller press star to leave a message instead of waiting; needs a `voicemail` as `fallback`. Default: off. */
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

/** To a worker, a caller whose task was cancelled is as gone as one who hung up. */
export const DEFAULT_TASK_TEXTS: Texts = {
  ...DEFAULT_TEXTS,
  callerGone: 'The caller is no longer there. Goodbye.',
};

/** Set or read by the library: no option may set them. */
const RESERVED = ['amd_visit', 'call_sid', 'caller_id'];

/**
 * Checks the options and fills in defaults; `undefined` means the default.
 * @throws TypeError or RangeError naming the option
 */
export function taskSettings(options: TaskOptions, workspace: TaskRouterWorkspace): TaskSettings {
  const given = entriesOf(options, 'options', OPTIONS);
  const {
    afterCall = 'coolDown',
    deadlineSeconds,
    offerMessage = false,
    attributes = {},
    priority,
    taskSeconds,
  } = given;
  if (afterCall !== 'coolDown' && afterCall !== 'available') {
    throw new TypeError('"afterCall" must be "coolDown" or "available"');
  }
  const settings = legSettings(given, DEFAULT_TASK_TEXTS);
  checkKeys(settings);
  // Enqueue treats an empty address as none (twilio.com/docs/voice/twiml/enqueue).
  if (settings.waitUrl === '') throw new TypeError('"waitUrl" must be an absolute http(s) URL');
  for (const end of LEG_ENDS) {
    // The workflow decides who is next, and whether anyone is.
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

/** Explains, in sentences, which times do not fit into a reservation: one that times out parks its worker. Empty: all fit. */
export function checkTimes(settings: TaskSettings): readonly string[] {
  const { ringSeconds, amd, confirmSeconds, workspace } = settings;
  const detectionSeconds = amd.mode === 'off' ? 0 : settings.detection.timeoutSeconds;
  const confirm = mayConfirm(settings) ? confirmSeconds : 0;
  // Twilio may ring 5 s longer than requested, and we decide 5 s before the end.
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

/** Times of the machinery itself, in ms. What concerns one call is in `TaskSettings`. */
export interface TaskRouterConfig {
  /** How often a live call and its task are fetched (default 30 s). */
  readonly heartbeatMs: number;
  /** How long a watchdog waits beyond the ring or detection time, and between its tries (default 10 s). */
  readonly graceMs: number;
  /** How long after an offer to a worker the reservation is fetched (default 10 s), and again until the outcome is known. */
  readonly joinCheckMs: number;
  /** How long before it times out an undecided reservation is rejected (default 5 s): a timeout would park the worker. */
  readonly settleBeforeMs: number;
  /** How long a spoken farewell may take before the leg is ended (default 30 s). */
  readonly farewellMs: number;
  /** How often a callee is redirected to a farewell before we give up and end the leg (default 3). */
  readonly farewellTries: number;
  /**
   * How often, 10 s apart, Twilio may refuse for good to find the task of a caller whose task no event reported, before they get
   * the fallback (default 3).
   */
  readonly findTries: number;
  /** Waits between redirects of a caller whose call cannot be redirected yet (default 1, 2 and 4 s). */
  readonly redirectRetryMs: readonly number[];
  /** How many finished reservations a live call remembers (default 30). */
  readonly rememberReservations: number;
  /** How long a finished call is remembered (default 1 day), so that late callbacks still get an answer. */
  readonly keepForMs: number;
}

/** The times of the TaskRouter flow that are used unless `config` says otherwise, in ms. */
export const DEFAULT_TASKROUTER_CONFIG: TaskRouterConfig = {
  heartbeatMs: 30_000,
  graceMs: 10_000,
  joinCheckMs: 10_000,
  settleBeforeMs: 5_000,
  farewellMs: 30_000,
  farewellTries: 3,
  findTries: 3,
  redirectRetryMs: [1_000, 2_000, 4_000],
  rememberReservations: 30,
  keepForMs: 86_400_000,
};
