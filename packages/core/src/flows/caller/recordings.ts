import type { WaitingCaller } from '../call/call.js';
import type { Effect } from '../effects.js';
import type { RecordingMade } from './events.js';

export interface RecordingContext {
  readonly effects: Pick<Effect[], 'push'>;
  readonly state: {
    readonly call: { readonly sid: string; readonly from: string; readonly to: string };
    readonly caller: { -readonly [Key in keyof WaitingCaller]: WaitingCaller[Key] };
  };
}

/** How many recordings of one call are remembered to recognise repeats: one for each person the caller has talked to. */
const REMEMBERED = 10;

/**
 * Tells the user's hook of a recording once, through whichever request reports it first; there is one message per call. A failed
 * file is reported once as well, even if the recording was already reported.
 */
export function keepRecording(
  ctx: RecordingContext,
  { type, recording }: Pick<RecordingMade, 'type' | 'recording'>,
): void {
  const { caller, call } = ctx.state;
  if (recording === null) return;
  const failed = recording.failed === true;
  const told = failed ? `${recording.sid}:failed` : recording.sid;
  if (type === 'caller.recording') {
    if (caller.recording !== null && (!failed || caller.recording.failed === true)) return;
    caller.recording = recording;
  } else {
    if (caller.talks.includes(told) || caller.talks.includes(`${recording.sid}:failed`)) return;
    caller.talks = [...caller.talks, told].slice(-REMEMBERED);
  }
  const hook = type === 'caller.recording' ? 'voicemail' : 'recording';
  ctx.effects.push({
    type: 'hook.run',
    id: `hook:${hook}:${told}`,
    hook,
    data: { sid: call.sid, from: call.from, to: call.to, recording },
  });
}
