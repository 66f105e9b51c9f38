import { unreachable } from '../../kernel/draft.js';
import type { Flow } from '../../kernel/flow.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { wantsTwiml } from '../../wire/callbacks.js';
import { NOTHING, type Reply, twiml } from '../../wire/twiml.js';
import { PATIENCE_MS } from '../call/call.js';
import { isUnanswered, legTimer } from '../call/leg.js';
import { measureCall } from '../call/metrics.js';
import { askCaller } from '../caller/caller.js';
import { isListenRequest } from '../caller/events.js';
import { listenDocument } from '../caller/hold-twiml.js';
import { keepRecording } from '../caller/recordings.js';
import type { Effect, TimerEvent } from '../effects.js';
import { askLeg, endLeg } from '../leg/actions.js';
import { type FlowMeasurement, type Measured, type MeasuredStep, measureTimer } from '../metrics.js';
import { startTimer, stopTimer } from '../timers.js';
import { readCall, USUAL_FORWARDING, writeCall } from '../written.js';
import { doubtCaller } from './bridge.js';
import { onCallerTimer, callerGone, onCallerOutcome, onCallerRequest, callerSentAway } from './caller.js';
import type { ForwardingEvent } from './events.js';
import { hunt, huntOn, isWaiting, STEP_TIMER } from './hunt.js';
import { onLegOutcome, onLegRequest, onLegStatus, onLegTimer, onLegVerdict } from './legs.js';
import type { ForwardingConfig } from './options.js';
import { onConference } from './room.js';
import { inbound, isLost, serveAgain, tellsTheEnd, toldGoodbye } from './start.js';
import type { ForwardingState, Work } from './state.js';
import { done, type ForwardingStep, unchanged, work } from './step.js';
import { callerDocument, hangup } from './twiml.js';

/**
 * Forwarding: the caller waits in a room named after their call while people are rung; the first human gets them.
 * Keyed by the inbound Call SID.
 */
export const forwarding: Flow<ForwardingState, ForwardingEvent, Effect, Reply, ForwardingConfig> &
  Measured<ForwardingState> = {
  name: 'forwarding',
  schema: 1,
  write: (state, texts) => writeCall(state, USUAL_FORWARDING, texts),
  read: (data) => readCall(data, USUAL_FORWARDING) as ForwardingState,
  initial: () => ({ kind: 'nothing' }),
  transition,
  measure: measureForwarding,
};

function transition(state: ForwardingState, event: ForwardingEvent, config: ForwardingConfig): ForwardingStep {
  if (event.type === 'inbound') return inbound(state, event, config);
  if (state.kind === 'nothing') {
    if (event.type === 'caller.goodbye') return toldGoodbye(config);
    if (isLost(event) && state.goodbye !== true) return unchanged(state, serveAgain(event), config);
    return unchanged(state, isListenRequest(event) ? twiml() : wantsTwiml(event.type) ? hangup() : NOTHING, config);
  }

  const w = work(state, event, config);
  if (isListenRequest(event)) return unchanged(state, listenDocument(w, event), config);
  if ('round' in event && event.round < state.round && !tellsTheEnd(event)) {
    return unchanged(state, wantsTwiml(event.type) ? callerDocument(w, event, 'again') : NOTHING, config);
  }
  switch (event.type) {
    // Requests for TwiML.
    case 'caller.ended':
    case 'caller.document':
    case 'caller.fallback':
      return done(state, w, onCallerRequest(w, event));
    case 'leg.answered':
    case 'leg.key':
    case 'leg.round':
    case 'leg.document':
    case 'leg.ended':
      return done(state, w, onLegRequest(w, event));
    // Notifications.
    case 'caller.status':
      if (isFinalStatus(event.status)) callerGone(w);
      break;
    case 'caller.goodbye':
      callerSentAway(w);
      break;
    case 'leg.status':
      onLegStatus(w, event);
      break;
    case 'leg.verdict':
      onLegVerdict(w, event);
      break;
    case 'conference':
      onConference(w, event);
      break;
    case 'caller.recording':
    case 'talk.recording':
      keepRecording(w, event);
      break;
    // What became of our own work.
    case 'effect.outcome':
      if (event.effect.leg === 0) onCallerOutcome(w, event);
      else onLegOutcome(w, event);
      break;
    case 'timer':
      onTimer(w, event);
      break;
    default:
      unreachable(event);
  }
  return done(state, w, NOTHING);
}

/** A timer counts only if the state still wants it for this very time; otherwise it is late or repeated. */
function onTimer(w: Work, event: TimerEvent): void {
  if (w.s.timers[event.timer] !== event.dueAt) return;
  stopTimer(w, event.timer);
  // We or the store were away: meanwhile the caller may have been told goodbye.
  if (w.at - event.dueAt >= PATIENCE_MS && isWaiting(w)) doubtCaller(w);
  switch (event.timer) {
    case 'heartbeat':
      heartbeat(w);
      return;
    case 'deadline':
      w.s.deadlinePassed = true;
      // Who has answered finishes detection or confirmation; who rings is ended.
      for (const leg of w.s.legs) if (isUnanswered(leg.phase)) endLeg(w, leg);
      hunt(w);
      return;
    case STEP_TIMER:
      huntOn(w);
      return;
    case 'caller':
      onCallerTimer(w);
      return;
    default: {
      const leg = w.s.legs.find((candidate) => legTimer(candidate) === event.timer);
      if (leg !== undefined) onLegTimer(w, leg);
    }
  }
}

function heartbeat(w: Work): void {
  startTimer(w, 'heartbeat', w.config.heartbeatMs);
  askCaller(w);
  const leg = w.s.legs.find((candidate) => candidate.id === w.s.claim);
  if (leg?.phase === 'bridged') askLeg(w, leg);
}

/** What one committed step of a forwarded call is counted as. */
function measureForwarding(step: MeasuredStep<ForwardingState>): readonly FlowMeasurement[] {
  const { before, event, after } = step;
  return [
    ...(before.kind === 'call' ? measureTimer('forwarding', before.timers, event) : []),
    ...measureCall('forwarding', before, after, event.at),
  ];
}
