import type { WaitingCaller } from '../call/call.js';
import { toldAs } from '../call/tells.js';
import type { RecordingMade } from './events.js';

export interface RecordingContext {
  readonly state: {
    readonly caller: { -readonly [Key in keyof WaitingCaller]: WaitingCaller[Key] };
  };
}

/** How many recordings of one call are remembered to recognise repeats: one for each person the caller has talked to. */
const REMEMBERED = 10;

/**
 * Keeps a recording once, for the user's hook, through whichever request reports it first; there is one message per call. A failed
 * file is reported once as well, even if the recording was already reported.
 */
export function keepRecording(
  ctx: RecordingContext,
  { type, recording }: Pick<RecordingMade, 'type' | 'recording'>,
): void {
  const { caller } = ctx.state;
  if (recording === null) return;
  const failed = recording.failed === true;
  if (type === 'caller.recording') {
    if (caller.recording !== null && (!failed || caller.recording.failed === true)) return;
    caller.recording = recording;
  } else {
    const told = toldAs(recording);
    if (caller.talks.includes(told) || caller.talks.includes(`${recording.sid}:failed`)) return;
    caller.talks = [...caller.talks, told].slice(-REMEMBERED);
  }
}
