import type { EpochMs } from '../../kernel/flow.js';
import type { CallStatus } from '../../wire/call-status.js';
import type { Effect } from '../effects.js';
import { presentFallback } from './documents.js';
import type { Fallback } from './fallback.js';
import type { Recording, WaitingCaller } from './work.js';

/** The message is recorded, or the number has hung up or not answered. */
export interface FallbackEnded {
  readonly type: 'caller.fallback';
  readonly at: EpochMs;
  readonly round?: number;
  readonly status: CallStatus;
  readonly recording: Recording | null;
  /** Whether the number that was dialled answered; `null`: it is a recording that is over. */
  readonly answered: boolean | null;
}

/** Told, not asked: the file of a message is there. */
export interface RecordingMade {
  readonly type: 'caller.recording';
  readonly at: EpochMs;
  readonly round?: number;
  readonly recording: Recording | null;
}

interface Work {
  readonly effects: Pick<Effect[], 'push'>;
  readonly s: {
    readonly call: { readonly sid: string; readonly from: string; readonly to: string };
    readonly settings: { readonly fallback: Fallback };
    readonly caller: { -readonly [Key in keyof WaitingCaller]: WaitingCaller[Key] };
  };
}

/** A message is told of once, by whichever request brings it first. */
export function keepRecording(w: Work, recording: Recording | null): void {
  const { caller, call } = w.s;
  if (recording === null || caller.recording !== null) return;
  caller.recording = recording;
  w.effects.push({
    type: 'hook.run',
    id: `hook:voicemail:${recording.sid}`,
    hook: 'voicemail',
    data: { sid: call.sid, from: call.from, to: call.to, recording },
  });
}

/** One part of the fallback is over. `true`: the number took the caller, and nothing follows. */
export function fallbackIsOver(w: Work, event: FallbackEnded): boolean {
  const { caller, settings } = w.s;
  keepRecording(w, event.recording);
  const { kind } = presentFallback(settings, caller);
  const { answered } = event;
  // A repeat of what came before the present one says nothing of it.
  if (kind === 'voicemail' && answered === null) caller.recorded = true;
  if (kind !== 'number' || answered === null) return false;
  if (!answered) caller.otherwise = true;
  return answered;
}
