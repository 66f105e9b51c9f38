import { assertNever } from '../../kernel/draft.js';
import { type Reply, twiml } from '../../wire/twiml.js';
import { type Addressed, callbackRef, type CallerContext, type WaitingCaller } from '../call/call.js';
import { leadTo, say } from '../call/say.js';
import { type Fallback, leavesOurHands } from '../settings/fallback.js';
import type { Texts } from '../settings/texts.js';
import { expectAtFallback, fallbackRef, partOf } from './caller.js';
import type { FallbackEnded } from './events.js';
import { keepRecording, type RecordingContext } from './recordings.js';

export interface Spoken {
  readonly fallback: Fallback;
  readonly texts: Texts;
  readonly voice: string | null;
  readonly language: string | null;
  readonly timeLimitSeconds: number;
  readonly record: boolean;
}

/** Returns the fallback that is current: the chosen one, or what follows a number that did not answer. */
export function currentFallback(
  settings: Pick<Spoken, 'fallback'>,
  { useIfUnanswered }: Pick<WaitingCaller, 'useIfUnanswered'>,
): Fallback {
  const { fallback } = settings;
  return fallback.kind === 'number' && useIfUnanswered ? fallback.ifUnanswered : fallback;
}

/** True while the caller is with TwiML of the user's, from where they may come back. */
export function isWithUserTwiml(state: {
  readonly result: string | null;
  readonly settings: Pick<Spoken, 'fallback'>;
  readonly caller: Pick<WaitingCaller, 'useIfUnanswered' | 'over'>;
}): boolean {
  return (
    state.result === 'handedOff' &&
    state.caller.over !== true &&
    leavesOurHands(currentFallback(state.settings, state.caller))
  );
}

/** True if a request is for the current part of the fallback. Repeats of earlier requests name an earlier part, or none. */
export function isForFallback(
  event: { readonly type: string; readonly part?: number | undefined },
  caller: Pick<WaitingCaller, 'useIfUnanswered' | 'recorded'>,
): boolean {
  return event.type === 'caller.document' && event.part === partOf(caller);
}

/** Answers any request with a redirect to the fallback. */
export function wayToFallback(ctx: CallerContext): Reply {
  expectAtFallback(ctx);
  return leadTo(fallbackRef(ctx, 'caller.document'), ctx.state.caller.inFlight.redirect !== null);
}

/** Builds what the caller hears when nobody can be reached. */
export function fallbackVerbs(
  ctx: Addressed & {
    readonly state: { readonly settings: Spoken; readonly caller: Pick<WaitingCaller, 'useIfUnanswered' | 'recorded'> };
  },
): Reply {
  const { settings, caller } = ctx.state;
  const { texts, timeLimitSeconds } = settings;
  const fallback = currentFallback(settings, caller);
  switch (fallback.kind) {
    case 'say':
      return twiml(say(settings, texts.unavailable), { verb: 'hangup' });
    case 'redirect':
      return twiml({ verb: 'redirect', to: { url: fallback.url } });
    case 'number':
      return twiml({
        verb: 'dial.number',
        to: fallback.to,
        action: fallbackRef(ctx, 'caller.fallback'),
        timeoutSeconds: fallback.ringSeconds,
        timeLimitSeconds,
        ...(settings.record ? { recording: callbackRef(ctx, 0, 'talk.recording') } : {}),
      });
    case 'voicemail': {
      if (caller.recorded) return twiml(say(settings, texts.recorded), { verb: 'hangup' });
      const { maxSeconds, silenceSeconds } = fallback;
      const action = fallbackRef(ctx, 'caller.fallback');
      const statusCallback = callbackRef(ctx, 0, 'caller.recording');
      // A caller who says nothing falls through to the end of the document (twilio.com/docs/voice/twiml/record).
      return twiml(
        say(settings, texts.voicemail),
        { verb: 'record', action, maxSeconds, silenceSeconds, statusCallback },
        { verb: 'hangup' },
      );
    }
    default:
      return assertNever(fallback);
  }
}

interface FallbackContext extends RecordingContext {
  readonly state: RecordingContext['state'] & {
    readonly settings: { readonly fallback: Fallback };
    readonly caller: { readonly phase: string };
  };
}

/** Handles the end of one part of the fallback. Returns `true` if the number took the caller, so nothing follows. */
export function onFallbackEnded(ctx: FallbackContext, event: FallbackEnded): boolean {
  const { caller, settings } = ctx.state;
  keepRecording(ctx, { type: 'caller.recording', recording: event.recording });
  // A repeat of an earlier request says nothing about the current part. If the number answered, it answered, even if our record
  // is behind.
  if (caller.phase === 'ended' || event.part !== partOf(caller)) return false;
  const { kind } = currentFallback(settings, caller);
  const { answered } = event;
  if (kind === 'voicemail' && answered === null) caller.recorded = true;
  if (kind !== 'number' || answered === null) return false;
  if (!answered) caller.useIfUnanswered = true;
  return answered;
}
