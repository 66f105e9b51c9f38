import type { ForwardingEvent, TaskRouterEvent } from '@amd/core';

export type DrawnEvent = ForwardingEvent | TaskRouterEvent;
type OutcomeOf = Extract<DrawnEvent, { readonly type: 'effect.outcome' }>;

const FINAL = ['completed', 'busy', 'no-answer', 'failed', 'canceled'];

/** Describes an event in words, as seen by the caller (0) or a leg. */
export function words(event: DrawnEvent, drawn: number | null): string {
  const about = subject(event);
  const text = phrase(event);
  if (about === null || about === drawn) return text;
  return `${about === 0 ? 'caller' : drawn === 0 ? 'leg' : 'other leg'}, ${text}`;
}

/** Returns whom an event is about: 0 is the caller, `null` the whole call. */
function subject(event: DrawnEvent): number | null {
  if ('leg' in event) return event.leg;
  if (event.type.startsWith('caller.')) return 0;
  if (event.type === 'effect.outcome') return 'leg' in event.effect ? event.effect.leg : null;
  if (event.type === 'conference') return event.sid === null ? null : Number(event.sid.slice('CA'.length));
  if (event.type !== 'timer' || event.timer === 'deadline' || event.timer === 'heartbeat') return null;
  if (event.timer.startsWith('reservation')) return null;
  return event.timer === 'caller' ? 0 : Number(event.timer.slice('leg'.length));
}

function phrase(event: DrawnEvent): string {
  if ('status' in event && isFinal(event.status)) return 'call over';
  switch (event.type) {
    case 'inbound':
      return 'the call arrives';
    case 'caller.ended':
      return 'queueResult' in event ? 'Enqueue action' : 'Dial action';
    case 'leg.ended':
      return 'Dial action';
    case 'assignment':
      return 'assignment';
    case 'reservation':
      return `reservation ${event.news}`;
    case 'task':
      return `task ${event.news}`;
    case 'caller.document':
    case 'leg.document':
      return 'redirected';
    case 'leg.answered':
      return event.answeredBy === 'human' || event.answeredBy === 'unknown' ? event.answeredBy : 'machine or fax';
    case 'leg.key':
      return 'a key';
    case 'leg.poll':
      return 'no key';
    case 'leg.status':
      return `status ${event.status}`;
    case 'conference':
      return event.sid === null ? `room ${event.event}` : event.event === 'join' ? 'joins the room' : 'leaves the room';
    case 'effect.outcome':
      return outcome(event);
    case 'timer':
      if (event.timer.startsWith('reservation')) return 'before its time-out';
      return event.timer === 'deadline' ? 'deadline' : 'watchdog';
    case 'caller.fallback':
    case 'caller.goodbye':
    case 'inbound.decided':
    case 'caller.key':
    case 'caller.recording':
    case 'caller.status':
    case 'caller.wait':
    case 'caller.whisper':
    case 'leg.verdict':
    case 'talk.recording':
      throw new Error(`no words for ${event.type}`);
  }
}

function outcome({ effect, outcome: result }: OutcomeOf): string {
  const status = 'status' in result ? result.status : null;
  const over = result.kind === 'gone' || isFinal(status);
  switch (effect.type) {
    case 'call.create':
      return `creation ${result.kind === 'created' ? 'done' : result.kind}`;
    case 'call.end':
      return over ? 'ended by us' : `end ${result.kind}`;
    case 'call.redirect':
      return `redirect ${result.kind}`;
    case 'call.fetch':
      return over ? 'call over' : 'watchdog';
    case 'reservation.update':
      return `rejection ${result.kind}`;
    case 'reservation.coolDown':
      return `rest after a talk: ${result.kind}`;
    case 'reservation.fetch':
      return `a look: reservation ${status ?? result.kind}`;
    case 'task.update':
      return `task ${effect.status}: ${result.kind}`;
    case 'task.fetch':
    case 'task.find':
      return `a look: task ${status ?? result.kind}`;
    case 'call.announce':
    case 'worker.fetch':
    case 'worker.update':
      throw new Error(`no words for ${effect.type}`);
  }
}

function isFinal(status: string | null): boolean {
  return status !== null && FINAL.includes(status);
}
