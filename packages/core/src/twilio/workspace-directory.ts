import { onlyKnown } from '../kernel/check.js';
import { AmdError } from '../kernel/errors.js';
import type { EpochMs } from '../kernel/flow.js';
import { type ActivitySid, isActivitySid, isWorkflowSid, isWorkspaceSid } from '../kernel/ids.js';
import { checkPhoneAttributes, phoneIn } from '../wire/worker-phone.js';
import type { TaskRouterWorkspace } from '../flows/taskrouter/options.js';
import { type Clock, systemClock } from '../runtime/clock.js';
import type { TwilioActivity, TwilioTaskRouter, TwilioWorkflow, TwilioWorkspace } from './client.js';

/** What the directory knows of a workspace, besides what the flows need. */
export interface KnownWorkspace extends TaskRouterWorkspace {
  readonly name: string;
  /** `false`: made before 2019-12-19, with Idle, Busy and Reserved. */
  readonly multiTask: boolean;
  readonly workflow: TaskRouterWorkspace['workflow'] & { readonly name: string; readonly assignmentUrl: string | null };
  readonly eventUrl: string | null;
  /** Every activity's name. */
  readonly activityNames: ReadonlyMap<ActivitySid, string>;
}

/** A worker as REST shows them. */
export interface KnownWorker {
  readonly sid: string;
  readonly name: string;
  readonly phone: string | null;
  readonly activity: ActivitySid;
}

/** Which workspace, workflow and activities to find. */
export interface WorkspaceDirectoryOptions {
  readonly client: { readonly taskrouter: TwilioTaskRouter };
  /** Name or SID. Default `AMD`. */
  readonly workspace?: string | undefined;
  /** Name or SID. Default: the only one there is. */
  readonly workflow?: string | undefined;
  /** Names, the first that exists counts. */
  readonly activities?:
    | {
        /** Default `Available`, `Idle`. */
        readonly available?: string | readonly string[] | undefined;
        /** For the cool-down. Default `Temporarily Unavailable`, `Unavailable`. */
        readonly unavailable?: string | readonly string[] | undefined;
        /** Default `Offline`. */
        readonly offline?: string | readonly string[] | undefined;
      }
    | undefined;
  /** Attributes of a worker that may hold their number, the first that can be read counts. Default `phone`, `contact_uri`. */
  readonly phoneAttributes?: readonly string[] | undefined;
  /** Told when a refresh in the background failed; what was known stays. */
  readonly onError?: ((error: unknown) => void) | undefined;
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/** Knows the SIDs of a workspace, found by names, and keeps them up to date. */
export interface WorkspaceDirectory {
  /**
   * Asks Twilio.
   * @throws AmdError `ERR_WORKSPACE` that names what is missing and the command that makes it, or what the client throws
   */
  load(): Promise<KnownWorkspace>;
  /** What the last `load` found. */
  current(): KnownWorkspace | undefined;
  /** Every worker, as Twilio knows them now. */
  workers(): Promise<readonly KnownWorker[]>;
  /** An event of the workspace: changes of its configuration, and activities not heard of yet, are looked up in the background. */
  learn(event: { readonly type: string; readonly activity?: ActivitySid | null | undefined }): void;
  /** Resolves when no refresh is under way. */
  idle(): Promise<void>;
}

/** By which names activities are found, unless others are given; the first that exists counts. */
export const ACTIVITY_NAMES = {
  available: ['Available', 'Idle'],
  unavailable: ['Temporarily Unavailable', 'Unavailable'],
  offline: ['Offline'],
} as const;

/** Not more than one refresh in this time, ms. */
const REFRESH_MS = 1000;

const OPTIONS = {
  client: true,
  workspace: true,
  workflow: true,
  activities: true,
  phoneAttributes: true,
  onError: true,
  clock: true,
} as const satisfies Record<keyof WorkspaceDirectoryOptions, true>;

/**
 * Finds a workspace, its workflow and its activities by their names, in both generations of workspaces.
 * @throws TypeError naming the option
 */
export function createWorkspaceDirectory(options: WorkspaceDirectoryOptions): WorkspaceDirectory {
  onlyKnown(options, 'createWorkspaceDirectory', OPTIONS);
  const { workspaces } = options.client.taskrouter.v1;
  const clock = options.clock ?? systemClock;
  const wanted = options.workspace ?? 'AMD';
  const phoneAttributes = checkPhoneAttributes(options.phoneAttributes);
  let known: KnownWorkspace | undefined;
  let refreshing: Promise<void> | undefined;
  let refreshedAt: EpochMs = -Infinity;

  async function load(): Promise<KnownWorkspace> {
    const workspace = await findWorkspace();
    const inside = workspaces(workspace.sid);
    const [activities, workflows] = await Promise.all([inside.activities.list({}), inside.workflows.list({})]);
    const workflow = findWorkflow(workspace, workflows, options.workflow);
    const names = options.activities ?? {};
    const timeout = activities.find(({ sid }) => sid === workspace.timeoutActivitySid);
    known = {
      sid: sid(workspace.sid, isWorkspaceSid, 'workspace'),
      name: workspace.friendlyName,
      multiTask: workspace.multiTaskEnabled,
      workflow: {
        sid: sid(workflow.sid, isWorkflowSid, 'workflow'),
        name: workflow.friendlyName,
        reservationTimeoutSeconds: workflow.taskReservationTimeout,
        assignmentUrl: workflow.assignmentCallbackUrl === '' ? null : workflow.assignmentCallbackUrl,
      },
      eventUrl: workspace.eventCallbackUrl === '' ? null : workspace.eventCallbackUrl,
      activities: {
        available: findActivity(workspace, activities, 'available', names.available ?? ACTIVITY_NAMES.available),
        unavailable: findActivity(
          workspace,
          activities,
          'unavailable',
          names.unavailable ?? ACTIVITY_NAMES.unavailable,
        ),
        offline: findActivity(workspace, activities, 'offline', names.offline ?? ACTIVITY_NAMES.offline),
      },
      timeoutActivity: sid(timeout?.sid ?? workspace.timeoutActivitySid, isActivitySid, 'timeout activity'),
      activityNames: new Map(activities.map((one) => [one.sid as ActivitySid, one.friendlyName])),
    };
    return known;
  }

  async function findWorkspace(): Promise<TwilioWorkspace> {
    if (isWorkspaceSid(wanted)) return workspaces(wanted).fetch();
    const [found] = await workspaces.list({ friendlyName: wanted, limit: 1 });
    if (found !== undefined) return found;
    const others = await workspaces.list({ limit: 20 });
    throw missing(
      `there is no workspace named ${quoted(wanted)}; ${listed(others, 'there is none at all')}`,
      `twilio api:taskrouter:v1:workspaces:create --friendly-name ${quoted(wanted)}`,
    );
  }

  function refresh(): void {
    if (refreshing !== undefined || clock.now() - refreshedAt < REFRESH_MS) return;
    refreshedAt = clock.now();
    refreshing = load()
      .then(
        () => undefined,
        (error: unknown) => options.onError?.(error),
      )
      .finally(() => {
        refreshing = undefined;
      });
  }

  return {
    load,
    current: () => known,
    async workers() {
      const { sid: workspace } = known ?? (await load());
      const found = await workspaces(workspace).workers.list({});
      return found.map((worker) => ({
        sid: worker.sid,
        name: worker.friendlyName,
        phone: phoneIn(worker.attributes, phoneAttributes).phone,
        activity: worker.activitySid as ActivitySid,
      }));
    },
    learn({ type, activity }) {
      const isNew = activity !== undefined && activity !== null && known?.activityNames.has(activity) !== true;
      if (isNew || /^(activity|workspace)\./.test(type) || CONFIGURED.has(type)) refresh();
    },
    async idle() {
      await refreshing;
    },
  };
}

/** The events of a workflow that are about the workflow itself, not about a task in it. */
const CONFIGURED: ReadonlySet<string> = new Set(['workflow.created', 'workflow.updated', 'workflow.deleted']);

function findWorkflow(
  { sid: workspace, friendlyName }: TwilioWorkspace,
  workflows: readonly TwilioWorkflow[],
  wanted: string | undefined,
): TwilioWorkflow {
  const [only, another] = workflows;
  const found =
    wanted === undefined
      ? another === undefined
        ? only
        : undefined
      : workflows.find((one) => one.sid === wanted || one.friendlyName === wanted);
  if (found !== undefined) return found;
  if (wanted === undefined && another !== undefined) {
    throw new AmdError(
      'ERR_WORKSPACE',
      `workspace ${quoted(friendlyName)} has several workflows: name one of them as "workflow"; ${listed(workflows, '')}`,
    );
  }
  throw missing(
    `workspace ${quoted(friendlyName)} has no workflow${wanted === undefined ? '' : ` named ${quoted(wanted)}`}; ${listed(workflows, 'there is none at all')}`,
    `twilio api:taskrouter:v1:workspaces:workflows:create --workspace-sid ${workspace} --friendly-name ${quoted(wanted ?? 'AMD')} --configuration '{"task_routing":{"default_filter":{"queue":"WQ…"}}}' --assignment-callback-url https://…/assign`,
  );
}

/** The kind of an activity can never be changed, so a wrong one is as good as none (twilio.com/docs/taskrouter/api/activity). */
function findActivity(
  { sid: workspace, friendlyName }: TwilioWorkspace,
  activities: readonly TwilioActivity[],
  role: 'available' | 'unavailable' | 'offline',
  wanted: string | readonly string[],
): ActivitySid {
  const names = typeof wanted === 'string' ? [wanted] : wanted;
  const found = names.flatMap((name) => activities.find((one) => one.friendlyName === name) ?? [])[0];
  const isAvailable = role === 'available';
  if (found?.available === isAvailable) return sid(found.sid, isActivitySid, 'activity');
  if (found !== undefined) {
    throw new AmdError(
      'ERR_WORKSPACE',
      `activity ${quoted(found.friendlyName)} of workspace ${quoted(friendlyName)} cannot be "activities.${role}": it is ${found.available ? '' : 'not '}available, and that can never be changed. Name another one, or delete it and make it anew`,
    );
  }
  throw missing(
    `workspace ${quoted(friendlyName)} has no activity named ${names.map(quoted).join(' or ')} for "activities.${role}"; ${listed(activities, 'there is none at all')}`,
    `twilio api:taskrouter:v1:workspaces:activities:create --workspace-sid ${workspace} --friendly-name ${quoted(names[0] ?? '')} ${isAvailable ? '--available' : '--no-available'}`,
  );
}

function missing(problem: string, command: string): AmdError {
  return new AmdError('ERR_WORKSPACE', `${problem}. Make it with: ${command}`);
}

function listed(things: readonly { readonly friendlyName: string }[], none: string): string {
  return things.length === 0 ? none : `there are ${things.map((one) => quoted(one.friendlyName)).join(', ')}`;
}

function quoted(name: string): string {
  return JSON.stringify(name);
}

function sid<Sid extends string>(value: string, is: (value: unknown) => value is Sid, what: string): Sid {
  if (is(value)) return value;
  throw new AmdError('ERR_WORKSPACE', `Twilio gave no usable SID for the ${what}`);
}
