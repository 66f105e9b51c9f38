import { unreachable } from '../../kernel/draft.js';
import { type Reply, twiml } from '../../wire/twiml.js';
import { type Addressed, callbackRef, type CallerWork, type WaitingCaller } from '../call/call.js';
import { leadTo, say } from '../call/say.js';
import { type Fallback, leavesOurHands } from '../settings/fallback.js';
import type { Texts } from '../settings/texts.js';
import { expectAtFallback, fallbackRef, partOf } from './caller.js';
import type { FallbackEnded } from './events.js';
import { keepRecording, type RecordingWork } from './recordings.js';

export interface Spoken {
  readonly fallback: Fallback;
  readonly texts: Texts;
  readonly voice: string | null;
  readonly language: string | null;
  readonly timeLimitSeconds: number;
  readonly record: boolean;
}

/** The fallback that it is the turn of. */
export function presentFallback(
  settings: Pick<Spoken, 'fallback'>,
  { otherwise }: Pick<WaitingCaller, 'otherwise'>,
): Fallback {
  const { fallback } = settings;
  return fallback.kind === 'number' && otherwise ? fallback.otherwise : fallback;
}

/** They are with TwiML of the user's, from where they may come back. */
export function isElsewhere(s: {
  readonly result: string | null;
  readonly settings: Pick<Spoken, 'fallback'>;
  readonly caller: Pick<WaitingCaller, 'otherwise' | 'over'>;
}): boolean {
  return s.result === 'handedOn' && s.caller.over !== true && leavesOurHands(presentFallback(s.settings, s.caller));
}

/** Whether a request is for the present part of the fallback: copies of what came before are for earlier parts, or for none. */
export function isForFallback(
  event: { readonly type: string; readonly part?: number | undefined },
  caller: Pick<WaitingCaller, 'otherwise' | 'recorded'>,
): boolean {
  return event.type === 'caller.document' && event.part === partOf(caller);
}

/** The way to the fallback, whatever was asked for. */
export function wayToFallback(w: CallerWork): Reply {
  expectAtFallback(w);
  return leadTo(fallbackRef(w, 'caller.document'), w.s.caller.redirecting !== null);
}

/** What the caller hears when nobody can be reached. */
export function fallbackVerbs(
  w: Addressed & {
    readonly s: { readonly settings: Spoken; readonly caller: Pick<WaitingCaller, 'otherwise' | 'recorded'> };
  },
): Reply {
  const { settings, caller } = w.s;
  const { texts, timeLimitSeconds } = settings;
  const fallback = presentFallback(settings, caller);
  switch (fallback.kind) {
    case 'say':
      return twiml(say(settings, texts.unavailable), { verb: 'hangup' });
    case 'redirect':
      return twiml({ verb: 'redirect', to: { url: fallback.url } });
    case 'number':
      return twiml({
        verb: 'dial.number',
        to: fallback.to,
        action: fallbackRef(w, 'caller.fallback'),
        timeoutSeconds: fallback.ringSeconds,
        timeLimitSeconds,
        ...(settings.record ? { recording: callbackRef(w, 0, 'talk.recording') } : {}),
      });
    case 'voicemail': {
      if (caller.recorded) return twiml(say(settings, texts.recorded), { verb: 'hangup' });
      const { maxSeconds, silenceSeconds } = fallback;
      const action = fallbackRef(w, 'caller.fallback');
      const statusCallback = callbackRef(w, 0, 'caller.recording');
      // Who says nothing falls through to the end of the document (twilio.com/docs/voice/twiml/record).
      return twiml(
        say(settings, texts.voicemail),
        { verb: 'record', action, maxSeconds, silenceSeconds, statusCallback },
        { verb: 'hangup' },
      );
    }
    default:
      return unreachable(fallback);
  }
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
