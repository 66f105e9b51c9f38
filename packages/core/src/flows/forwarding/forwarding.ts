import { assertNever } from '../../kernel/draft.js';
import type { Flow } from '../../kernel/flow.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { wantsTwiml } from '../../wire/callbacks.js';
import { NOTHING, type Reply, twiml } from '../../wire/twiml.js';
import { PATIENCE_MS } from '../call/call.js';
import { isUnanswered, legTimer } from '../call/leg.js';
import { CALL_HOOKS } from '../call/hooks.js';
import { callTells } from '../call/tells.js';
import { callMetrics } from '../call/metrics.js';
import { refreshCaller } from '../caller/caller.js';
import { isListenRequest } from '../caller/events.js';
import { listenDocument } from '../caller/hold-twiml.js';
import { keepRecording } from '../caller/recordings.js';
import type { Effect, TimerEvent } from '../effects.js';
import { refreshLeg, hangUpLeg } from '../leg/actions.js';
import { type FlowMeasurement, type WithMetrics, type CommittedStep, measureTimer } from '../metrics.js';
import type { Tells } from '../tells.js';
import { startTimer, stopTimer } from '../timers.js';
import { readCall, USUAL_FORWARDING, writeCall } from '../written.js';
import { verifyCaller } from './bridge.js';
import { onCallerTimer, callerGone, onCallerOutcome, onCallerRequest, callerSentAway } from './caller.js';
import type { ForwardingEvent } from './events.js';
import { hunt, startNextStep, STEP_TIMER } from './hunt.js';
import { onLegNotification, onLegRequest, onLegTimer } from './legs.js';
import { DEFAULT_FORWARDING_CONFIG, type ForwardingConfig } from './options.js';
import { onConference } from './room.js';
import { inbound, isLost, serveAgain, tellsTheEnd, toldGoodbye } from './start.js';
import { type ForwardingContext, type ForwardingState, isWaiting } from './state.js';
import { finish, type ForwardingStep, unchanged, beginStep } from './step.js';
import { callerDocument, hangup } from './twiml.js';

/**
 * Forwarding: the caller waits in a room named after their call while callees are rung; the first human gets them. Keyed by the
 * inbound Call SID.
 */
export const forwarding: Flow<ForwardingState, ForwardingEvent, Effect, Reply, ForwardingConfig> &
  WithMetrics<ForwardingState> &
  Tells<ForwardingState> = {
  name: 'forwarding',
  schema: 1,
  hooks: CALL_HOOKS,
  defaults: DEFAULT_FORWARDING_CONFIG,
  write: (state, texts) => writeCall(state, USUAL_FORWARDING, texts),
  read: (data) => readCall(data, USUAL_FORWARDING) as ForwardingState,
  initial: () => ({ kind: 'nothing' }),
  transition,
  tells: (step) => callTells('forwarding', step),
  measure: measureForwarding,
};

function transition(state: ForwardingState, event: ForwardingEvent, config: ForwardingConfig): ForwardingStep {
  if (event.type === 'inbound' || event.type === 'inbound.decided') return inbound(state, event, config);
  if (state.kind === 'nothing') {
    if (event.type === 'caller.goodbye') return toldGoodbye(config);
    if (isLost(event) && state.goodbye !== true) return unchanged(state, serveAgain(event), config);
    return unchanged(state, isListenRequest(event) ? twiml() : wantsTwiml(event.type) ? hangup() : NOTHING, config);
  }

  const ctx = beginStep(state, event, config);
  if (isListenRequest(event)) return unchanged(state, listenDocument(ctx, event), config);
  if ('visit' in event && event.visit < state.visit && !tellsTheEnd(event)) {
    return unchanged(state, wantsTwiml(event.type) ? callerDocument(ctx, event, 'again') : NOTHING, config);
  }
  switch (event.type) {
    // Requests for TwiML.
    case 'caller.ended':
    case 'caller.document':
    case 'caller.fallback':
      return finish(state, ctx, onCallerRequest(ctx, event));
    case 'leg.answered':
    case 'leg.key':
    case 'leg.poll':
    case 'leg.document':
    case 'leg.ended':
      return finish(state, ctx, onLegRequest(ctx, event));
    // Notifications.
    case 'caller.status':
      if (isFinalStatus(event.status)) callerGone(ctx);
      break;
    case 'caller.goodbye':
      callerSentAway(ctx);
      break;
    case 'leg.status':
    case 'leg.verdict':
      onLegNotification(ctx, event);
      break;
    case 'conference':
      onConference(ctx, event);
      break;
    case 'caller.recording':
    case 'talk.recording':
      keepRecording(ctx, event);
      break;
    // Outcomes of our own requests.
    case 'effect.outcome':
      if (event.effect.leg === 0) onCallerOutcome(ctx, event);
      else onLegNotification(ctx, event);
      break;
    case 'timer':
      onTimer(ctx, event);
      break;
    default:
      assertNever(event);
  }
  return finish(state, ctx, NOTHING);
}

/** Handles a timer. It counts only if the state still wants it for exactly this time; otherwise it is late or repeated. */
function onTimer(ctx: ForwardingContext, event: TimerEvent): void {
  if (ctx.state.timers[event.timer] !== event.dueAt) return;
  stopTimer(ctx, event.timer);
  // The process or the store was down: meanwhile the caller may have been told goodbye.
  if (ctx.at - event.dueAt >= PATIENCE_MS && isWaiting(ctx)) verifyCaller(ctx);
  switch (event.timer) {
    case 'heartbeat':
      heartbeat(ctx);
      return;
    case 'deadline':
      ctx.state.deadlinePassed = true;
      // Answered legs finish detection or confirmation; ringing legs are ended.
      for (const leg of ctx.state.legs) if (isUnanswered(leg.phase)) hangUpLeg(ctx, leg);
      hunt(ctx);
      return;
    case STEP_TIMER:
      startNextStep(ctx);
      return;
    case 'caller':
      onCallerTimer(ctx);
      return;
    default: {
      const leg = ctx.state.legs.find((candidate) => legTimer(candidate) === event.timer);
      if (leg !== undefined) onLegTimer(ctx, leg);
    }
  }
}

function heartbeat(ctx: ForwardingContext): void {
  startTimer(ctx, 'heartbeat', ctx.config.heartbeatMs);
  refreshCaller(ctx);
  const leg = ctx.state.legs.find((candidate) => candidate.id === ctx.state.winner);
  if (leg?.phase === 'bridged') refreshLeg(ctx, leg);
}

/** Measures one committed step of a forwarded call. */
function measureForwarding(step: CommittedStep<ForwardingState>): readonly FlowMeasurement[] {
  const { before, event, after } = step;
  return [
    ...(before.kind === 'call' ? measureTimer('forwarding', before.timers, event) : []),
    ...callMetrics('forwarding', before, after, event.at),
  ];
}
