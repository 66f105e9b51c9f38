import type { CallbackRef } from '../../wire/callbacks.js';
import {
  type Pause,
  type Play,
  type Reply,
  RINGBACK_SECONDS,
  type Say,
  type Target,
  twiml,
  type Verb,
} from '../../wire/twiml.js';
import { type Addressed, callbackRef } from '../call/call.js';
import type { Leg, LegDrafts } from '../call/leg.js';
import { consent, say, sayingMs } from '../call/say.js';
import type { Hold } from '../settings/hold.js';
import type { Texts } from '../settings/texts.js';
import type { ListenRequest } from './events.js';
import type { Spoken } from './fallback.js';

/** Builds what the caller hears before they wait. A caller who comes back waits a second instead, which prevents a busy loop. */
export function opening(settings: Greeting, arrival: 'first' | 'again'): Verb[] {
  return arrival === 'again' ? [{ verb: 'pause', seconds: 1 }] : greeting(settings);
}

export function greetingMs(settings: Greeting): number {
  return sayingMs(greeting(settings));
}

type Greeting = Pick<Spoken, 'texts' | 'voice' | 'language' | 'record'>;

function greeting(settings: Greeting): Say[] {
  const { greeting: words } = settings.texts;
  return [...(words === '' ? [] : [say(settings, words)]), ...consent(settings)];
}

interface Listening extends Addressed {
  readonly state: Addressed['state'] & {
    readonly settings: WaitSettings;
    readonly caller: { readonly phase: string };
    readonly legs: LegDrafts;
    readonly winner: number | null;
  };
}

/** Answers what the caller hears on hold or when connected. What happens next is decided by the caller's other requests. */
export function listenDocument(ctx: Listening, event: ListenRequest): Reply {
  const { caller, settings, legs, winner, visit } = ctx.state;
  if (caller.phase === 'ended' || (event.visit ?? visit) < visit) return twiml();
  if (event.type === 'caller.whisper')
    return whisperDocument(
      settings,
      legs.find(({ id }) => id === winner),
    );
  const ref = { progress: callbackRef(ctx, 0, 'caller.progress'), key: callbackRef(ctx, 0, 'caller.key') };
  return waitDocument({ settings, ref }, event.again === true);
}

/** Tells the caller who took the call. */
function whisperDocument(settings: WaitSettings, leg: Leg | undefined): Reply {
  const { connected, somebody } = settings.texts;
  if (connected === '' || leg === undefined) return twiml();
  return twiml(
    say(
      settings,
      connected.replaceAll('{name}', () => leg.target.name ?? somebody),
    ),
  );
}

/** Music from Twilio's documentation (twilio.com/docs/voice/twiml/leave). */
const MUSIC = 'http://com.twilio.sounds.music.s3.amazonaws.com/MARKOVICHAMP-Borghestral.mp3';

interface WaitSettings extends Hold {
  /** A key takes the caller to voicemail. */
  readonly offerMessage?: boolean;
  readonly texts: Texts;
  readonly voice: string | null;
  readonly language: string | null;
}

interface Waiting {
  readonly settings: WaitSettings;
  readonly ref: { readonly progress: CallbackRef; readonly key: CallbackRef };
}

/** Returns the source of the caller's wait document; `undefined`: Twilio's own music, which needs nothing from us. */
export function waitOf(settings: WaitSettings, ours: CallbackRef): Target | 'silence' | undefined {
  if (settings.ringback !== null || settings.progressSeconds !== null || settings.offerMessage === true) return ours;
  if (settings.waitUrl === null) return undefined;
  return settings.waitUrl === '' ? 'silence' : { url: settings.waitUrl };
}

/**
 * Builds what the caller hears while waiting, until it is requested again. `again`: the caller has waited for a while. Contains
 * only verbs that a conference's wait document may have (13238), plus a Gather in a queue (twilio.com/docs/voice/twiml/enqueue).
 */
function waitDocument({ settings, ref }: Waiting, again: boolean): Reply {
  const { texts, progressSeconds, offerMessage } = settings;
  const words: Say[] = [
    ...(again && progressSeconds !== null ? [say(settings, texts.progress)] : []),
    ...(offerMessage === true ? [say(settings, texts.offerMessage)] : []),
  ];
  const listen = [...words, ...sound(settings)];
  const next = { verb: 'redirect', to: ref.progress } as const;
  if (offerMessage !== true) return twiml(...listen, next);
  // Any key is heard at any time; any key but star leads back here.
  return twiml(
    { verb: 'gather', action: ref.key, numDigits: 1, finishOnKey: '', timeoutSeconds: 1, prompt: listen },
    next,
  );
}

/** What plays between sentences: a sound for a number of seconds, or a piece of music. */
function sound({ ringback, waitUrl, progressSeconds }: WaitSettings): (Play | Pause)[] {
  const seconds = progressSeconds ?? 60;
  if (ringback !== null) {
    return [{ verb: 'play', of: { sound: ringback }, times: Math.max(1, Math.round(seconds / RINGBACK_SECONDS)) }];
  }
  if (waitUrl === '') return [{ verb: 'pause', seconds }];
  return [{ verb: 'play', of: { url: waitUrl ?? MUSIC } }];
}
