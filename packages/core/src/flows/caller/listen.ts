import type { EpochMs } from '../../kernel/flow.js';
import { twiml, type Reply } from '../../wire/twiml.js';
import { say } from '../leg/documents.js';
import type { LegDrafts } from '../leg/drafts.js';
import type { Leg } from '../leg/leg.js';
import { callbackRef, type Addressed } from '../leg/work.js';
import { waitDocument, type WaitSettings } from './wait.js';

/** The caller's side asks what to play: nothing changes by it. `wait`: while they are on hold; `whisper`: when they are connected. */
export interface ListenRequest {
  readonly type: 'caller.wait' | 'caller.whisper';
  readonly at: EpochMs;
  readonly round?: number;
  /** They have heard the wait document before. */
  readonly again?: boolean;
}

/** Asked while they wait, and changes nothing. */
export function isListenRequest(event: { readonly type: string }): event is ListenRequest {
  return event.type === 'caller.wait' || event.type === 'caller.whisper';
}

interface Listening extends Addressed {
  readonly s: Addressed['s'] & {
    readonly settings: WaitSettings;
    readonly caller: { readonly phase: string };
    readonly legs: LegDrafts;
    readonly claim: number | null;
  };
}

/** What the caller hears on hold, or when they are connected. Whatever else they do, another request of theirs decides. */
export function listenDocument(w: Listening, event: ListenRequest): Reply {
  const { caller, settings, legs, claim, round } = w.s;
  if (caller.phase === 'ended' || (event.round ?? round) < round) return twiml();
  if (event.type === 'caller.whisper')
    return whisperDocument(
      settings,
      legs.find(({ id }) => id === claim),
    );
  const ref = { progress: callbackRef(w, 0, 'caller.progress'), key: callbackRef(w, 0, 'caller.key') };
  return waitDocument({ settings, ref }, event.again === true);
}

/** Who has taken the call. */
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
