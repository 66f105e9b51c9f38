import { unreachable } from '../../kernel/draft.js';
import { NOTHING, twiml, type Reply, type Say, type Verb } from '../../wire/twiml.js';
import { legTimer, ref, startTimer, stopTimer, type LegDraft, type Work } from './draft.js';
import { roomOf } from './state.js';
import { spoken } from './texts.js';

/** The longest a Gather listens: state is asked again at least this often, also when REST is down. */
const ROUND_SECONDS = 4;

export const hangup = (): Reply => twiml({ verb: 'hangup' });
export const nothing = (): Reply => NOTHING;

/** What the caller hears now, by phase. Marks the fallback as given. */
export function callerDocument(w: Work, arrival: 'first' | 'again'): Reply {
  const { phase } = w.s.caller;
  switch (phase) {
    case 'arriving':
    case 'held':
    case 'joining':
    case 'connected':
      return twiml(...opening(w, arrival), room(w, 0));
    case 'fallingBack':
      return fallbackDocument(w);
    case 'ended':
      return w.s.result === 'handedOn' ? fallbackDocument(w) : hangup();
    default:
      return unreachable(phase);
  }
}

function fallbackDocument(w: Work): Reply {
  const { fallback } = w.s.settings;
  w.s.caller.fallbackGiven = true;
  stopTimer(w, 'caller');
  if (w.s.caller.redirecting !== null) {
    // Its document was asked for: the redirect happened, or is no longer needed.
    w.effects.push({ type: 'effect.drop', id: w.s.caller.redirecting });
    w.s.caller.redirecting = null;
  }
  w.s.story.fallbackAt ??= w.at;
  switch (fallback.kind) {
    case 'say':
      return twiml(say(w, w.s.settings.texts.unavailable), { verb: 'hangup' });
    case 'redirect':
      return twiml({ verb: 'redirect', to: { url: fallback.url } });
    default:
      return unreachable(fallback);
  }
}

/** Who comes back waits a second first, so that a room that cannot be entered never becomes a busy loop. */
function opening(w: Work, arrival: 'first' | 'again'): Verb[] {
  if (arrival === 'again') return [{ verb: 'pause', seconds: 1 }];
  return w.s.settings.texts.greeting === '' ? [] : [say(w, w.s.settings.texts.greeting)];
}

/** Both legs carry the same settings: the first who enters decides them (twilio.com/docs/voice/twiml/conference). */
function room(w: Work, leg: number): Verb {
  const waitUrl = leg === 0 ? w.s.settings.waitUrl : '';
  return {
    verb: 'dial.conference',
    room: roomOf(w.s.call.sid),
    action: ref(w, leg, leg === 0 ? 'caller.ended' : 'leg.ended'),
    statusCallback: ref(w, 0, 'conference'),
    statusCallbackEvents: ['start', 'end', 'join', 'leave'],
    startOnEnter: true,
    endOnExit: true,
    maxParticipants: 2,
    ...(waitUrl === null ? {} : { waitUrl }),
  };
}

/** What a leg hears now, by phase. Marks its notice as given. */
export function legDocument(w: Work, leg: LegDraft): Reply {
  switch (leg.phase) {
    case 'joining':
    case 'bridged':
      return twiml(room(w, leg.id));
    case 'confirming':
      return confirmDocument(w, leg);
    case 'told':
      return noticeDocument(w, leg);
    case 'ending':
    case 'ended':
      return leg.human && leg.notice !== null ? noticeDocument(w, leg) : hangup();
    case 'requested':
    case 'placed':
    case 'ringing':
    case 'detecting':
      // Nobody asks before the verdict; should it happen, ask again in a moment.
      return twiml({ verb: 'pause', seconds: 1 }, { verb: 'redirect', to: ref(w, leg.id, 'leg.round') });
    default:
      return unreachable(leg.phase);
  }
}

/**
 * A Gather that falls through to a redirect. No key ends the input (`finishOnKey=""`), so that `#` counts as well.
 */
function confirmDocument(w: Work, leg: LegDraft): Reply {
  const { call, settings } = w.s;
  const left = Math.max(1, Math.ceil(((leg.confirmUntil ?? w.at) - w.at) / 1000));
  return twiml(
    {
      verb: 'gather',
      action: ref(w, leg.id, 'leg.key'),
      numDigits: 1,
      finishOnKey: '',
      timeoutSeconds: Math.min(ROUND_SECONDS, left),
      prompt: [say(w, spoken(settings.texts.confirm, call.from, settings.texts.withheld))],
    },
    { verb: 'redirect', to: ref(w, leg.id, 'leg.round') },
  );
}

function noticeDocument(w: Work, leg: LegDraft): Reply {
  const { texts } = w.s.settings;
  if (!leg.noticeGiven && leg.phase !== 'ended') {
    leg.noticeGiven = true;
    startTimer(w, legTimer(leg), w.config.noticeMs);
    if (leg.telling) w.effects.push({ type: 'effect.drop', id: noticeId(leg) });
    leg.telling = false;
  }
  return twiml(say(w, texts[leg.notice ?? 'lost']), { verb: 'hangup' });
}

/** One redirect a try, so that the document that is asked for can drop it. */
export function noticeId(leg: LegDraft): string {
  return `redirect:${String(leg.id)}:${String(leg.noticeTries)}`;
}

function say(w: Work, text: string): Say {
  const { voice, language } = w.s.settings;
  return {
    verb: 'say',
    text,
    ...(voice === null ? {} : { voice }),
    ...(language === null ? {} : { language }),
  };
}
