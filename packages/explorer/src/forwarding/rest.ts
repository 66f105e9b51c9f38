import type { Outcome, CallEffect } from '@amd/core';
import { assertNever } from '@amd/core/internal';
import { endCallerCall, endLegCall, redirectCall, withLeg, type LateRequests } from './calls.js';
import { sid, type World } from './state.js';

/** One way Twilio's REST may handle an effect: what happens there, and what we learn of it. */
export interface Fate {
  readonly name: string;
  /** Costs one of the faults. */
  readonly fault: boolean;
  /** The usual way, without faults. */
  readonly good: boolean;
  readonly world: World;
  readonly outcome: Outcome;
}

const CREATED = (leg: number): Outcome => ({ kind: 'created', sid: sid(leg), status: 'queued' });
const FAILED: Outcome = { kind: 'failed', reason: 'REST is down' };
const UNKNOWN: Outcome = { kind: 'unknown', reason: 'the answer was lost' };

/** Returns the ways an effect may go, the usual one first. A create whose first try was interrupted is never sent again. */
export function fates(late: LateRequests, world: World, effect: CallEffect, attempt: number): Fate[] {
  switch (effect.type) {
    case 'call.create': {
      if (attempt > 1) return [{ name: 'not sent again', fault: false, good: true, world, outcome: UNKNOWN }];
      const made = withLeg(world, effect.leg, { call: 'queued' });
      const refused = (code: number): Outcome => ({ kind: 'refused', code, reason: String(code) });
      return [
        { name: 'made', fault: false, good: true, world: made, outcome: CREATED(effect.leg) },
        {
          name: 'refused',
          fault: true,
          good: false,
          world,
          outcome: refused(effect.callToken === undefined ? 21211 : 21210),
        },
        { name: 'made, answer lost', fault: true, good: false, world: made, outcome: UNKNOWN },
        { name: 'not made, answer lost', fault: true, good: false, world, outcome: UNKNOWN },
      ];
    }
    case 'call.end':
      return withFailure(world, ended(world, effect.leg));
    case 'call.redirect':
      if (effect.once === true && attempt > 1) {
        return [{ name: 'done not again', fault: false, good: true, world, outcome: FAILED }];
      }
      return withFailure(world, redirected(world, effect, late));
    case 'call.announce':
      return [];
    case 'call.fetch': {
      const now = fetched(world, effect.leg);
      const stale = lagging(now);
      return [
        { name: 'fetched', fault: false, good: true, world, outcome: now },
        // REST lags behind the callbacks (twilio.com/docs/voice/api/call-resource).
        ...(stale === undefined ? [] : [{ name: 'fetched late', fault: false, good: false, world, outcome: stale }]),
        { name: 'fails', fault: true, good: false, world, outcome: FAILED },
      ];
    }
    default:
      return assertNever(effect);
  }
}

function withFailure(world: World, good: { world: World; outcome: Outcome }): Fate[] {
  return [
    { name: 'done', fault: false, good: true, ...good },
    { name: 'fails', fault: true, good: false, world, outcome: FAILED },
    { name: 'done, answer lost', fault: true, good: false, world: good.world, outcome: FAILED },
  ];
}

function ended(world: World, who: number): { world: World; outcome: Outcome } {
  const call = who === 0 ? world.caller.call : world.legs[who - 1]?.call;
  if (call === undefined || call === 'over' || call === 'none') return { world, outcome: { kind: 'gone' } };
  const outcome: Outcome = { kind: 'done', status: 'completed' };
  if (who === 0) return { world: endCallerCall(world), outcome };
  // Cancelled while queued: no callback at all.
  if (call === 'queued') return { world: endLegCall(world, who, 'canceled', { silent: true }), outcome };
  return { world: endLegCall(world, who, call === 'ringing' ? 'canceled' : 'completed'), outcome };
}

function redirected(
  world: World,
  { leg: who, document: { part } }: Extract<CallEffect, { type: 'call.redirect' }>,
  late: LateRequests,
): { world: World; outcome: Outcome } {
  const call = who === 0 ? world.caller.call : world.legs[who - 1]?.call;
  if (call !== 'in-progress') return { world, outcome: { kind: 'refused', code: 21220, reason: 'not in progress' } };
  return { world: redirectCall(world, who, late, part), outcome: { kind: 'done', status: 'in-progress' } };
}

function fetched(world: World, who: number): Outcome {
  const call = who === 0 ? world.caller : world.legs[who - 1];
  if (call === undefined || call.call === 'none') return { kind: 'gone' };
  return { kind: 'fetched', status: call.call === 'over' ? (call.final ?? 'completed') : call.call, answeredBy: null };
}

function lagging(now: Outcome): Outcome | undefined {
  if (now.kind !== 'fetched') return undefined;
  if (now.status === 'in-progress') return { ...now, status: 'ringing' };
  return now.status === 'ringing' || now.status === 'queued' ? undefined : { ...now, status: 'in-progress' };
}
