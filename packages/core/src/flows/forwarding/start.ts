import type { CallSid } from '../../kernel/ids.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { NOTHING, type Reply, twiml } from '../../wire/twiml.js';
import { keptCall, wouldLoop, NO_FALLBACK, PATIENCE_MS, RETRIED_MS } from '../call/call.js';
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

type Lost = CallerDocument & { readonly sid: CallSid; readonly round: number };

/** A caller on the line asks for what we sent them to fetch, and nothing is known of them: the state was lost. */
export function isLost(event: ForwardingEvent): event is Lost {
  return (
    event.type === 'caller.document' &&
    event.status === 'in-progress' &&
    event.sid !== undefined &&
    event.round !== undefined
  );
}

/** With whom and how is asked for at the edge, as for every new call. */
export function serveAgain({ sid, round }: Lost): Reply {
  return twiml({ verb: 'redirect', to: { flow: 'forwarding', key: sid, round, leg: 0, purpose: 'caller.again' } });
}

/** The caller's call is over, whichever round says so. */
export function tellsTheEnd(event: ForwardingEvent): boolean {
  return 'status' in event && event.status !== null && isFinalStatus(event.status);
}

/** What is decided late about this caller must find it written down, so that nobody is rung for them. */
export function toldGoodbye(config: ForwardingConfig): ForwardingStep {
  return { state: { kind: 'nothing', goodbye: true }, effects: [], reply: NOTHING, keepForMs: config.keepForMs };
}

type Inbound = Extract<ForwardingRequest, { type: 'inbound' }>;

export function inbound(state: ForwardingState, event: Inbound, config: ForwardingConfig): ForwardingStep {
  const { status } = event.call;
  if (status !== 'ringing' && status !== 'in-progress') return unchanged(state, hangup(), config);
  if (state.kind === 'nothing') {
    if (state.goodbye === true) return unchanged(state, hangup(), config);
    return start(state, event, config, (event.lostRound ?? 0) + 1);
  }
  if (state.caller.phase !== 'ended') {
    const ctx = beginStep(state, event, config);
    return finish(state, ctx, answerCaller(ctx, event, state.caller.phase === 'arriving' ? 'first' : 'again'));
  }
  if (isWithUserTwiml(state) && status === 'in-progress') return start(state, event, config, state.round + 1);
  return unchanged(state, hangup(), config);
}

function start(before: ForwardingState, event: Inbound, config: ForwardingConfig, round: number): ForwardingStep {
  const { call, settings, at } = event;
  const earlier = before.kind === 'call' ? before : null;
  // What the legs of a lost round are called is not known: these are called otherwise.
  const lastLeg = earlier?.lastLeg ?? Math.min(event.lostRound ?? 0, 90) * 1000;
  const fresh: LiveForwarding = {
    kind: 'call',
    round,
    call: keptCall(call),
    settings,
    caller: {
      phase: 'arriving',
      held: false,
      inRoom: false,
      roomBy: at + RETRIED_MS + greetingMs(settings) + config.graceMs,
      seenAlive: false,
      doubt: false,
      fetching: earlier?.caller.fetching ?? false,
      hangingUp: false,
      redirecting: null,
      redirectTries: 0,
      ...NO_FALLBACK,
      otherwise: wouldLoop(settings.fallback, call),
    },
    conference: null,
    // Legs of an earlier round that are still being ended stay until they are.
    legs: earlier?.legs.filter((leg) => leg.phase !== 'ended') ?? [],
    claim: null,
    lastLeg,
    nextStep: 0,
    stepFrom: lastLeg + 1,
    deadlinePassed: false,
    result: null,
    timers: earlier?.timers ?? {},
    asked: earlier?.asked ?? 0,
    story: { startedAt: at },
  };
  const ctx = beginStep(fresh, event, config);
  startTimer(ctx, 'deadline', settings.deadlineSeconds * 1000);
  startTimer(ctx, 'heartbeat', config.heartbeatMs);
  if (call.status === 'in-progress') callerHeld(ctx);
  // Nobody is told goodbye before that; whoever is rung later is rung for a caller who was looked at.
  ctx.ringBy = Math.min(call.since ?? at, at) + PATIENCE_MS;
  if (at > ctx.ringBy) verifyCaller(ctx);
  hunt(ctx);
  return finish(before, ctx, answerCaller(ctx, event, 'first'));
}
