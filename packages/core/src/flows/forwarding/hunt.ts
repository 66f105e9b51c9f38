import { offerFallback } from '../caller/work.js';
import { isHopeful } from '../leg/leg.js';
import { ring } from '../leg/ring.js';
import type { Work } from './draft.js';

/** Rings whom the plan says next, unless somebody may still take the call; falls back when nobody is left. */
export function hunt(w: Work): void {
  const { s } = w;
  if (!isWaiting(w) || s.caller.doubt) return;
  while (!s.legs.some((leg) => isHopeful(leg.phase))) {
    const step = s.settings.plan[s.nextStep];
    if (s.deadlinePassed || step === undefined) {
      fallBack(w);
      break;
    }
    s.nextStep += 1;
    for (const target of step.targets) ring(w, target);
  }
  // A credential is kept no longer than it is of use.
  if (s.nextStep >= s.settings.plan.length) s.call.token = null;
}

/** The caller waits and nobody has them. */
export function isWaiting(w: Work): boolean {
  return w.s.claim === null && (w.s.caller.phase === 'arriving' || w.s.caller.phase === 'held');
}

/** Nobody is left: the caller is told, now or as soon as they can be. */
function fallBack(w: Work): void {
  w.s.caller.phase = 'fallingBack';
  offerFallback(w);
}
