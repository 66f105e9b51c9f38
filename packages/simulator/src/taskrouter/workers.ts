import { RestRefusal } from '../rest/errors.js';
import type { World } from '../voice/world.js';
import { checkAttributes } from './attributes.js';
import { emit } from './events.js';
import type { Activity, Worker, WorkerChannel, Workspace } from './model.js';
import { reject } from './reservations.js';
import { routeSoon } from './routing.js';

export function findActivity(workspace: Workspace, sid: string): Activity {
  const activity = workspace.activities.get(sid);
  if (activity === undefined) throw new RestRefusal(20001, `Invalid ActivitySid: ${sid}`);
  return activity;
}

function checkName(workspace: Workspace, name: string, except?: Worker): void {
  for (const other of workspace.workers.values()) {
    if (other !== except && other.friendlyName.toLowerCase() === name.toLowerCase()) {
      throw new RestRefusal(20001, `Worker with FriendlyName "${name}" already exists`);
    }
  }
}

export function createWorker(
  world: World,
  workspace: Workspace,
  options: { friendlyName: string; attributes?: string | undefined; activitySid?: string | undefined },
): Worker {
  const { friendlyName, attributes = '{}', activitySid } = options;
  checkName(workspace, friendlyName);
  checkAttributes(attributes);
  const now = world.clock.now();
  const activity = activitySid === undefined ? workspace.defaultActivity : findActivity(workspace, activitySid);
  const worker: Worker = {
    sid: world.ids.sid('WK'),
    friendlyName,
    attributes,
    activity,
    activitySince: now,
    channels: new Map(),
    holding: new Set(),
    createdAt: now,
    updatedAt: now,
    version: 0,
  };
  for (const channel of workspace.channels.values()) {
    worker.channels.set(channel.uniqueName, {
      sid: world.ids.sid('WC'),
      channelSid: channel.sid,
      channel: channel.uniqueName,
      capacity: 1,
      available: true,
    });
  }
  workspace.workers.set(worker.sid, worker);
  emit(world, workspace, 'worker.created', { worker }, `Worker ${friendlyName} created`);
  routeSoon(world, workspace);
  return worker;
}

function touch(world: World, worker: Worker): void {
  worker.version += 1;
  worker.updatedAt = world.clock.now();
}

/** Moves a worker; does nothing if they are there already. */
export function moveWorker(world: World, workspace: Workspace, worker: Worker, activity: Activity): void {
  if (worker.activity === activity) return;
  const now = world.clock.now();
  const previous = worker.activity;
  const spent = now - worker.activitySince;
  worker.activity = activity;
  worker.activitySince = now;
  touch(world, worker);
  emit(
    world,
    workspace,
    'worker.activity.update',
    {
      worker,
      more: [
        ['WorkerPreviousActivitySid', previous.sid],
        ['WorkerPreviousActivityName', previous.friendlyName],
        ['WorkerTimeInPreviousActivity', String(Math.floor(spent / 1000))],
        ['WorkerTimeInPreviousActivityMs', String(spent)],
      ],
    },
    `Worker ${worker.friendlyName} updated to ${activity.friendlyName} Activity`,
  );
  routeSoon(world, workspace);
}

export interface WorkerChanges {
  readonly friendlyName?: string | undefined;
  readonly attributes?: string | undefined;
  readonly activitySid?: string | undefined;
  readonly rejectPendingReservations?: boolean | undefined;
}

/** Updates all or nothing: everything is checked before anything changes. */
export function updateWorker(world: World, workspace: Workspace, worker: Worker, changes: WorkerChanges): void {
  const { friendlyName, attributes, activitySid, rejectPendingReservations } = changes;
  if (friendlyName !== undefined) checkName(workspace, friendlyName, worker);
  if (attributes !== undefined) checkAttributes(attributes);
  const activity = activitySid === undefined ? undefined : findActivity(workspace, activitySid);
  if (rejectPendingReservations === true && activity?.available !== false) {
    throw new RestRefusal(20001, 'RejectPendingReservations is only valid with an unavailable activity');
  }
  if (friendlyName !== undefined && friendlyName !== worker.friendlyName) {
    worker.friendlyName = friendlyName;
    touch(world, worker);
  }
  if (attributes !== undefined && attributes !== worker.attributes) {
    worker.attributes = attributes;
    touch(world, worker);
    emit(world, workspace, 'worker.attributes.update', { worker }, `Worker ${worker.friendlyName} attributes updated`);
  }
  if (activity !== undefined) moveWorker(world, workspace, worker, activity);
  if (rejectPendingReservations === true) {
    for (const one of [...worker.holding]) if (one.status === 'pending') reject(world, one, undefined);
  }
  routeSoon(world, workspace);
}

export function deleteWorker(world: World, workspace: Workspace, worker: Worker): void {
  if (worker.activity.available || worker.holding.size > 0) {
    throw new RestRefusal(20001, 'Worker cannot be deleted while available or holding reservations');
  }
  workspace.workers.delete(worker.sid);
  emit(world, workspace, 'worker.deleted', { worker }, `Worker ${worker.friendlyName} deleted`);
}

export function setWorkerChannel(
  world: World,
  workspace: Workspace,
  worker: Worker,
  channel: WorkerChannel,
  changes: { capacity?: number | undefined; available?: boolean | undefined },
): void {
  channel.capacity = changes.capacity ?? channel.capacity;
  channel.available = changes.available ?? channel.available;
  touch(world, worker);
  const more = [
    ['WorkerChannelSid', channel.sid],
    ['WorkerChannelName', channel.channel],
    ['WorkerChannelCapacity', String(channel.capacity)],
    ['WorkerChannelAvailable', String(channel.available)],
  ] as const;
  const type = changes.capacity === undefined ? 'worker.channel.availability.update' : 'worker.capacity.update';
  emit(world, workspace, type, { worker, more }, `Worker ${worker.friendlyName} ${channel.channel} updated`);
  routeSoon(world, workspace);
}
