import type { WorkersEvent } from '../../shared/worker-events.js';
import type { ActivityInfo, PresentCall, WorkerRow } from '../../shared/workers.js';
import { ticking } from './format.js';
import type { Look } from './words.js';
import { legWords } from './words.js';

export type WorkerGroup = 'ready' | 'busy' | 'coolingDown' | 'away';

/** Shows an activity by colour, icon and word. */
export function activityLook(activity: ActivityInfo | undefined): Look {
  if (activity === undefined) return { tone: 'quiet', icon: '?', words: 'Not known' };
  const words = activity.name;
  switch (activity.role) {
    case 'available':
      return { tone: 'good', icon: '●', words };
    case 'coolDown':
      return { tone: 'wait', icon: '◔', words };
    case 'offline':
      return { tone: 'quiet', icon: '○', words };
    case 'other':
      return { tone: 'live', icon: '◆', words };
  }
}

export function groupOfWorker(activity: ActivityInfo | undefined, present: PresentCall | undefined): WorkerGroup {
  if (present !== undefined) return 'busy';
  if (activity?.role === 'available') return 'ready';
  return activity?.role === 'coolDown' ? 'coolingDown' : 'away';
}

/** Describes what the worker does with the caller they are reserved for. */
export function presentWords({ leg }: PresentCall, now: number): string {
  const { phase, ringingAt, joinedAt, requestedAt } = leg;
  if (phase === 'bridged') return `talking ${ticking(now - (joinedAt ?? requestedAt))}`;
  if (phase === 'ringing') return `ringing ${ticking(now - (ringingAt ?? requestedAt))}`;
  return legWords(leg);
}

/** True while the switch shows on: what was requested until Twilio answers, then the activity the worker is in. */
export function isOn({ requested }: WorkerRow, activity: ActivityInfo | undefined): boolean {
  if (requested?.status === 'pending') return requested.on;
  return activity !== undefined && activity.role !== 'offline';
}

/** Describes a TaskRouter event in a sentence. `number` formats numbers for people. */
export function eventWords(event: WorkersEvent, number: (text: string) => string): string {
  const { type, detail } = event;
  const worker = event.worker === '' ? 'a worker' : event.worker;
  const caller = event.caller === '' ? 'a caller' : number(event.caller);
  switch (type) {
    case 'task.created':
      return `${caller} waits in the queue`;
    case 'task.canceled':
      return `${caller} has left the queue${detail === '' ? '' : `: ${detail}`}`;
    case 'task.wrapup':
      return `${caller}'s task is in wrap-up`;
    case 'task.completed':
      return `${caller}'s task is completed`;
    case 'task-queue.entered':
      return `${caller} enters the task queue`;
    case 'workflow.timeout':
      return `${caller} has waited as long as the workflow allows`;
    case 'reservation.created':
      return `${worker} is reserved for ${caller}`;
    case 'reservation.accepted':
      return `${worker} has ${caller}`;
    case 'reservation.rejected':
      return `${worker}'s reservation for ${caller} is rejected`;
    case 'reservation.timeout':
      return `${worker}'s reservation for ${caller} timed out`;
    case 'reservation.canceled':
      return `${worker}'s reservation for ${caller} is cancelled`;
    case 'reservation.rescinded':
      return `${worker} is not needed for ${caller}: another worker has the call`;
    case 'reservation.wrapup':
      return `${worker} has talked with ${caller}`;
    case 'reservation.completed':
      return `${worker} is done with ${caller}`;
    case 'worker.activity.update':
      return `${worker} is ${detail === '' ? 'in another activity' : detail} now`;
    case 'worker.created':
      return `${worker} is new`;
    case 'worker.deleted':
      return `${worker} is deleted`;
    case 'worker.attributes.update':
      return `${worker}'s attributes were changed`;
    case 'worker.capacity.update':
    case 'worker.channel.availability.update':
      return `${worker}'s capacity was changed`;
    default:
      return (
        [event.worker, event.caller === '' ? '' : number(event.caller), detail].filter(Boolean).join(' · ') || type
      );
  }
}
