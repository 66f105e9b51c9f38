import type { CallbackRef } from '../../wire/callbacks.js';
import { RINGBACK_SECONDS, twiml, type Pause, type Play, type Reply, type Say, type Target } from '../../wire/twiml.js';
import { say } from '../leg/documents.js';
import type { Hold } from './hold.js';
import type { Texts } from './texts.js';

/** Twilio's own piece, from its documentation (twilio.com/docs/voice/twiml/leave). */
const MUSIC = 'http://com.twilio.sounds.music.s3.amazonaws.com/MARKOVICHAMP-Borghestral.mp3';

export interface WaitSettings extends Hold {
  /** A key leads to the voicemail. */
  readonly offerMessage?: boolean;
  readonly texts: Texts;
  readonly voice: string | null;
  readonly language: string | null;
}

interface Waiting {
  readonly settings: WaitSettings;
  readonly ref: { readonly progress: CallbackRef; readonly key: CallbackRef };
}

/** Where the caller's wait document is had; `undefined`: Twilio's own music, which needs nothing of ours. */
export function waitOf(settings: WaitSettings, ours: CallbackRef): Target | 'silence' | undefined {
  if (settings.ringback !== null || settings.progressSeconds !== null || settings.offerMessage === true) return ours;
  if (settings.waitUrl === null) return undefined;
  return settings.waitUrl === '' ? 'silence' : { url: settings.waitUrl };
}

/**
 * What the caller hears while they wait, until it is asked for again. `again`: they have waited for a while. Only verbs that a
 * conference's wait document may have (13238), and in a queue a Gather (twilio.com/docs/voice/twiml/enqueue).
 */
export function waitDocument({ settings, ref }: Waiting, again: boolean): Reply {
  const { texts, progressSeconds, offerMessage } = settings;
  const words: Say[] = [
    ...(again && progressSeconds !== null ? [say(settings, texts.progress)] : []),
    ...(offerMessage === true ? [say(settings, texts.offerMessage)] : []),
  ];
  const listen = [...words, ...sound(settings)];
  const next = { verb: 'redirect', to: ref.progress } as const;
  if (offerMessage !== true) return twiml(...listen, next);
  // Any key is heard at any time; what is no star leads here again.
  return twiml(
    { verb: 'gather', action: ref.key, numDigits: 1, finishOnKey: '', timeoutSeconds: 1, prompt: listen },
    next,
  );
}

/** As long as nobody has anything to say: for so many seconds, or a piece of music. */
function sound({ ringback, waitUrl, progressSeconds }: WaitSettings): (Play | Pause)[] {
  const seconds = progressSeconds ?? 60;
  if (ringback !== null) {
    return [{ verb: 'play', of: { sound: ringback }, times: Math.max(1, Math.round(seconds / RINGBACK_SECONDS)) }];
  }
  if (waitUrl === '') return [{ verb: 'pause', seconds }];
  return [{ verb: 'play', of: { url: waitUrl ?? MUSIC } }];
}
