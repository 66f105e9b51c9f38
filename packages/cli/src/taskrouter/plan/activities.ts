import { ACTIVITY_NAMES } from '@amd/core/twilio';
import type { ActualActivity, ActualWorkspace } from '../actual.js';
import type { SetUp } from '../set-up.js';
import type { PlanBuilder } from './plan-builder.js';

/** Names of the activities by their role. */
export type Roles = Readonly<Record<'available' | 'unavailable' | 'offline', string>>;

/** The activities that Twilio creates in every new workspace. */
const NEW: readonly ActualActivity[] = [
  { sid: '', name: 'Offline', available: false },
  { sid: '', name: 'Available', available: true },
  { sid: '', name: 'Unavailable', available: false },
];

const PURPOSES = {
  available: 'workers get calls',
  unavailable: 'workers cool down',
  offline: 'workers are away',
} as const;

/** Plans activities: found by name in both generations of workspaces, created if missing. */
export function planActivities(builder: PlanBuilder, wanted: SetUp, actual: ActualWorkspace | null): Roles {
  const activities = actual?.activities ?? NEW;
  const roles = { available: '', unavailable: '', offline: '' };
  for (const role of ['available', 'unavailable', 'offline'] as const) {
    const given = wanted.activities[role];
    // "Unavailable" is where workers go for a break: the cool-down has an activity of its own, unless the file says otherwise.
    const usual = role === 'unavailable' ? ACTIVITY_NAMES.unavailable.slice(0, 1) : ACTIVITY_NAMES[role];
    const names: readonly string[] = given === undefined ? usual : [given];
    const activity = names.flatMap((one) => activities.find(({ name }) => name === one) ?? [])[0];
    const available = role === 'available';
    roles[role] = activity?.name ?? names[0] ?? '';
    if (activity === undefined) {
      const thing = { kind: 'activity', name: roles[role], sid: null } as const;
      builder.settle(thing, [{ field: 'for', from: null, to: PURPOSES[role] }], { kind: 'activity', available });
    } else if (activity.available === available) {
      builder.same.push({ kind: 'activity', name: activity.name });
    } else {
      builder.problems.push(
        `activity "${activity.name}" cannot be "activities.${role}": it is ${activity.available ? '' : 'not '}available, and Twilio does not allow a change of that. Name another one in the file, or delete it at the console`,
      );
    }
  }
  builder.leave('activity', activities, (name) => Object.values(roles).includes(name));
  return roles;
}
