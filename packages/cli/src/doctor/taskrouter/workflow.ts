import { isSameAddress } from '../../addresses.js';
import type { ActualWorkflow, ActualWorkspace } from '../../taskrouter/actual.js';
import { foreignTasksOf, OWN_WORKFLOW } from '../../taskrouter/foreign-tasks.js';
import { queuesIn } from '../../taskrouter/routing.js';
import { error, ok, skipped, warning, type Finding } from '../finding.js';
import type { DoctorTarget } from '../target.js';
import { APPLY } from './apply-hint.js';

export function findWorkflow(
  { workflows, name }: ActualWorkspace,
  wanted: string | undefined,
  findings: Finding[],
): ActualWorkflow | null {
  const [only] = workflows;
  const names = workflows.map((one) => JSON.stringify(one.name)).join(', ');
  const found =
    wanted === undefined
      ? workflows.length === 1
        ? only
        : undefined
      : workflows.find((one) => one.name === wanted || one.sid === wanted);
  if (found !== undefined) {
    findings.push(ok('workflow', `Workflow ${JSON.stringify(found.name)} is there`));
    return found;
  }
  const isUnclear = wanted === undefined && workflows.length > 1;
  findings.push(
    isUnclear
      ? error(
          'workflow',
          `Workspace ${JSON.stringify(name)} has several workflows: ${names}`,
          'Set TWILIO_WORKFLOW to one of them',
        )
      : error(
          'workflow',
          `Workspace ${JSON.stringify(name)} has no workflow${wanted === undefined ? '' : ` named ${JSON.stringify(wanted)}`}; there is ${names || 'none'}`,
          `Create one, ${APPLY}`,
        ),
    skipped('assignment-url', 'there is no workflow'),
    skipped('tasks', 'there is no workflow'),
    skipped('queue', 'there is no workflow'),
  );
  return null;
}

export function assignment({ assignmentUrl, fallbackUrl, name }: ActualWorkflow, { addresses }: DoctorTarget): Finding {
  if (isSameAddress(assignmentUrl, addresses.assign)) {
    if (fallbackUrl !== '') return ok('assignment-url', 'TaskRouter sends every reservation to the app');
    return warning(
      'assignment-url',
      `Workflow ${JSON.stringify(name)} has no fallback for its assignment callback: an assignment that fails moves its worker to Offline`,
      `Set it to ${addresses.assign} as well, ${APPLY}`,
    );
  }
  const is = assignmentUrl === '' ? 'is not set' : `is ${assignmentUrl}`;
  return error(
    'assignment-url',
    `The assignment callback URL of workflow ${JSON.stringify(name)} ${is}: no worker is ever rung`,
    `Set it to ${addresses.assign}, ${APPLY}`,
  );
}

/** Checks whether anything but our calls passes through the workflow. */
export function foreignTasks(workflow: ActualWorkflow): Finding {
  const problem = foreignTasksOf(workflow);
  if (problem === null) return ok('tasks', 'Only calls pass through the workflow');
  return warning('tasks', problem, OWN_WORKFLOW);
}

/** Checks whether the workflow's rules lead to a queue with workers. */
export async function queue(
  workspace: ActualWorkspace,
  workflow: ActualWorkflow,
  { client }: DoctorTarget,
): Promise<readonly Finding[]> {
  const named = queuesIn(workflow.configuration);
  const there = workspace.queues.filter(({ sid }) => named.includes(sid));
  if (there.length < named.length || there.length === 0) {
    return [
      error(
        'queue',
        `Workflow ${JSON.stringify(workflow.name)} leads to a queue that does not exist`,
        `Choose a queue in the workflow, ${APPLY}`,
      ),
    ];
  }
  if (workspace.workers.length === 0) return [skipped('queue', 'there are no workers')];
  for (const { sid, name, workers: expression } of there) {
    const [anybody] = await client.taskrouter.v1
      .workspaces(workspace.sid)
      .workers.list({ taskQueueSid: sid, limit: 1 });
    if (anybody !== undefined) continue;
    return [
      error(
        'queue',
        `No worker matches queue ${JSON.stringify(name)} (${expression}): its callers wait in vain`,
        'Change the expression of the queue (1==1 matches every worker), or the attributes of the workers',
      ),
    ];
  }
  return [
    ok('queue', `Callers wait in ${there.map(({ name }) => JSON.stringify(name)).join(', ')}, and workers match`),
  ];
}
