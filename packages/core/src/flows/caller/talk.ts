import type { EpochMs } from '../../kernel/flow.js';
import { twiml, type Reply } from '../../wire/twiml.js';
import type { Effect } from '../effects.js';
import { say } from '../leg/documents.js';
import type { LegDraft } from '../leg/work.js';
import type { Texts } from './texts.js';
import type { Recording, WaitingCaller } from './work.js';

/** The caller's side asks what to play: nothing changes by it. `wait`: while they are on hold; `whisper`: when they are connected. */
export interface ListenRequest {
  readonly type: 'caller.wait' | 'caller.whisper';
  readonly at: EpochMs;
  readonly round?: number;
  /** They have heard the wait document before. */
  readonly again?: boolean;
}

export function isListening(event: { readonly type: string }): event is ListenRequest {
  return event.type === 'caller.wait' || event.type === 'caller.whisper';
}

/** Told, not asked: the file of a recorded talk is there. */
export interface TalkRecorded {
  readonly type: 'talk.recording';
  readonly at: EpochMs;
  readonly round?: number;
  readonly recording: Recording | null;
}

/** So many recordings of one call are told apart from their repeats: one for each person the caller has talked to. */
const REMEMBERED = 10;

/** Each recording is told of once, at least. */
export function keepTalk(
  w: {
    readonly effects: Pick<Effect[], 'push'>;
    readonly s: {
      readonly call: { readonly sid: string; readonly from: string; readonly to: string };
      readonly caller: { -readonly [Key in keyof WaitingCaller]: WaitingCaller[Key] };
    };
  },
  recording: Recording | null,
): void {
  const { caller, call } = w.s;
  if (recording === null || caller.talks.includes(recording.sid)) return;
  caller.talks = [...caller.talks, recording.sid].slice(-REMEMBERED);
  w.effects.push({
    type: 'hook.run',
    id: `hook:recording:${recording.sid}`,
    hook: 'recording',
    data: { sid: call.sid, from: call.from, to: call.to, recording },
  });
}

/** Who has taken the call, told to the caller. */
export function whisperDocument(
  settings: { readonly texts: Texts; readonly voice: string | null; readonly language: string | null },
  leg: LegDraft | undefined,
): Reply {
  const { connected, somebody } = settings.texts;
  if (connected === '' || leg === undefined) return twiml();
  return twiml(
    say(
      settings,
      connected.replaceAll('{name}', () => leg.target.name ?? somebody),
    ),
  );
}
