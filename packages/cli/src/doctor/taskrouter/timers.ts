import { checkTimes, taskSettings, type TaskRouterWorkspace } from '@amd/core';
import type { ActualWorkflow, ActualWorkspace } from '../../taskrouter/actual.js';
import { readRouting } from '../../taskrouter/routing.js';
import { error, ok, skipped, warning, type Finding } from '../finding.js';
import type { DoctorTarget } from '../target.js';
import type { Roles } from './activities.js';

/** Checks whether the time a worker may take fits into a reservation, and into the time that callers wait. */
export function timers(
  workspace: ActualWorkspace,
  workflow: ActualWorkflow | null,
  roles: Roles,
  { variables }: DoctorTarget,
): readonly Finding[] {
  const { available, unavailable, offline } = roles;
  if (workflow === null || available === null || unavailable === null || offline === null) {
    return [skipped('timers', 'it needs the workflow and the activities')];
  }
  const wrong =
    wholeSeconds(variables, 'RING_SECONDS', 5, 60) ?? wholeSeconds(variables, 'TEMP_UNAVAILABLE_SECONDS', 1, 86_400);
  if (wrong !== null) return [wrong];
  const ringSeconds = Number(variables['RING_SECONDS'] ?? 20);
  const lack = (seconds: number): string | undefined => {
    const settings = taskSettings({ ringSeconds }, {
      sid: workspace.sid,
      workflow: { sid: workflow.sid, reservationTimeoutSeconds: seconds },
      activities: { available: available.sid, unavailable: unavailable.sid, offline: offline.sid },
      timeoutActivity: workspace.timeoutActivity,
    } as TaskRouterWorkspace);
    // The remedy is said in the words of the settings.
    return checkTimes(settings)[0]?.split(': raise')[0];
  };
  const findings: Finding[] = [];
  const short = lack(workflow.reservationTimeout);
  if (short !== undefined) {
    const fix = 'Raise the task reservation timeout of the workflow (120 s), or lower RING_SECONDS';
    findings.push(error('timers', sentence(short), fix));
  }
  const wait = readRouting(workflow.configuration)?.wait ?? null;
  const needed = wait === null ? undefined : lack(wait);
  if (wait !== null && needed !== undefined) {
    const [what = ''] = needed.split(', but ');
    findings.push(
      warning(
        'timers',
        `Callers wait for at most ${String(wait)} s, but ${what}: that may be too short to reach a worker`,
        "Raise the time-out of the workflow's filter (callerWaits), or lower RING_SECONDS",
      ),
    );
  }
  if (findings.length > 0) return findings;
  const fits = `Ringing, detection and confirmation fit into the ${String(workflow.reservationTimeout)} s of a reservation`;
  return [ok('timers', fits)];
}

/** Reports what the app would refuse at its start. */
function wholeSeconds(variables: DoctorTarget['variables'], name: string, low: number, high: number): Finding | null {
  const given = variables[name];
  const seconds = Number(given ?? low);
  if (Number.isInteger(seconds) && seconds >= low && seconds <= high) return null;
  const range = `from ${String(low)} to ${String(high)}`;
  return error('timers', `${name} is ${JSON.stringify(given)}`, `Set ${name} to a whole number of seconds ${range}`);
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
