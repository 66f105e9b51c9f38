import { TASKROUTER_EVENTS } from '@amd/core/http';
import { ACTIVITY_NAMES } from '@amd/core/twilio';
import type { Addresses } from '../addresses.js';
import type { ActualActivity, ActualNumber, ActualWorkspace } from './actual.js';
import { parse, readRouting } from './routing.js';
import type { SetUp } from './set-up.js';

export type Kind = 'workspace' | 'activity' | 'queue' | 'workflow' | 'worker' | 'number';

/** One field that changes, for people. */
export interface FieldChange {
  readonly field: string;
  /** `null`: there is nothing yet. */
  readonly from: string | null;
  readonly to: string;
}

/** What is sent; other things are named, and become SIDs when they are there. */
export type Request =
  | {
      readonly kind: 'workspace';
      readonly friendlyName?: string;
      readonly eventCallbackUrl?: string;
      readonly eventsFilter?: string;
      readonly timeoutActivity?: string;
    }
  | { readonly kind: 'activity'; readonly available: boolean }
  | { readonly kind: 'queue'; readonly targetWorkers: string }
  | {
      readonly kind: 'workflow';
      readonly assignmentCallbackUrl?: string;
      readonly taskReservationTimeout?: number;
      readonly routing?: { readonly queue: string; readonly wait: number | null };
    }
  | { readonly kind: 'worker'; readonly attributes: string; readonly activity?: string }
  | {
      readonly kind: 'number';
      readonly voiceUrl?: string;
      readonly voiceMethod?: 'POST';
      readonly voiceFallbackUrl?: string;
      readonly statusCallback?: string;
      readonly statusCallbackMethod?: 'POST';
    };

export interface Change {
  readonly do: 'create' | 'update';
  readonly kind: Kind;
  readonly name: string;
  /** `null`: it is to be made. */
  readonly sid: string | null;
  readonly fields: readonly FieldChange[];
  readonly request: Request;
}

export interface Plan {
  /** `null`: there is no such workspace yet. */
  readonly workspace: string | null;
  /** In the order in which they are made. */
  readonly changes: readonly Change[];
  /** What is right already. */
  readonly same: readonly { readonly kind: Kind; readonly name: string }[];
  /** What is there and not in the file: it is not touched. */
  readonly alone: readonly { readonly kind: Kind; readonly name: string }[];
  /** What is good to know. */
  readonly notes: readonly string[];
  /** What only a person can solve; nothing is changed while there is any. */
  readonly problems: readonly string[];
}

/** What Twilio gives every new workspace. */
const NEW_ACTIVITIES: readonly ActualActivity[] = [
  { sid: '', name: 'Offline', available: false },
  { sid: '', name: 'Available', available: true },
  { sid: '', name: 'Unavailable', available: false },
];

/** How a wish and what there is differ. Nothing is ever deleted, and nothing touched that the file does not name. */
export function plan(
  wanted: SetUp,
  actual: ActualWorkspace | null,
  number: ActualNumber | null,
  addresses: Addresses,
): Plan {
  const changes: Change[] = [];
  const same: { kind: Kind; name: string }[] = [];
  const alone: { kind: Kind; name: string }[] = [];
  const notes: string[] = [];
  const problems: string[] = [];

  function settle(
    kind: Kind,
    name: string,
    sid: string | null,
    fields: readonly FieldChange[],
    request: Request,
  ): void {
    if (sid !== null && fields.length === 0) same.push({ kind, name });
    else changes.push({ do: sid === null ? 'create' : 'update', kind, name, sid, fields, request });
  }

  // The workspace itself; its activity for time-outs follows when there are activities.
  const workspace = actual?.sid ?? null;
  if (actual === null) {
    const eventsFilter = wanted.events === 'all' ? '' : TASKROUTER_EVENTS.join(',');
    settle(
      'workspace',
      wanted.workspace,
      null,
      [
        { field: 'event callback URL', from: null, to: addresses.events },
        { field: 'events', from: null, to: wanted.events === 'all' ? 'all' : 'those that are needed' },
      ],
      {
        kind: 'workspace',
        friendlyName: wanted.workspace,
        eventCallbackUrl: addresses.events,
        ...(eventsFilter === '' ? {} : { eventsFilter }),
      },
    );
  }

  // Activities: found by name in both generations of workspaces, made when they are missing.
  const activities = actual?.activities ?? NEW_ACTIVITIES;
  const roles = { available: '', unavailable: '', offline: '' };
  for (const role of ['available', 'unavailable', 'offline'] as const) {
    const given = wanted.activities[role];
    // "Unavailable" is where people go for a break: resting has an activity of its own, unless the file says otherwise.
    const usual = role === 'unavailable' ? ACTIVITY_NAMES.unavailable.slice(0, 1) : ACTIVITY_NAMES[role];
    const names: readonly string[] = given === undefined ? usual : [given];
    const found = names.flatMap((one) => activities.find(({ name }) => name === one) ?? [])[0];
    const available = role === 'available';
    roles[role] = found?.name ?? names[0] ?? '';
    if (found !== undefined && found.available !== available) {
      problems.push(
        `activity "${found.name}" cannot be "activities.${role}": it is ${found.available ? '' : 'not '}available, which Twilio lets nobody change. Name another one in the file, or delete it at the console`,
      );
    } else if (found === undefined) {
      const kindOfIt = available ? 'workers get calls' : role === 'unavailable' ? 'workers rest' : 'workers are away';
      settle('activity', roles[role], null, [{ field: 'for', from: null, to: kindOfIt }], {
        kind: 'activity',
        available,
      });
    } else same.push({ kind: 'activity', name: found.name });
  }
  for (const { name } of activities) {
    if (!Object.values(roles).includes(name)) alone.push({ kind: 'activity', name });
  }

  workspaceFields();
  const queue = queueOf();
  workflowOf(queue);
  workersOf();
  numberOf();
  return { workspace, changes, same, alone, notes, problems };

  function workspaceFields(): void {
    const fields: FieldChange[] = [];
    const request: Extract<Request, { kind: 'workspace' }> = { kind: 'workspace' };
    const asked: { -readonly [Key in keyof typeof request]: (typeof request)[Key] } = request;
    const timeout = activities.find(({ sid }) => sid !== '' && sid === actual?.timeoutActivity);
    if (timeout?.name !== roles.unavailable) {
      // A worker who never answers a reservation rests, instead of being gone for good.
      fields.push({ field: 'timeout activity', from: timeout?.name ?? 'Offline', to: roles.unavailable });
      asked.timeoutActivity = roles.unavailable;
    }
    if (actual !== null && actual.eventUrl !== addresses.events) {
      fields.push({ field: 'event callback URL', from: orNull(actual.eventUrl), to: addresses.events });
      asked.eventCallbackUrl = addresses.events;
    }
    const filter = actual?.eventsFilter ?? [];
    if (filter.length > 0 && wanted.events === 'all') {
      notes.push(
        `workspace "${wanted.workspace}" tells of ${String(filter.length)} kinds of events only: take its filter away at the console to have them all`,
      );
    }
    if (filter.length > 0) {
      const missing = TASKROUTER_EVENTS.filter((event) => !filter.includes(event));
      if (missing.length > 0) {
        fields.push({ field: 'events', from: `${String(filter.length)} kinds`, to: `also ${missing.join(', ')}` });
        asked.eventsFilter = [...filter, ...missing].join(',');
      }
    }
    // A new workspace is made first and gets its activity for time-outs here.
    if (actual !== null || fields.length > 0)
      settle('workspace', wanted.workspace, actual?.sid ?? 'new', fields, asked);
  }

  function queueOf(): string {
    const queues = actual?.queues ?? [];
    const found = named(queues, wanted.queue.name);
    const name = wanted.queue.name ?? found?.name ?? 'Everybody';
    const wish = wanted.queue.workers;
    const fields: FieldChange[] = [];
    if (found === undefined) fields.push({ field: 'workers', from: null, to: wish ?? '1==1' });
    else if (wish !== undefined && wish !== found.workers)
      fields.push({ field: 'workers', from: found.workers, to: wish });
    settle('queue', name, found?.sid ?? null, fields, { kind: 'queue', targetWorkers: wish ?? '1==1' });
    for (const other of queues) if (other !== found) alone.push({ kind: 'queue', name: other.name });
    return name;
  }

  function workflowOf(queueName: string): void {
    const workflows = actual?.workflows ?? [];
    const { name: given, reservationTimeout, callerWaits = null } = wanted.workflow;
    const found = named(workflows, given);
    const name = given ?? found?.name ?? 'Forward calls';
    const fields: FieldChange[] = [];
    const asked: {
      kind: 'workflow';
      assignmentCallbackUrl?: string;
      taskReservationTimeout?: number;
      routing?: { queue: string; wait: number | null };
    } = { kind: 'workflow' };
    if (found?.assignmentUrl !== addresses.assign) {
      fields.push({ field: 'assignment callback URL', from: orNull(found?.assignmentUrl), to: addresses.assign });
      asked.assignmentCallbackUrl = addresses.assign;
    }
    if (found?.reservationTimeout !== reservationTimeout) {
      const from = found === undefined ? null : `${String(found.reservationTimeout)} s`;
      fields.push({ field: 'reservation timeout', from, to: `${String(reservationTimeout)} s` });
      asked.taskReservationTimeout = reservationTimeout;
    }
    const routing = found === undefined ? undefined : readRouting(found.configuration);
    if (routing === null) {
      notes.push(`workflow "${name}" has rules made by hand: they are left as they are`);
    } else {
      const present = actual?.queues.find(({ sid }) => sid === routing?.queue)?.name;
      // Without a wish, how long callers wait is left as it is.
      const wait = wanted.workflow.callerWaits === undefined ? (routing?.wait ?? null) : callerWaits;
      if (routing === undefined || present !== queueName || routing.wait !== wait) {
        const words = (to: string | undefined, s: number | null): string =>
          `${to ?? 'a queue that is gone'}${s === null ? '' : `, for at most ${String(s)} s`}`;
        const from = routing === undefined ? null : words(present, routing.wait);
        fields.push({ field: 'callers wait in', from, to: words(queueName, wait) });
        asked.routing = { queue: queueName, wait };
      }
    }
    settle('workflow', name, found?.sid ?? null, fields, asked);
    for (const other of workflows) if (other !== found) alone.push({ kind: 'workflow', name: other.name });
    if (found === undefined && workflows.length > 0) {
      notes.push(
        `with several workflows, say which one the app uses: TWILIO_WORKFLOW=${name}. To use one that is there, name it in the file as "workflow.name"`,
      );
    }
  }

  function workersOf(): void {
    const present = actual?.workers ?? [];
    for (const { name, phone, attributes = {} } of wanted.workers) {
      const found = present.find((worker) => worker.name === name);
      const old = found === undefined ? {} : parse(found.attributes);
      const known = typeof old === 'object' && old !== null ? (old as Readonly<Record<string, unknown>>) : {};
      const wish: Readonly<Record<string, unknown>> = { ...attributes, phone };
      const fields = Object.entries(wish).flatMap(([field, value]) => {
        const [from, to] = [known[field], value].map((one) => (one === undefined ? null : words(one)));
        return from === to ? [] : [{ field, from: from ?? null, to: to ?? '' }];
      });
      const activity = wanted.newWorkers === 'available' ? roles.available : roles.offline;
      if (found === undefined) fields.push({ field: 'begins in', from: null, to: activity });
      settle('worker', name, found?.sid ?? null, fields, {
        kind: 'worker',
        // What the file does not name stays.
        attributes: JSON.stringify({ ...known, ...wish }),
        ...(found === undefined ? { activity } : {}),
      });
    }
    for (const { name } of present) {
      if (!wanted.workers.some((worker) => worker.name === name)) alone.push({ kind: 'worker', name });
    }
  }

  function numberOf(): void {
    if (wanted.number === undefined) return;
    const { phone, fallbackUrl } = wanted.number;
    if (number === null) {
      problems.push(`"number": ${phone} is not a number of this account`);
      return;
    }
    if (number.answeredBy !== null) {
      problems.push(
        `"number": ${phone} is answered by ${number.answeredBy} instead of by addresses: take that away at the console first`,
      );
    }
    const fields: FieldChange[] = [];
    const asked: {
      -readonly [Key in keyof Extract<Request, { kind: 'number' }>]: Extract<Request, { kind: 'number' }>[Key];
    } = { kind: 'number' };
    const change = (field: string, from: string, to: string): boolean => {
      if (from === to) return false;
      fields.push({ field, from: orNull(from), to });
      return true;
    };
    if (change('voice URL', number.voiceUrl, addresses.voice)) asked.voiceUrl = addresses.voice;
    if (change('voice method', number.voiceMethod, 'POST')) asked.voiceMethod = 'POST';
    if (change('status callback', number.statusUrl, addresses.status)) asked.statusCallback = addresses.status;
    if (change('status method', number.statusMethod, 'POST')) asked.statusCallbackMethod = 'POST';
    if (fallbackUrl !== undefined && change('fallback URL', number.fallbackUrl, fallbackUrl)) {
      asked.voiceFallbackUrl = fallbackUrl;
    } else if (fallbackUrl === undefined && number.fallbackUrl === '') {
      notes.push(
        `${phone} has no fallback URL: when your server is down, callers hear an error. Set "number.fallbackUrl"`,
      );
    }
    settle('number', phone, number.sid, fields, asked);
  }
}

/** The one of that name; without a name the only one there is. */
function named<Thing extends { readonly name: string; readonly sid: string }>(
  things: readonly Thing[],
  name: string | undefined,
): Thing | undefined {
  if (name !== undefined) return things.find((one) => one.name === name || one.sid === name);
  return things.length === 1 ? things[0] : undefined;
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : text;
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
