import type { WebhookUrls } from '@amd/core/http';
import type { ActualNumber, ActualWorkspace } from '../actual.js';
import type { SetUp } from '../set-up.js';
import { planActivities } from './activities.js';
import type { Plan } from './change.js';
import { Draft } from './draft.js';
import { planNumber } from './number.js';
import { planQueue, planWorkflow } from './routes.js';
import { planWorkers } from './workers.js';
import { planNewWorkspace, planWorkspace } from './workspace.js';

/** How a wish and what there is differ. Nothing is ever deleted, and nothing touched that the file does not name. */
export function plan(
  wanted: SetUp,
  actual: ActualWorkspace | null,
  number: ActualNumber | null,
  addresses: WebhookUrls,
): Plan {
  const draft = new Draft();
  if (actual === null) planNewWorkspace(draft, wanted, addresses);
  const roles = planActivities(draft, wanted, actual);
  planWorkspace(draft, wanted, actual, roles, addresses);
  const queue = planQueue(draft, wanted, actual);
  planWorkflow(draft, wanted, actual, queue, addresses);
  planWorkers(draft, wanted, actual, roles);
  if (wanted.number !== undefined) planNumber(draft, wanted.number, number, addresses);
  const { changes, same, alone, notes, problems } = draft;
  return { workspace: actual?.sid ?? null, changes, same, alone, notes, problems };
}
