import { isE164, type E164 } from '../../kernel/brand.js';
import { isHopeful, newLeg, type LegTarget } from '../leg/leg.js';
import { legTimer, nextId, ref, startTimer, type LegDraft, type Work } from './draft.js';

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

function ring(w: Work, target: LegTarget): void {
  const { s } = w;
  s.lastLeg += 1;
  const leg: LegDraft = newLeg(s.lastLeg, target, showsCaller(w) ? 'caller' : 'own', w.at);
  s.legs.push(leg);
  create(w, leg, createId(leg));
}

/** Once more with our own number, when Twilio does not let us show the caller's (21210, 21212). */
export function ringWithOwnNumber(w: Work, leg: LegDraft): void {
  leg.callerId = 'own';
  create(w, leg, createId(leg));
}

export function createId(leg: LegDraft): string {
  return `create:${String(leg.id)}:${leg.callerId}`;
}

function create(w: Work, leg: LegDraft, id: string): void {
  const { settings, call } = w.s;
  const ringSeconds = leg.target.ringSeconds ?? settings.ringSeconds;
  w.effects.push({
    type: 'call.create',
    id,
    leg: leg.id,
    to: leg.target.to,
    from: leg.callerId === 'caller' && isE164(call.from) ? call.from : ownNumber(w),
    ...(leg.callerId === 'caller' && call.token !== null ? { callToken: call.token } : {}),
    answered: ref(w, leg.id, 'leg.answered'),
    status: ref(w, leg.id, 'leg.status'),
    ringSeconds,
    timeLimitSeconds: settings.timeLimitSeconds,
    detection: settings.detection,
  });
  watchRinging(w, leg);
}

/** Twilio's `Timeout` ends the ringing; this only notices when nobody tells us. */
export function watchRinging(w: Work, leg: LegDraft): void {
  startTimer(w, legTimer(leg), (leg.target.ringSeconds ?? w.s.settings.ringSeconds) * 1000 + w.config.graceMs);
}

function showsCaller(w: Work): boolean {
  return w.s.settings.callerId === 'caller' && isE164(w.s.call.from);
}

function ownNumber(w: Work): E164 {
  const { callerId, ownNumber: own } = w.s.settings;
  // The number that was called is ours; Twilio refuses what is not a number, and the leg counts as refused.
  return callerId === 'caller' ? (own ?? (w.s.call.to as E164)) : callerId;
}

/** Nobody is left: the caller is told, now or as soon as they can be. */
function fallBack(w: Work): void {
  const { caller } = w.s;
  caller.phase = 'fallingBack';
  if (caller.held) redirectCaller(w);
  else startTimer(w, 'caller', w.config.redirectRetryMs[0] ?? w.config.graceMs);
}

export function redirectCaller(w: Work): void {
  const { caller, call } = w.s;
  if (caller.fallbackGiven || caller.redirecting !== null) return;
  const id = nextId(w, 'redirect', 0);
  caller.redirecting = id;
  caller.redirectTries += 1;
  w.effects.push({ type: 'call.redirect', id, leg: 0, sid: call.sid, document: ref(w, 0, 'caller.document') });
}
