import { ACTIVITY_NAMES } from '@amd/core/twilio';
import type { ActualActivity, ActualWorkspace } from '../../taskrouter/actual.js';
import { error, ok, skipped, warning, type Finding } from '../finding.js';
import type { DoctorTarget } from '../target.js';
import { APPLY } from './apply-hint.js';

/** The activities by their role; `null`: none fits. */
export type Roles = Readonly<Record<'available' | 'unavailable' | 'offline', ActualActivity | null>>;

export function findActivities(
  { activities }: ActualWorkspace,
  { variables }: DoctorTarget,
  findings: Finding[],
): Roles {
  const roles: Record<keyof Roles, ActualActivity | null> = { available: null, unavailable: null, offline: null };
  const before = findings.length;
  for (const role of ['available', 'unavailable', 'offline'] as const) {
    const given = variables[`ACTIVITY_${role.toUpperCase()}`];
    const names: readonly string[] = given === undefined ? ACTIVITY_NAMES[role] : [given];
    const found = names.flatMap((name) => activities.find((one) => one.name === name) ?? [])[0];
    const should = role === 'available';
    if (found === undefined) {
      findings.push(
        error(
          'activities',
          `There is no activity named ${names.map((name) => JSON.stringify(name)).join(' or ')}: ${PURPOSE[role]}`,
          `Create it (${should ? '' : 'not '}available), ${APPLY}`,
        ),
      );
    } else if (found.available !== should) {
      findings.push(
        error(
          'activities',
          `Activity ${JSON.stringify(found.name)} is ${found.available ? '' : 'not '}available, but ${PURPOSE[role]}`,
          `Twilio does not allow a change of that: name another one as ACTIVITY_${role.toUpperCase()}, or delete it and create it again`,
        ),
      );
    } else roles[role] = found;
  }
  if (findings.length === before)
    findings.push(ok('activities', 'Activities for work, for cool-downs and for absence exist'));
  return roles;
}

const PURPOSE = {
  available: 'workers get calls in it',
  unavailable: 'workers spend a cool-down in it after a voicemail, and come back automatically',
  offline: 'a worker with a broken number is moved there',
} as const;

export function timeoutActivity(workspace: ActualWorkspace, unavailable: ActualActivity | null): Finding {
  if (unavailable === null) return skipped('timeout-activity', 'there is no activity for cool-downs');
  if (workspace.timeoutActivity === unavailable.sid) {
    return ok('timeout-activity', 'A worker whose reservation times out gets a cool-down, and comes back');
  }
  const present = workspace.activities.find(({ sid }) => sid === workspace.timeoutActivity)?.name ?? 'Offline';
  return warning(
    'timeout-activity',
    `A reservation that times out, while the app is down for example, moves its worker to ${JSON.stringify(present)}: only the app, while it runs, brings them back`,
    `Set the workspace's timeout activity to ${JSON.stringify(unavailable.name)}, ${APPLY}`,
  );
}
