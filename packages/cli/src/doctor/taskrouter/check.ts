import { readWorkspace } from '../../taskrouter/actual.js';
import type { Destination } from '../destinations.js';
import { error, ok, skipped, type Finding } from '../finding.js';
import type { DoctorTarget } from '../target.js';
import { findActivities, timeoutActivity } from './activities.js';
import { eventAddress, events } from './events.js';
import { timers } from './timers.js';
import { workers } from './workers.js';
import { assignment, findWorkflow, foreignTasks, queue } from './workflow.js';

/** Checks the workspace and everything in it, and whom its workers' phones make the app ring. */
export async function checkTaskRouter(
  target: DoctorTarget,
): Promise<{ readonly findings: readonly Finding[]; readonly destinations: readonly Destination[] }> {
  const { client, variables } = target;
  const wanted = variables['TWILIO_WORKSPACE'] ?? 'AMD';
  const workspace = await readWorkspace(client, wanted);
  if (workspace === null) {
    const others = await client.taskrouter.v1.workspaces.list({ limit: 10 });
    const there =
      others.length === 0 ? 'there is none' : `there are ${others.map((one) => one.friendlyName).join(', ')}`;
    return {
      findings: [
        error(
          'workspace',
          `There is no workspace named ${JSON.stringify(wanted)}; ${there}`,
          'Create it: amd taskrouter init, then amd taskrouter apply',
        ),
        ...[
          'workflow',
          'assignment-url',
          'tasks',
          'event-url',
          'events',
          'activities',
          'timeout-activity',
          'timers',
          'queue',
          'workers',
        ].map((check) => skipped(check, 'there is no workspace')),
      ],
      destinations: [],
    };
  }
  const generation = workspace.multiTask ? '' : ', of the older generation (single-tasking)';
  const findings: Finding[] = [ok('workspace', `Workspace ${JSON.stringify(workspace.name)} is there${generation}`)];
  const workflow = findWorkflow(workspace, variables['TWILIO_WORKFLOW'], findings);
  const activities = findActivities(workspace, target, findings);
  findings.push(eventAddress(workspace, target), events(workspace));
  findings.push(...(workflow === null ? [] : [assignment(workflow, target), foreignTasks(workflow)]));
  findings.push(timeoutActivity(workspace, activities.unavailable));
  findings.push(...timers(workspace, workflow, activities, target));
  findings.push(...(workflow === null ? [] : await queue(workspace, workflow, target)));
  const destinations = workers(workspace, target, findings);
  return { findings, destinations };
}
