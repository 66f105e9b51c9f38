import { assertNever } from '../../kernel/draft.js';
import type { CallbackRef } from '../../wire/callbacks.js';
import type { Params, Parsed } from '../../wire/params.js';
import {
  type LegReading,
  parseCall,
  parseConference,
  parseLeg,
  parseStatus,
  parseVerdict,
} from '../../wire/payloads.js';
import { parseFallback, parseRecording } from '../../wire/recordings.js';
import type { ForwardingNotification, ForwardingRequest } from '../../flows/forwarding/events.js';
import type { Untimed } from '../../runtime/runtime.js';

type WebhookEvent = Untimed<Exclude<ForwardingRequest, { type: 'inbound' }> | ForwardingNotification>;

/** `null`: well formed, but none of our business. */
export type Translation<Event = WebhookEvent> = Parsed<{ readonly event: Event | null }>;

/** A callback with a reference becomes an event of the flow. */
export function translate(ref: CallbackRef, params: Params): Translation {
  switch (ref.purpose) {
    case 'caller.ended':
    case 'caller.document':
      return ofCaller(ref.purpose, ref, params);
    case 'caller.fallback':
      return ofFallback(ref, params);
    case 'caller.recording':
    case 'talk.recording':
      return ofRecording(ref.purpose, ref, params);
    case 'caller.wait':
    case 'caller.progress':
    case 'caller.whisper':
      return ofListening(ref.purpose, ref);
    // The endpoint serves `again` like a new call; a key is given out and read by the TaskRouter endpoint only.
    case 'caller.again':
    case 'caller.key':
      return { ok: true, event: null };
    case 'conference':
      return ofConference(ref, params);
    case 'leg.answered':
    case 'leg.key':
    case 'leg.poll':
    case 'leg.document':
    case 'leg.ended':
      return ofLeg(ref.purpose, ref, params);
    case 'leg.status':
      return ofLegStatus(ref, params);
    case 'leg.verdict':
      return ofLegVerdict(ref, params);
    default:
      return assertNever(ref.purpose);
  }
}

function ofCaller(type: 'caller.ended' | 'caller.document', ref: CallbackRef, params: Params): Translation {
  const call = parseCall(params);
  if (!call.ok) return call;
  // Somebody else's call, or a leg's reference on a caller's path.
  if (call.sid !== ref.key || ref.leg !== 0) return { ok: true, event: null };
  const told = { visit: ref.visit, status: call.status };
  return {
    ok: true,
    event: type === 'caller.ended' ? { type, ...told } : { type, ...told, ...partOf(ref), sid: call.sid },
  };
}

function ofFallback(ref: CallbackRef, params: Params): Translation {
  const parsed = parseFallback(params);
  if (!parsed.ok) return parsed;
  const { sid, status, recording, answered } = parsed;
  if (sid !== ref.key || ref.leg !== 0) return { ok: true, event: null };
  return {
    ok: true,
    event: { type: 'caller.fallback', visit: ref.visit, ...partOf(ref), status, recording, answered },
  };
}

/** The part of the fallback, if it is about one. */
export function partOf({ part }: CallbackRef): { readonly part?: number } {
  return part === undefined ? {} : { part };
}

/** A conference's recording is of no call: the reference, which is signed, says whose talk it is. */
function ofRecording(type: 'caller.recording' | 'talk.recording', ref: CallbackRef, params: Params): Translation {
  const parsed = parseRecording(params);
  if (!parsed.ok) return parsed;
  const isOurs = type === 'talk.recording' || params.get('CallSid') === ref.key;
  if (!isOurs || ref.leg !== 0) return { ok: true, event: null };
  return { ok: true, event: { type, visit: ref.visit, recording: parsed.recording } };
}

/** Whoever plays it: the caller's own call, the queue or the conference. The reference says whose it is. */
function ofListening(
  purpose: 'caller.wait' | 'caller.progress' | 'caller.whisper',
  { leg, visit }: CallbackRef,
): Translation {
  if (leg !== 0) return { ok: true, event: null };
  if (purpose === 'caller.whisper') return { ok: true, event: { type: purpose, visit } };
  return { ok: true, event: { type: 'caller.wait', visit, again: purpose === 'caller.progress' } };
}

function ofConference(ref: CallbackRef, params: Params): Translation {
  const parsed = parseConference(params);
  if (!parsed.ok) return parsed;
  const { event, sid, conference, reason, status } = parsed;
  return {
    ok: true,
    event:
      event === null || ref.leg !== 0
        ? null
        : { type: 'conference', visit: ref.visit, event, sid, conference, reason, status },
  };
}

type LegRequestType = Extract<ForwardingRequest, { leg: number }>['type'];

const LEG_READINGS: Readonly<Record<LegRequestType, LegReading>> = {
  'leg.answered': 'answered',
  'leg.key': 'key',
  'leg.poll': 'asked',
  'leg.document': 'asked',
  'leg.ended': 'asked',
};

export function ofLeg(type: LegRequestType, ref: CallbackRef, params: Params): Translation {
  const parsed = parseLeg(params, LEG_READINGS[type]);
  if (!parsed.ok) return parsed;
  const { sid, status, answeredBy, digits, speech } = parsed;
  // The caller's own call is never a leg.
  if (sid === ref.key || ref.leg === 0) return { ok: true, event: null };
  const leg = { leg: ref.leg, sid, status };
  if (type === 'leg.answered') return { ok: true, event: { type, answeredBy, ...leg } };
  if (type === 'leg.key')
    return { ok: true, event: { type, digits, ...(speech === undefined ? {} : { speech }), ...leg } };
  return { ok: true, event: { type, ...partOf(ref), ...leg } as WebhookEvent };
}

function ofLegStatus(ref: CallbackRef, params: Params): Translation {
  const parsed = parseStatus(params);
  if (!parsed.ok) return parsed;
  const { sid, status, answeredBy, sipCode } = parsed;
  if (sid === ref.key || ref.leg === 0) return { ok: true, event: null };
  return { ok: true, event: { type: 'leg.status', leg: ref.leg, sid, status, answeredBy, sipCode } };
}

function ofLegVerdict(ref: CallbackRef, params: Params): Translation {
  const parsed = parseVerdict(params);
  if (!parsed.ok) return parsed;
  const { sid, answeredBy, durationMs } = parsed;
  if (sid === ref.key || ref.leg === 0) return { ok: true, event: null };
  return { ok: true, event: { type: 'leg.verdict', leg: ref.leg, sid, answeredBy, durationMs } };
}
