import { wantsTwiml } from '../../wire/callbacks.js';
import type { CallSid } from '../../kernel/brand.js';
import { unreachable } from '../../kernel/draft.js';
import type { Flow, Step } from '../../kernel/flow.js';
import { isFinalStatus } from '../../wire/call-status.js';
import { NOTHING, twiml, type Reply } from '../../wire/twiml.js';
import type { Effect } from '../effects.js';
import { greetingMs, isElsewhere } from '../caller/documents.js';
import { leadsBack } from '../caller/fallback.js';
import { isListenRequest, listenDocument } from '../caller/listen.js';
import { keptCall } from '../caller/kept-call.js';
import { PATIENCE_MS, RETRIED_MS } from '../caller/patience.js';
import { NO_FALLBACK } from '../caller/work.js';
import { onLegRequest } from './legs.js';
import { startTimer } from '../leg/work.js';
import type { Measured } from '../measurements.js';
import { timerEffects } from '../timers.js';
import { readCall, USUAL_FORWARDING, writeCall } from '../written.js';
import { alarm } from './alarms.js';
import { answerCaller, callerHeld, doubtCaller } from './caller.js';
import type { ForwardingConfig } from './config.js';
import { callerDocument, hangup } from './documents.js';
import type { Work } from './draft.js';
import type { ForwardingEvent, ForwardingRequest } from './events.js';
import { hunt } from './hunt.js';
import { measureForwarding } from './measure.js';
import { notification } from './notifications.js';
import { outcome } from './outcomes.js';
import { callerRequest } from './requests.js';
import { isFinal, type ForwardingState, type LiveForwarding } from './state.js';
import { work } from './work.js';

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

type ForwardingStep = Step<ForwardingState, Effect, Reply>;

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
    case 'caller.ended':
    case 'caller.document':
    case 'caller.fallback':
      return done(state, w, callerRequest(w, event));
    case 'leg.answered':
    case 'leg.key':
    case 'leg.round':
    case 'leg.document':
    case 'leg.ended':
      return done(state, w, onLegRequest(w, event));
    case 'caller.status':
    case 'caller.goodbye':
    case 'conference':
    case 'leg.status':
    case 'leg.verdict':
    case 'caller.recording':
    case 'talk.recording':
      notification(w, event);
      return done(state, w, NOTHING);
    case 'effect.outcome':
      outcome(w, event);
      return done(state, w, NOTHING);
    case 'timer':
      alarm(w, event);
      return done(state, w, NOTHING);
    default:
      return unreachable(event);
  }
}

type CallerDocument = Extract<ForwardingRequest, { type: 'caller.document' }>;
type Lost = CallerDocument & { readonly sid: CallSid; readonly round: number };

/** A caller on the line asks for what we sent them to fetch, and nothing is known of them: the state was lost. */
function isLost(event: ForwardingEvent): event is Lost {
  return (
    event.type === 'caller.document' &&
    event.status === 'in-progress' &&
    event.sid !== undefined &&
    event.round !== undefined
  );
}

/** With whom and how is asked for at the edge, as for every new call. */
function serveAgain({ sid, round }: Lost): Reply {
  return twiml({ verb: 'redirect', to: { flow: 'forwarding', key: sid, round, leg: 0, purpose: 'caller.again' } });
}

/** The caller's call is over, whichever round says so. */
function tellsTheEnd(event: ForwardingEvent): boolean {
  return 'status' in event && event.status !== null && isFinalStatus(event.status);
}

/** What is decided late about this caller must find it written down, so that nobody is rung for them. */
function toldGoodbye(config: ForwardingConfig): ForwardingStep {
  return { state: { kind: 'nothing', goodbye: true }, effects: [], reply: NOTHING, keepForMs: config.keepForMs };
}

type Inbound = Extract<ForwardingRequest, { type: 'inbound' }>;

function inbound(state: ForwardingState, event: Inbound, config: ForwardingConfig): ForwardingStep {
  const { status } = event.call;
  if (status !== 'ringing' && status !== 'in-progress') return unchanged(state, hangup(), config);
  if (state.kind === 'nothing') {
    if (state.goodbye === true) return unchanged(state, hangup(), config);
    return start(state, event, config, (event.lostRound ?? 0) + 1);
  }
  if (state.caller.phase !== 'ended') {
    const w = work(state, event, config);
    return done(state, w, answerCaller(w, event, state.caller.phase === 'arriving' ? 'first' : 'again'));
  }
  if (isElsewhere(state) && status === 'in-progress') return start(state, event, config, state.round + 1);
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
      otherwise: leadsBack(settings.fallback, call),
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
  const w = work(fresh, event, config);
  startTimer(w, 'deadline', settings.deadlineSeconds * 1000);
  startTimer(w, 'heartbeat', config.heartbeatMs);
  if (call.status === 'in-progress') callerHeld(w);
  // Nobody is told goodbye before that; whoever is rung later is rung for a caller who was looked at.
  w.ringBy = Math.min(call.since ?? at, at) + PATIENCE_MS;
  if (at > w.ringBy) doubtCaller(w);
  hunt(w);
  return done(before, w, answerCaller(w, event, 'first'));
}

function done(before: ForwardingState, w: Work, reply: Reply): ForwardingStep {
  const earlier = before.kind === 'call' ? before : null;
  const state: LiveForwarding = { ...w.s, legs: w.s.legs.after() };
  const timers = timerEffects(earlier?.timers ?? {}, state.timers);
  return {
    state,
    effects: [...w.effects, ...timers],
    reply,
    keepForMs: isFinal(state) ? w.config.keepForMs : null,
  };
}

/** Writes nothing: not a call of ours, or one that is over. */
function unchanged(state: ForwardingState, reply: Reply, config: ForwardingConfig): ForwardingStep {
  return { state, effects: [], reply, keepForMs: isFinal(state) || state.kind === 'nothing' ? config.keepForMs : null };
}
