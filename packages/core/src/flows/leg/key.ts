import { assertNever } from '../../kernel/draft.js';
import { type LegDraft, stamp } from '../call/leg.js';
import { meaningOf } from '../settings/keys.js';
import { expectHangup, sayFarewell } from './actions.js';
import { accept } from './answer.js';
import type { LegContext } from './context.js';
import type { CallerForLeg, LegReport } from './events.js';

/** Handles a key, which counts while the callee is asked for one. One who presses it while we hang up hears why, too. */
export function onKey(ctx: LegContext, leg: LegDraft, digits: string, caller: CallerForLeg): LegReport | null {
  if (leg.phase !== 'confirming' && leg.phase !== 'ending') return null;
  const meaning = meaningOf(ctx.state.settings.keys, digits);
  switch (meaning) {
    case 'accept':
      stamp(leg, 'keyAt', ctx.at);
      return accept(ctx, leg, 'reply', caller);
    case 'decline':
      stamp(leg, 'keyAt', ctx.at);
      return decline(ctx, leg, caller);
    case 'nothing':
      return onNoKey(ctx, leg);
    default:
      return assertNever(meaning);
  }
}

/** No key that counts was pressed: the callee is asked again, until their time is over. */
export function onNoKey(ctx: LegContext, leg: LegDraft): LegReport | null {
  if (leg.phase !== 'confirming' || ctx.at < (leg.confirmUntil ?? 0)) return null;
  expectHangup(ctx, leg, { kind: 'answered', by: leg.answeredBy ?? 'unknown' });
  return { type: 'out' };
}

/**
 * Handles a human who does not want the call: they hear that this is understood, or, if there is no call to decline any more, why
 * not. From then on no verdict counts.
 */
function decline(ctx: LegContext, leg: LegDraft, { reason }: CallerForLeg): LegReport | null {
  leg.human = true;
  const farewell = reason === 'lost' ? 'declined' : reason;
  if (leg.phase === 'ending') {
    leg.farewell ??= farewell;
    return null;
  }
  if (farewell === 'declined') leg.result = { kind: 'declined' };
  sayFarewell(ctx, leg, farewell);
  return { type: 'out' };
}
