import type { World } from '../voice/world.js';
import { objectOf } from './attributes.js';
import { evaluate, type Scope } from './expression.js';
import type { Task, Worker, Workspace } from './model.js';
import { reserve } from './reservations.js';

/** From a change to the reservations it leads to, ms. */
const ROUTING_MS = 50;

/** Looks for workers soon, once for all changes until then. */
export function routeSoon(world: World, workspace: Workspace): void {
  if (workspace.routing) return;
  workspace.routing = true;
  world.clock.wakeAt(world.clock.now() + ROUTING_MS, () => {
    workspace.routing = false;
    if (!world.closed) route(world, workspace);
  });
}

/** Returns waiting tasks: highest priority first, then the oldest (FIFO) or the newest (LIFO). */
function waiting(workspace: Workspace): Task[] {
  const order = (task: Task): number =>
    (task.queueEnteredAt ?? task.createdAt) * (workspace.prioritizeQueueOrder === 'LIFO' ? -1 : 1);
  return [...workspace.open]
    .filter((task) => task.queue !== undefined)
    .sort((a, b) => b.priority - a.priority || order(a) - order(b));
}

/** Returns the names of a worker and of a task in expressions. */
export function scopeOf(worker: Worker | undefined, task: Task | undefined, plain: Scope['plain']): Scope {
  const named = (text: string | undefined): Readonly<Record<string, unknown>> => objectOf(text ?? '{}') ?? {};
  return {
    worker:
      worker === undefined
        ? {}
        : {
            ...named(worker.attributes),
            sid: worker.sid,
            friendly_name: worker.friendlyName,
            activity_name: worker.activity.friendlyName,
            activity_sid: worker.activity.sid,
          },
    task: task === undefined ? {} : { ...named(task.attributes), sid: task.sid },
    plain,
  };
}

function hasRoom(workspace: Workspace, worker: Worker, task: Task): boolean {
  if (!workspace.multiTask) return worker.holding.size === 0;
  const channel = worker.channels.get(task.channel.uniqueName);
  if (channel?.available !== true) return false;
  let taken = 0;
  for (const one of worker.holding) if (one.task.channel === task.channel) taken += 1;
  return taken < channel.capacity;
}

function isEligible(workspace: Workspace, worker: Worker, task: Task): boolean {
  if (!worker.activity.available || task.queue === undefined || !hasRoom(workspace, worker, task)) return false;
  if ([...worker.holding].some((one) => one.task === task)) return false;
  const scope = scopeOf(worker, task, 'worker');
  return (
    evaluate(task.queue.targetWorkers, scope) &&
    (task.targetExpression === undefined || evaluate(task.targetExpression, scope))
  );
}

function route(world: World, workspace: Workspace): void {
  for (const task of waiting(workspace)) {
    const most = task.queue?.maxReservedWorkers ?? 1;
    let pending = [...task.reservations.values()].filter((one) => one.status === 'pending').length;
    if (pending >= most) continue;
    const workers = [...workspace.workers.values()]
      .filter((worker) => isEligible(workspace, worker, task))
      .sort((a, b) => a.activitySince - b.activitySince);
    for (const worker of workers) {
      if (pending >= most) break;
      pending += 1;
      reserve(world, workspace, task, worker);
    }
  }
}
