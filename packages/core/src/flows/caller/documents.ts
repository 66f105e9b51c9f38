import { unreachable } from '../../kernel/draft.js';
import type { CallbackRef } from '../../wire/callback-ref.js';
import { twiml, type Reply } from '../../wire/twiml.js';
import { say } from '../leg/documents.js';
import { spoken } from '../leg/spoken.js';
import type { Fallback, LastStop } from './fallback.js';
import type { Texts } from './texts.js';
import type { WaitingCaller } from './work.js';

interface Spoken {
  readonly fallback: Fallback;
  readonly texts: Texts;
  readonly voice: string | null;
  readonly language: string | null;
  readonly timeLimitSeconds: number;
  readonly record: boolean;
}

/** `fallback` leads back to us, `recording` is told of a message, `talk` of a recorded talk. */
interface FallbackRefs {
  readonly fallback: CallbackRef;
  readonly recording: CallbackRef;
  readonly talk: CallbackRef;
}

/** The fallback that it is the turn of. */
export function presentFallback(
  settings: Pick<Spoken, 'fallback'>,
  { otherwise }: Pick<WaitingCaller, 'otherwise'>,
): Fallback {
  const { fallback } = settings;
  return fallback.kind === 'number' && otherwise ? fallback.otherwise : fallback;
}

/** They are with TwiML of the user's, and ask once more for the way there. */
export function isElsewhere(s: {
  readonly result: string | null;
  readonly settings: Pick<Spoken, 'fallback'>;
  readonly caller: Pick<WaitingCaller, 'otherwise'>;
}): boolean {
  return s.result === 'handedOn' && presentFallback(s.settings, s.caller).kind === 'redirect';
}

/** What the caller hears when nobody can be reached. */
export function fallbackVerbs(
  settings: Spoken,
  caller: Pick<WaitingCaller, 'otherwise' | 'recorded'>,
  ref: FallbackRefs,
): Reply {
  const fallback = presentFallback(settings, caller);
  switch (fallback.kind) {
    case 'say':
      return twiml(say(settings, settings.texts.unavailable), { verb: 'hangup' });
    case 'redirect':
      return twiml({ verb: 'redirect', to: { url: fallback.url } });
    case 'number':
      return twiml({
        verb: 'dial.number',
        to: fallback.to,
        action: ref.fallback,
        timeoutSeconds: fallback.ringSeconds,
        timeLimitSeconds: settings.timeLimitSeconds,
        ...(settings.record ? { recording: ref.talk } : {}),
      });
    case 'voicemail':
      return caller.recorded
        ? twiml(say(settings, settings.texts.recorded), { verb: 'hangup' })
        : record(settings, fallback, ref);
    default:
      return unreachable(fallback);
  }
}

/** Any key ends the message; who says nothing is asked again, and after that thanked for nothing. */
function record(
  settings: Spoken,
  { maxSeconds, silenceSeconds }: Extract<LastStop, { kind: 'voicemail' }>,
  ref: FallbackRefs,
): Reply {
  const text = spoken(settings.texts.voicemail, '', settings.texts);
  return twiml(
    say(settings, text),
    {
      verb: 'record',
      action: ref.fallback,
      maxSeconds,
      silenceSeconds,
      statusCallback: ref.recording,
    },
    { verb: 'hangup' },
  );
}
