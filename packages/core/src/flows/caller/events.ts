import type { EpochMs } from '../../kernel/flow.js';
import type { CallStatus } from '../../wire/call-status.js';
import type { Reply } from '../../wire/twiml.js';
import type { InboundCall, Recording } from '../call/call.js';

/** The user has decided that nobody is rung for a call. `reply`: the answer, unless the caller is served already. */
export interface InboundDecided {
  readonly type: 'inbound.decided';
  readonly at: EpochMs;
  readonly call: InboundCall;
  readonly reply: Reply;
}

/** The message is recorded, or the fallback number has hung up or did not answer. */
export interface FallbackEnded {
  readonly type: 'caller.fallback';
  readonly at: EpochMs;
  readonly visit?: number;
  /** The part of the fallback that is over. */
  readonly part?: number;
  readonly status: CallStatus;
  readonly recording: Recording | null;
  /** Whether the fallback number answered; `null`: it was a recording. */
  readonly answered: boolean | null;
}

/** The caller's side asks what to play, which changes no state. `wait`: on hold; `whisper`: when connected. */
export interface ListenRequest {
  readonly type: 'caller.wait' | 'caller.whisper';
  readonly at: EpochMs;
  readonly visit?: number;
  /** The caller has heard the wait document before. */
  readonly again?: boolean;
}

/** True for requests that only ask what to play, and change no state. */
export function isListenRequest(event: { readonly type: string }): event is ListenRequest {
  return event.type === 'caller.wait' || event.type === 'caller.whisper';
}

/** A notification that the file of a message or of a recorded talk is ready. */
export interface RecordingMade {
  readonly type: 'caller.recording' | 'talk.recording';
  readonly at: EpochMs;
  readonly visit?: number;
  readonly recording: Recording | null;
}

/** True for requests for TwiML that the caller's own call makes and whose answer it executes. */
export function isCallerRequest({ type }: { readonly type: string }): boolean {
  return ['inbound', 'inbound.decided', 'caller.ended', 'caller.document', 'caller.fallback', 'caller.key'].includes(
    type,
  );
}
