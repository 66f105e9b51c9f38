import type { InboundDecided } from '../caller/events.js';
import type { CallSid } from '../../kernel/ids.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { NOTHING, type Reply, twiml } from '../../wire/twiml.js';
import { keptCall, wouldLoop, NO_FALLBACK, PATIENCE_MS, RETRIED_MS } from '../call/call.js';
import { NOTHING_IN_FLIGHT } from '../call/party.js';
import { isWithUserTwiml } from '../caller/fallback.js';
import { greetingMs } from '../caller/hold-twiml.js';
import { startTimer } from '../timers.js';
import { verifyCaller } from './bridge.js';
import { answerCaller, callerHeld } from './caller.js';
import type { ForwardingEvent, ForwardingRequest } from './events.js';
import { hunt } from './hunt.js';
import type { ForwardingConfig } from './options.js';
import type { ForwardingState, LiveForwarding } from './state.js';
import { finish, type ForwardingStep, unchanged, beginStep } from './step.js';
import { hangup } from './twiml.js';

type CallerDocument = Extract<ForwardingRequest, { type: 'caller.document' }>;

type Lost = CallerDocument & { readonly sid: CallSid; readonly visit: number };

/** True if a caller on the line asks for the TwiML of our redirect although nothing is known of them: the state was lost. */
export function isLost(event: ForwardingEvent): event is Lost {
  return (
    event.type === 'caller.document' &&
    event.status === 'in-progress' &&
    event.sid !== undefined &&
    event.visit !== undefined
  );
}

/**
 * Sends a caller whose state was lost back to the start, where the HTTP endpoint resolves plan and settings as for a new call.
 */
export function serveAgain({ sid, visit }: Lost): Reply {
  return twiml({ verb: 'redirect', to: { flow: 'forwarding', key: sid, visit, leg: 0, purpose: 'caller.again' } });
}

/** True if the event says that the caller's call is over, whichever visit it names. */
export function tellsTheEnd(event: ForwardingEvent): boolean {
  return 'status' in event && event.status !== null && isFinalStatus(event.status);
}

/** Records the goodbye, so that a decision made later about this caller finds it and rings nobody. */
export function toldGoodbye(config: ForwardingConfig): ForwardingStep {
  return { state: { kind: 'nothing', goodbye: true }, effects: [], reply: NOTHING, keepForMs: config.keepForMs };
}

type Inbound = Extract<ForwardingRequest, { type: 'inbound' }>;

/** Begins a call, or goes on with one that is served: whatever `resolve` says of a later copy of its request does not count. */
export function inbound(
  state: ForwardingState,
  event: Inbound | InboundDecided,
  config: ForwardingConfig,
): ForwardingStep {
  const { status } = event.call;
  if (status !== 'ringing' && status !== 'in-progress') return unchanged(state, hangup(), config);
  if (state.kind === 'nothing') {
    if (state.goodbye === true) return unchanged(state, hangup(), config);
    if (event.type === 'inbound.decided') return unchanged(state, event.reply, config);
    return start(state, event, config, (event.lostVisit ?? 0) + 1);
  }
  if (state.caller.phase !== 'ended') {
    const ctx = beginStep(state, event, config);
    return finish(state, ctx, answerCaller(ctx, event, state.caller.phase === 'arriving' ? 'first' : 'again'));
  }
  if (!isWithUserTwiml(state) || status !== 'in-progress') return unchanged(state, hangup(), config);
  if (event.type === 'inbound.decided') return unchanged(state, event.reply, config);
  return start(state, event, config, state.visit + 1);
}

function start(before: ForwardingState, event: Inbound, config: ForwardingConfig, visit: number): ForwardingStep {
  const { call, settings, at } = event;
  const kept = keptCall(call);
  const earlier = before.kind === 'call' ? before : null;
  // The leg ids of the lost visit are unknown: new legs start at ids that it cannot have used.
  const lastLeg = earlier?.lastLeg ?? Math.min(event.lostVisit ?? 0, 90) * 1000;
  const fresh: LiveForwarding = {
    kind: 'call',
    visit,
    call: kept,
    settings,
    caller: {
      phase: 'arriving',
      held: false,
      inRoom: false,
      inRoomBy: at + RETRIED_MS + greetingMs(settings) + config.graceMs,
      seenAlive: false,
      isUnverified: false,
      inFlight: { ...NOTHING_IN_FLIGHT, fetch: earlier?.caller.inFlight.fetch ?? null },
      redirectTries: 0,
      ...NO_FALLBACK,
      useIfUnanswered: wouldLoop(settings.fallback, kept),
    },
    conference: null,
    // Legs of an earlier visit that are still being ended stay until they have ended.
    legs: earlier?.legs.filter((leg) => leg.phase !== 'ended') ?? [],
    winner: null,
    lastLeg,
    nextStep: 0,
    firstLegOfStep: lastLeg + 1,
    deadlinePassed: false,
    result: null,
    timers: earlier?.timers ?? {},
    effectSeq: earlier?.effectSeq ?? 0,
    timestamps: { startedAt: at },
  };
  const ctx = beginStep(fresh, event, config);
  startTimer(ctx, 'deadline', settings.deadlineSeconds * 1000);
  startTimer(ctx, 'heartbeat', config.heartbeatMs);
  if (call.status === 'in-progress') callerHeld(ctx);
  // Before that time no caller is told goodbye; a leg rung later is rung for a caller who was fetched first.
  ctx.ringBy = Math.min(call.since ?? at, at) + PATIENCE_MS;
  if (at > ctx.ringBy) verifyCaller(ctx);
  hunt(ctx);
  return finish(before, ctx, answerCaller(ctx, event, 'first'));
}
