import type { WebhookUrls } from '@amd/core/http';
import type { ActualWorkspace } from '../actual.js';
import { foreignTasksOf, OWN_WORKFLOW } from '../foreign-tasks.js';
import { readRouting, type Routing } from '../routing.js';
import type { SetUp } from '../set-up.js';
import type { FieldChange, RequestDraft } from './change.js';
import { found, orNull, type PlanBuilder } from './plan-builder.js';

/** Plans the queue in which callers wait. Returns its name. */
export function planQueue(builder: PlanBuilder, wanted: SetUp, actual: ActualWorkspace | null): string {
  const queues = actual?.queues ?? [];
  const queue = found(queues, wanted.queue.name);
  const name = queue?.name ?? wanted.queue.name ?? 'Everybody';
  const wish = wanted.queue.workers;
  const fields: FieldChange[] = [];
  if (queue === undefined) fields.push({ field: 'workers', from: null, to: wish ?? '1==1' });
  else if (wish !== undefined && wish !== queue.workers)
    fields.push({ field: 'workers', from: queue.workers, to: wish });
  const targetWorkers = wish ?? queue?.workers ?? '1==1';
  builder.settle({ kind: 'queue', name, sid: queue?.sid ?? null }, fields, { kind: 'queue', targetWorkers });
  builder.leave('queue', queues, (other) => other === queue?.name);
  return name;
}

/** Plans the workflow that puts callers into the queue, and asks us about reserved workers. */
export function planWorkflow(
  builder: PlanBuilder,
  wanted: SetUp,
  actual: ActualWorkspace | null,
  queue: string,
  addresses: WebhookUrls,
): void {
  const workflows = actual?.workflows ?? [];
  const { name: given, reservationTimeout, callerWaits } = wanted.workflow;
  const workflow = found(workflows, given);
  const name = workflow?.name ?? given ?? 'Forward calls';
  const fields: FieldChange[] = [];
  const request: RequestDraft<'workflow'> = { kind: 'workflow' };
  if (workflow?.assignmentUrl !== addresses.assign) {
    fields.push({ field: 'assignment callback URL', from: orNull(workflow?.assignmentUrl), to: addresses.assign });
    request.assignmentCallbackUrl = addresses.assign;
  }
  // The same address: otherwise an assignment that no process answered is not repeated, and its worker would be sent home.
  if ((workflow?.fallbackUrl ?? '') === '') {
    fields.push({ field: 'assignment fallback URL', from: null, to: addresses.assign });
    request.fallbackAssignmentCallbackUrl = addresses.assign;
  }
  if (workflow?.reservationTimeout !== reservationTimeout) {
    const from = workflow === undefined ? null : `${String(workflow.reservationTimeout)} s`;
    fields.push({ field: 'reservation timeout', from, to: `${String(reservationTimeout)} s` });
    request.taskReservationTimeout = reservationTimeout;
  }
  const routing = workflow === undefined ? undefined : readRouting(workflow.configuration);
  if (routing === null) builder.notes.push(`workflow "${name}" has rules made by hand: they are left unchanged`);
  else {
    const present = actual?.queues.find(({ sid }) => sid === routing?.queue)?.name;
    // If the file does not say how long callers wait, that is left unchanged.
    const wait = callerWaits ?? routing?.wait ?? null;
    if (routing === undefined || present !== queue || routing.wait !== wait) {
      const from = routing === undefined ? null : words(present, routing);
      fields.push({ field: 'callers wait in', from, to: words(queue, { wait }) });
      request.routing = { queue, wait };
    }
  }
  const foreign = workflow === undefined ? null : foreignTasksOf(workflow);
  if (foreign !== null) builder.notes.push(`${foreign}. ${OWN_WORKFLOW}`);
  builder.settle({ kind: 'workflow', name, sid: workflow?.sid ?? null }, fields, request);
  builder.leave('workflow', workflows, (other) => other === workflow?.name);
  if (workflow === undefined && workflows.length > 0) {
    builder.notes.push(
      `with several workflows, set the one that the app uses: TWILIO_WORKFLOW=${name}. To use an existing one, name it in the file as "workflow.name"`,
    );
  }
}

function words(queue: string | undefined, { wait }: Pick<Routing, 'wait'>): string {
  return `${queue ?? 'a deleted queue'}${wait === null ? '' : `, for at most ${String(wait)} s`}`;
}
