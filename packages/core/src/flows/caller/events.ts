import type { EpochMs } from '../../kernel/flow.js';
import type { CallStatus } from '../../wire/call-status.js';
import type { Recording } from '../call/call.js';

/** The message is recorded, or the number has hung up or not answered. */
export interface FallbackEnded {
  readonly type: 'caller.fallback';
  readonly at: EpochMs;
  readonly visit?: number;
  /** Which part it was. */
  readonly part?: number;
  readonly status: CallStatus;
  readonly recording: Recording | null;
  /** Whether the number that was dialled answered; `null`: it is a recording that is over. */
  readonly answered: boolean | null;
}

/** The caller's side asks what to play: nothing changes by it. `wait`: while they are on hold; `whisper`: when they are connected. */
export interface ListenRequest {
  readonly type: 'caller.wait' | 'caller.whisper';
  readonly at: EpochMs;
  readonly visit?: number;
  /** They have heard the wait document before. */
  readonly again?: boolean;
}

/** Asked while they wait, and changes nothing. */
export function isListenRequest(event: { readonly type: string }): event is ListenRequest {
  return event.type === 'caller.wait' || event.type === 'caller.whisper';
}

/** Told, not asked: the file of a message, or of a recorded talk, is there. */
export interface RecordingMade {
  readonly type: 'caller.recording' | 'talk.recording';
  readonly at: EpochMs;
  readonly visit?: number;
  readonly recording: Recording | null;
}

/** A request for TwiML that the caller's own call makes, and carries out. */
export function isCallerRequest({ type }: { readonly type: string }): boolean {
  return ['inbound', 'caller.ended', 'caller.document', 'caller.fallback', 'caller.key'].includes(type);
}
