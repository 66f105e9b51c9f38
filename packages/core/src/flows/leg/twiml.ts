import { assertNever } from '../../kernel/draft.js';
import { type Reply, twiml, type Verb } from '../../wire/twiml.js';
import { callbackRef } from '../call/call.js';
import { isInRoom, type LegDraft, legTimer, stamp } from '../call/leg.js';
import { dropRedirect } from '../call/party.js';
import { consent, leadTo, say, spoken } from '../call/say.js';
import { startTimer } from '../timers.js';
import { confirmOf } from './answer.js';
import type { LegContext } from './context.js';
import type { LegRequest } from './events.js';
import { farewellRef } from './actions.js';

/** The longest a Gather listens: the leg asks again at least this often, which works even when REST is down. */
const POLL_SECONDS = 4;

/** True if the leg asks for the way to the caller and was never seen in the room. */
export function isStillComing({ phase, inFlight, joined }: LegDraft, event: LegRequest): boolean {
  return isInRoom(phase) && inFlight.redirect === null && !joined && event.type !== 'leg.ended';
}

/**
 * Builds what a leg hears now, by phase, and marks its farewell as delivered. `toCaller`: the verb that joins it with the caller.
 */
export function legDocument(ctx: LegContext, leg: LegDraft, event: LegRequest, toCaller: Verb): Reply {
  switch (leg.phase) {
    case 'joining':
    case 'bridged':
      // Only one mechanism brings it to the caller: a request made while a redirect is in flight waits for the redirect.
      if (leg.inFlight.redirect !== null) return again(ctx, leg);
      leg.joinTwimlSent = true;
      stamp(leg, 'greetedAt', ctx.at);
      return twiml(...consent(ctx.state.settings), toCaller);
    case 'confirming':
      stamp(leg, 'greetedAt', ctx.at);
      return confirmOf(ctx, leg) === 'never' ? announcement(ctx, leg) : question(ctx, leg);
    case 'farewell':
      // The leg is being redirected to its farewell: a repeat of an earlier request must not count as hearing it.
      if (leg.farewellTries > 0 && !isForFarewell(event))
        return leadTo(farewellRef(ctx, leg), leg.inFlight.redirect !== null);
      return farewellDocument(ctx, leg, event);
    case 'ending':
    case 'ended':
      return leg.human && leg.farewell !== null ? farewellDocument(ctx, leg, event) : twiml({ verb: 'hangup' });
    case 'requested':
    case 'placed':
    case 'ringing':
    case 'detecting':
      // No leg makes a request before the verdict; if one does, it asks again in a moment.
      return again(ctx, leg);
    default:
      return assertNever(leg.phase);
  }
}

function again(ctx: LegContext, leg: LegDraft): Reply {
  return twiml({ verb: 'pause', seconds: 1 }, { verb: 'redirect', to: callbackRef(ctx, leg.id, 'leg.poll') });
}

/** Asks for a key: a Gather that falls through to a redirect. No key ends the input (`finishOnKey=""`), so `#` counts as well. */
function question(ctx: LegContext, leg: LegDraft): Reply {
  const { settings } = ctx.state;
  const text = leg.screened === 'heard' ? settings.texts.screened : settings.texts.confirm;
  if (leg.screened === 'heard') leg.screened = 'answered';
  return twiml(
    {
      verb: 'gather',
      action: callbackRef(ctx, leg.id, 'leg.key'),
      numDigits: 1,
      finishOnKey: '',
      timeoutSeconds: Math.min(POLL_SECONDS, secondsLeft(ctx, leg)),
      ...(settings.screening === null ? {} : { speech: true }),
      prompt: [say(settings, toThem(ctx, leg, text))],
    },
    { verb: 'redirect', to: callbackRef(ctx, leg.id, 'leg.poll') },
  );
}

function announcement(ctx: LegContext, leg: LegDraft): Reply {
  const { settings } = ctx.state;
  return twiml(
    say(settings, toThem(ctx, leg, settings.texts.announce)),
    { verb: 'pause', seconds: Math.min(POLL_SECONDS, secondsLeft(ctx, leg)) },
    { verb: 'redirect', to: callbackRef(ctx, leg.id, 'leg.poll') },
  );
}

/** True for a request that the redirect to the farewell led to; repeats of earlier requests do not count. */
function isForFarewell(event: LegRequest): boolean {
  return event.type === 'leg.document' && event.part === 1;
}

function secondsLeft(ctx: LegContext, leg: LegDraft): number {
  return Math.max(1, Math.ceil(((leg.confirmUntil ?? ctx.at) - ctx.at) / 1000));
}

function farewellDocument(ctx: LegContext, leg: LegDraft, { type: asked }: LegRequest): Reply {
  const { settings } = ctx.state;
  const isStale = leg.wasRedirected && asked !== 'leg.document' && asked !== 'leg.ended';
  if (!leg.farewellDelivered && !isStale && leg.phase !== 'ended') {
    leg.farewellDelivered = true;
    startTimer(ctx, legTimer(leg), ctx.config.farewellMs);
    dropRedirect(ctx, leg);
  }
  stamp(leg, 'greetedAt', ctx.at);
  return twiml(say(settings, toThem(ctx, leg, settings.texts[leg.farewell ?? 'lost'])), { verb: 'hangup' });
}

function toThem(ctx: LegContext, { target }: LegDraft, text: string): string {
  return spoken(text, ctx.state.call.from, ctx.state.settings.texts, target.name);
}
