import type { E164 } from '../../kernel/brand.js';
import type { EpochMs } from '../../kernel/flow.js';
import { callerNumber } from '../../wire/caller-id.js';
import { callbackRef, PATIENCE_MS } from '../call/call.js';
import { type LegDraft, type LegTarget, legTimer, newLeg } from '../call/leg.js';
import type { Detection } from '../effects.js';
import { nextId, startTimer } from '../timers.js';
import type { LegWork } from './context.js';
import type { LegReport } from './events.js';

/** Rings somebody. */
export function ring(w: LegWork, target: LegTarget): LegDraft {
  const { s } = w;
  s.lastLeg += 1;
  const leg: LegDraft = newLeg(s.lastLeg, target, showsCaller(w, target) ? 'caller' : 'own', w.at);
  s.legs.push(leg);
  create(w, leg, firstId(leg), w.ringBy);
  return leg;
}

/** Once more with our own number, when Twilio does not let us show the caller's (21210, 21212). */
export function ringWithOwnNumber(w: LegWork, leg: LegDraft): void {
  leg.callerId = 'own';
  create(w, leg, firstId(leg), undefined);
}

/** Nobody was rung in time: the caller is looked at first, until somebody has seen them. */
export function unsent(w: LegWork, leg: LegDraft): LegReport {
  leg.creating = null;
  startTimer(w, legTimer(leg), w.config.graceMs);
  return { type: 'unsent' };
}

/** Whoever was not rung in time: the caller is known to be there. */
export function ringUnsent(w: LegWork): void {
  for (const leg of w.s.legs) {
    if (isUnsent(leg)) create(w, leg, nextId(w, 'create', leg.id), w.at + PATIENCE_MS);
  }
}

export function isUnsent({ phase, creating }: LegDraft): boolean {
  return phase === 'requested' && creating === null;
}

function firstId(leg: LegDraft): string {
  return `create:${String(leg.id)}:${leg.callerId}`;
}

function create(w: LegWork, leg: LegDraft, id: string, by: EpochMs | undefined): void {
  const { settings, call } = w.s;
  leg.creating = id;
  const ringSeconds = leg.target.ringSeconds ?? settings.ringSeconds;
  w.effects.push({
    type: 'call.create',
    id,
    leg: leg.id,
    to: leg.target.to,
    from: (leg.callerId === 'caller' ? callerNumber(call.from) : null) ?? ownNumber(w, leg.target),
    ...(leg.callerId === 'caller' && call.token !== null ? { callToken: call.token } : {}),
    answered: callbackRef(w, leg.id, 'leg.answered'),
    status: callbackRef(w, leg.id, 'leg.status'),
    ringSeconds,
    timeLimitSeconds: settings.timeLimitSeconds,
    detection: settings.amd.mode === 'off' ? null : detectionOf(w, leg),
    ...(settings.amd.mode === 'async' ? { verdict: callbackRef(w, leg.id, 'leg.verdict') } : {}),
    ...(by === undefined ? {} : { by }),
  });
  watchRinging(w, leg);
}

/** Twilio's `Timeout` ends the ringing; this only notices when nobody tells us. */
export function watchRinging(w: LegWork, leg: LegDraft): void {
  startTimer(w, legTimer(leg), (leg.target.ringSeconds ?? w.s.settings.ringSeconds) * 1000 + w.config.graceMs);
}

/** How this person's phone is listened to. */
export function detectionOf(w: LegWork, { target }: LegDraft): Detection {
  return target.detection ?? w.s.settings.detection;
}

function showsCaller(w: LegWork, { callerId = w.s.settings.callerId }: LegTarget): boolean {
  const { from, showable } = w.s.call;
  return callerId === 'caller' && callerNumber(from) !== null && showable !== false;
}

function ownNumber(w: LegWork, { callerId = w.s.settings.callerId }: LegTarget): E164 {
  const { ownNumber: own } = w.s.settings;
  // The number that was called is ours; Twilio refuses what is not a number, and the leg counts as refused.
  return callerId === 'caller' ? (own ?? (w.s.call.to as E164)) : callerId;
}
