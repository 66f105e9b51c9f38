import { unreachable } from '../../kernel/draft.js';
import { twiml, type Reply, type Say } from '../../wire/twiml.js';
import { noticeId } from './life.js';
import { spoken } from './spoken.js';
import { legTimer, startTimer, type LegDraft, type LegWork } from './work.js';

/** The longest a Gather listens: state is asked again at least this often, also when REST is down. */
const ROUND_SECONDS = 4;

/** What a leg hears now, by phase. Marks its notice as given. */
export function legDocument(w: LegWork, leg: LegDraft): Reply {
  switch (leg.phase) {
    case 'joining':
    case 'bridged':
      return twiml(w.host.room(leg));
    case 'confirming':
      return confirmDocument(w, leg);
    case 'told':
      return noticeDocument(w, leg);
    case 'ending':
    case 'ended':
      return leg.human && leg.notice !== null ? noticeDocument(w, leg) : twiml({ verb: 'hangup' });
    case 'requested':
    case 'placed':
    case 'ringing':
    case 'detecting':
      // Nobody asks before the verdict; should it happen, ask again in a moment.
      return twiml({ verb: 'pause', seconds: 1 }, { verb: 'redirect', to: w.host.ref(leg.id, 'leg.round') });
    default:
      return unreachable(leg.phase);
  }
}

/**
 * A Gather that falls through to a redirect. No key ends the input (`finishOnKey=""`), so that `#` counts as well.
 */
function confirmDocument(w: LegWork, leg: LegDraft): Reply {
  const { call, settings } = w.s;
  const left = Math.max(1, Math.ceil(((leg.confirmUntil ?? w.at) - w.at) / 1000));
  return twiml(
    {
      verb: 'gather',
      action: w.host.ref(leg.id, 'leg.key'),
      numDigits: 1,
      finishOnKey: '',
      timeoutSeconds: Math.min(ROUND_SECONDS, left),
      prompt: [say(settings, spoken(settings.texts.confirm, call.from, settings.texts.withheld))],
    },
    { verb: 'redirect', to: w.host.ref(leg.id, 'leg.round') },
  );
}

function noticeDocument(w: LegWork, leg: LegDraft): Reply {
  const { settings } = w.s;
  if (!leg.noticeGiven && leg.phase !== 'ended') {
    leg.noticeGiven = true;
    startTimer(w, legTimer(leg), w.config.noticeMs);
    if (leg.telling) w.effects.push({ type: 'effect.drop', id: noticeId(leg) });
    leg.telling = false;
  }
  return twiml(say(settings, settings.texts[leg.notice ?? 'lost']), { verb: 'hangup' });
}

/** A sentence in the call's voice. */
export function say(
  { voice, language }: { readonly voice: string | null; readonly language: string | null },
  text: string,
): Say {
  return {
    verb: 'say',
    text,
    ...(voice === null ? {} : { voice }),
    ...(language === null ? {} : { language }),
  };
}
