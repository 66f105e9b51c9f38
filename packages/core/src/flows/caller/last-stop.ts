import type { EpochMs } from '../../kernel/flow.js';
import type { CallStatus } from '../../wire/call-status.js';
import { presentFallback } from './documents.js';
import type { Fallback } from './fallback.js';
import { keepRecording, type RecordingWork } from './recordings.js';
import { partOf, type Recording } from './work.js';

/** The message is recorded, or the number has hung up or not answered. */
export interface FallbackEnded {
  readonly type: 'caller.fallback';
  readonly at: EpochMs;
  readonly round?: number;
  /** Which part it was. */
  readonly part?: number;
  readonly status: CallStatus;
  readonly recording: Recording | null;
  /** Whether the number that was dialled answered; `null`: it is a recording that is over. */
  readonly answered: boolean | null;
}

interface Work extends RecordingWork {
  readonly s: RecordingWork['s'] & {
    readonly settings: { readonly fallback: Fallback };
    readonly caller: { readonly phase: string };
  };
}

/** One part of the fallback is over. `true`: the number took the caller, and nothing follows. */
export function fallbackIsOver(w: Work, event: FallbackEnded): boolean {
  const { caller, settings } = w.s;
  keepRecording(w, { type: 'caller.recording', recording: event.recording });
  // A repeat of what came before the present part says nothing of it.
  if (caller.phase !== 'fallingBack' || event.part !== partOf(caller)) return false;
  const { kind } = presentFallback(settings, caller);
  const { answered } = event;
  if (kind === 'voicemail' && answered === null) caller.recorded = true;
  if (kind !== 'number' || answered === null) return false;
  if (!answered) caller.otherwise = true;
  return answered;
}
