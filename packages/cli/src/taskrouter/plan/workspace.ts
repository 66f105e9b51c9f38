import { TASKROUTER_EVENTS } from '@amd/core/http';
import type { WebhookUrls } from '@amd/core/http';
import type { ActualWorkspace } from '../actual.js';
import type { SetUp } from '../set-up.js';
import type { Roles } from './activities.js';
import type { FieldChange, RequestDraft } from './change.js';
import { orNull, type PlanBuilder } from './plan-builder.js';

/** Plans a workspace that does not exist yet. Its timeout activity follows once there are activities. */
export function planNewWorkspace(builder: PlanBuilder, wanted: SetUp, addresses: WebhookUrls): void {
  const all = wanted.events === 'all';
  builder.settle(
    { kind: 'workspace', name: wanted.workspace, sid: null },
    [
      { field: 'event callback URL', from: null, to: addresses.events },
      { field: 'events', from: null, to: all ? 'all' : 'those that are needed' },
    ],
    {
      kind: 'workspace',
      friendlyName: wanted.workspace,
      eventCallbackUrl: addresses.events,
      ...(all ? {} : { eventsFilter: TASKROUTER_EVENTS.join(',') }),
    },
  );
}

/** Plans what a workspace must have, new or not. */
export function planWorkspace(
  builder: PlanBuilder,
  wanted: SetUp,
  actual: ActualWorkspace | null,
  roles: Roles,
  addresses: WebhookUrls,
): void {
  const fields: FieldChange[] = [];
  const request: RequestDraft<'workspace'> = { kind: 'workspace' };
  const timeout = actual?.activities.find(({ sid }) => sid === actual.timeoutActivity);
  if (timeout?.name !== roles.unavailable) {
    // A worker who never answers a reservation cools down instead of staying away for good.
    fields.push({ field: 'timeout activity', from: timeout?.name ?? 'Offline', to: roles.unavailable });
    request.timeoutActivity = roles.unavailable;
  }
  if (actual !== null && actual.eventUrl !== addresses.events) {
    fields.push({ field: 'event callback URL', from: orNull(actual.eventUrl), to: addresses.events });
    request.eventCallbackUrl = addresses.events;
  }
  const filter = actual?.eventsFilter ?? [];
  const missing = filter.length === 0 ? [] : TASKROUTER_EVENTS.filter((event) => !filter.includes(event));
  if (missing.length > 0) {
    fields.push({ field: 'events', from: `${String(filter.length)} kinds`, to: `also ${missing.join(', ')}` });
    request.eventsFilter = [...filter, ...missing].join(',');
  }
  if (filter.length > 0 && wanted.events === 'all') {
    builder.notes.push(
      `workspace "${wanted.workspace}" sends only some kinds of events: remove its filter at the console to get all of them`,
    );
  }
  const sid = actual?.sid ?? 'new';
  if (actual !== null || fields.length > 0) {
    builder.settle({ kind: 'workspace', name: wanted.workspace, sid }, fields, request);
  }
}
