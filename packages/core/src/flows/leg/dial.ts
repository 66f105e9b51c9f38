import type { E164 } from '../../kernel/ids.js';
import type { EpochMs } from '../../kernel/flow.js';
import { callerNumber } from '../../wire/caller-id.js';
import { callbackRef, PATIENCE_MS } from '../call/call.js';
import { type LegDraft, type LegTarget, legTimer, newLeg } from '../call/leg.js';
import type { Detection } from '../effects.js';
import { nextId, startTimer } from '../timers.js';
import type { LegContext } from './context.js';
import type { LegReport } from './events.js';

/** Creates the outbound call for a target. */
export function ring(ctx: LegContext, target: LegTarget): LegDraft {
  const { state } = ctx;
  state.lastLeg += 1;
  const leg: LegDraft = newLeg(state.lastLeg, target, showsCaller(ctx, target) ? 'caller' : 'own', ctx.at);
  state.legs.push(leg);
  create(ctx, leg, firstId(leg), ctx.ringBy);
  return leg;
}

/** Calls again with our own number after Twilio refused to show the caller's (21210, 21212). */
export function ringWithOwnNumber(ctx: LegContext, leg: LegDraft): void {
  leg.callerId = 'own';
  create(ctx, leg, firstId(leg), undefined);
}

/** The create was not sent in time: the caller is fetched first, until a fetch has seen them. */
export function unsent(ctx: LegContext, leg: LegDraft): LegReport {
  leg.creating = null;
  startTimer(ctx, legTimer(leg), ctx.config.graceMs);
  return { type: 'unsent' };
}

/** Rings the legs that were not rung in time, now that the caller is known to be there. */
export function ringUnsent(ctx: LegContext): void {
  for (const leg of ctx.state.legs) {
    if (isUnsent(leg)) create(ctx, leg, nextId(ctx, 'create', leg.id), ctx.at + PATIENCE_MS);
  }
}

export function isUnsent({ phase, creating }: LegDraft): boolean {
  return phase === 'requested' && creating === null;
}

/** The id of a leg's first create with either number; a later one is the leg's `creating`. */
export function firstId({ id, callerId }: Pick<LegDraft, 'id' | 'callerId'>): string {
  return `create:${String(id)}:${callerId}`;
}

function create(ctx: LegContext, leg: LegDraft, id: string, by: EpochMs | undefined): void {
  const { settings, call } = ctx.state;
  leg.creating = id;
  const ringSeconds = leg.target.ringSeconds ?? settings.ringSeconds;
  ctx.effects.push({
    type: 'call.create',
    id,
    leg: leg.id,
    to: leg.target.to,
    from: (leg.callerId === 'caller' ? callerNumber(call.from) : null) ?? ownNumber(ctx, leg.target),
    ...(leg.callerId === 'caller' && call.token !== null ? { callToken: call.token } : {}),
    answered: callbackRef(ctx, leg.id, 'leg.answered'),
    status: callbackRef(ctx, leg.id, 'leg.status'),
    ringSeconds,
    timeLimitSeconds: settings.timeLimitSeconds,
    detection: settings.amd.mode === 'off' ? null : detectionFor(ctx, leg),
    ...(settings.amd.mode === 'async' ? { verdict: callbackRef(ctx, leg.id, 'leg.verdict') } : {}),
    ...(by === undefined ? {} : { by }),
  });
  watchRinging(ctx, leg);
}

/** Starts the ring watchdog. Twilio's `Timeout` ends the ringing; the timer is for when its callback is lost. */
export function watchRinging(ctx: LegContext, leg: LegDraft): void {
  startTimer(
    ctx,
    legTimer(leg),
    (leg.target.ringSeconds ?? ctx.state.settings.ringSeconds) * 1000 + ctx.config.graceMs,
  );
}

/** Returns the detection options for this callee's phone. */
export function detectionFor(ctx: LegContext, { target }: LegDraft): Detection {
  return target.detection ?? ctx.state.settings.detection;
}

function showsCaller(ctx: LegContext, { callerId = ctx.state.settings.callerId }: LegTarget): boolean {
  const { from, showable } = ctx.state.call;
  return callerId === 'caller' && callerNumber(from) !== null && showable !== false;
}

function ownNumber(ctx: LegContext, { callerId = ctx.state.settings.callerId }: LegTarget): E164 {
  const { ownNumber: own } = ctx.state.settings;
  // The number that was called is ours. If it is not a phone number, Twilio refuses it and the leg counts as refused.
  return callerId === 'caller' ? (own ?? (ctx.state.call.to as E164)) : callerId;
}
