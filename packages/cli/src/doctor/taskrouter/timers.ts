import { checkTimes, taskSettings, type TaskRouterWorkspace } from '@amd/core';
import type { ActualWorkflow, ActualWorkspace } from '../../taskrouter/actual.js';
import { error, ok, skipped, type Finding } from '../finding.js';
import type { Patient } from '../patient.js';
import type { Roles } from './activities.js';

export function timers(
  workspace: ActualWorkspace,
  workflow: ActualWorkflow | null,
  roles: Roles,
  { variables }: Patient,
): Finding {
  const { available, unavailable, offline } = roles;
  if (workflow === null || available === null || unavailable === null || offline === null) {
    return skipped('timers', 'workflow and activities have to be there first');
  }
  const ringSeconds = Number(variables['RING_SECONDS'] ?? 20);
  try {
    const problems = checkTimes(
      taskSettings({ ringSeconds }, {
        sid: workspace.sid,
        workflow: { sid: workflow.sid, reservationTimeoutSeconds: workflow.reservationTimeout },
        activities: { available: available.sid, unavailable: unavailable.sid, offline: offline.sid },
        timeoutActivity: workspace.timeoutActivity,
      } as TaskRouterWorkspace),
    );
    const [problem] = problems;
    if (problem === undefined) {
      return ok(
        'timers',
        `Ringing, detection and confirmation fit into the ${String(workflow.reservationTimeout)} s of a reservation`,
      );
    }
    return error(
      'timers',
      // What to do about it is said below, in the words of the settings.
      sentence(problem.split(': raise')[0] ?? problem),
      'Raise the task reservation timeout of the workflow (120 s), or lower RING_SECONDS',
    );
  } catch (problem) {
    const message = problem instanceof Error ? problem.message : String(problem);
    return error(
      'timers',
      message.replace('"ringSeconds"', 'RING_SECONDS'),
      'Set RING_SECONDS to a whole number from 5 to 60',
    );
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
