import { unreachable } from '../../kernel/draft.js';
import { isUnanswered } from './leg.js';
import { askEnd, askLeg, dropCreate, endLeg, fetchNotice, legEnded, tell } from './life.js';
import { isUnsent, unsent } from './ring.js';
import type { LegDraft } from './drafts.js';
import type { LegReport } from './events.js';
import type { LegWork } from './work.js';

/** The watchdog of a leg: whatever phase it is in has lasted too long. */
export function legAlarm(w: LegWork, leg: LegDraft): LegReport | null {
  switch (leg.phase) {
    case 'requested':
    case 'placed':
    case 'ringing':
    case 'detecting':
    case 'confirming':
      if (isUnsent(leg)) return unsent(w, leg);
      if (leg.sid === null) {
        dropCreate(w, leg);
        return legEnded(w, leg, { kind: 'lost' });
      }
      leg.overdue = !isUnanswered(leg.phase);
      askLeg(w, leg);
      return null;
    case 'told':
      if (!leg.noticeGiven && (leg.telling || leg.noticeTries < w.config.noticeTries)) fetchNotice(w, leg);
      else endLeg(w, leg);
      return null;
    case 'ending':
      if (leg.sid === null) return legEnded(w, leg, { kind: 'lost' });
      askEnd(w, leg);
      return null;
    case 'bridged':
      tell(w, leg, 'callerGone');
      fetchNotice(w, leg);
      return null;
    case 'joining':
    case 'ended':
      return null;
    default:
      return unreachable(leg.phase);
  }
}
