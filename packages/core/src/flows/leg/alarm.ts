import { unreachable } from '../../kernel/draft.js';
import { isUnanswered } from './leg.js';
import { askEnd, askLeg, dropCreate, endLeg, fetchNotice, legEnded, tell } from './life.js';
import { isUnsent, unsent } from './ring.js';
import type { LegDraft } from './drafts.js';
import type { LegWork } from './work.js';

/** The watchdog of a leg: whatever phase it is in has lasted too long. */
export function legAlarm(w: LegWork, leg: LegDraft): void {
  switch (leg.phase) {
    case 'requested':
    case 'placed':
    case 'ringing':
    case 'detecting':
    case 'confirming':
      if (isUnsent(leg)) {
        unsent(w, leg);
        return;
      }
      if (leg.sid === null) {
        dropCreate(w, leg);
        legEnded(w, leg, { kind: 'lost' });
        return;
      }
      leg.overdue = !isUnanswered(leg.phase);
      askLeg(w, leg);
      return;
    case 'told':
      if (!leg.noticeGiven && (leg.telling || leg.noticeTries < w.config.noticeTries)) fetchNotice(w, leg);
      else endLeg(w, leg);
      return;
    case 'ending':
      if (leg.sid === null) legEnded(w, leg, { kind: 'lost' });
      else askEnd(w, leg);
      return;
    case 'bridged':
      tell(w, leg, 'callerGone');
      fetchNotice(w, leg);
      return;
    case 'joining':
    case 'ended':
      return;
    default:
      unreachable(leg.phase);
  }
}
