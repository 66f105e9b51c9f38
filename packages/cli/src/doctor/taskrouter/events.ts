import { TASKROUTER_EVENTS } from '@amd/core/http';
import { isSameAddress } from '../../addresses.js';
import type { ActualWorkspace } from '../../taskrouter/actual.js';
import { error, ok, type Finding } from '../finding.js';
import type { DoctorTarget } from '../target.js';
import { APPLY } from './apply-hint.js';

export function eventAddress({ eventUrl }: ActualWorkspace, { addresses }: DoctorTarget): Finding {
  if (isSameAddress(eventUrl, addresses.events)) return ok('event-url', 'The app gets the events of the workspace');
  const is = eventUrl === '' ? 'is not set' : `is ${eventUrl}`;
  return error(
    'event-url',
    `The event callback URL of the workspace ${is}: the app does not learn that a caller hung up or a worker changed activity`,
    `Set it to ${addresses.events}, ${APPLY}`,
  );
}

export function events({ eventsFilter }: ActualWorkspace): Finding {
  const missing = eventsFilter.length === 0 ? [] : TASKROUTER_EVENTS.filter((event) => !eventsFilter.includes(event));
  if (missing.length === 0) return ok('events', 'All events that the app needs are sent');
  return error(
    'events',
    `The workspace does not send ${missing.join(', ')}`,
    `Switch these events on at the workspace, ${APPLY}`,
  );
}
