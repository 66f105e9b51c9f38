import type { WebhookUrls } from '@amd/core/http';
import type { ActualNumber, ActualWorkspace } from '../actual.js';
import type { SetUp } from '../set-up.js';
import { planActivities } from './activities.js';
import type { Plan } from './change.js';
import { PlanBuilder } from './plan-builder.js';
import { planNumber } from './number.js';
import { planQueue, planWorkflow } from './routes.js';
import { planWorkers } from './workers.js';
import { planNewWorkspace, planWorkspace } from './workspace.js';

/**
 * Compares what the file asks for with what exists. A plan never deletes anything, and changes nothing that the file does not
 * name.
 */
export function plan(
  wanted: SetUp,
  actual: ActualWorkspace | null,
  number: ActualNumber | null,
  addresses: WebhookUrls,
): Plan {
  const builder = new PlanBuilder();
  if (actual === null) planNewWorkspace(builder, wanted, addresses);
  const roles = planActivities(builder, wanted, actual);
  planWorkspace(builder, wanted, actual, roles, addresses);
  const queue = planQueue(builder, wanted, actual);
  planWorkflow(builder, wanted, actual, queue, addresses);
  planWorkers(builder, wanted, actual, roles);
  if (wanted.number !== undefined) planNumber(builder, wanted.number, number, addresses);
  const { changes, same, alone, notes, problems } = builder;
  return { workspace: actual?.sid ?? null, changes, same, alone, notes, problems };
}
