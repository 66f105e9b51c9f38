import type { CallSid } from '../../kernel/ids.js';
import type { Effect } from '../effects.js';
import { nextId } from '../timers.js';

/** What Twilio was asked to do with one call and has not answered yet: the id of the effect, at most one of each kind. */
export interface InFlight {
  readonly fetch: string | null;
  readonly end: string | null;
  readonly redirect: string | null;
}

export const NOTHING_IN_FLIGHT: InFlight = { fetch: null, end: null, redirect: null };

/** A call that a flow looks after: the caller's, or that of a leg. */
export interface Party {
  inFlight: InFlight;
}

interface PartyContext {
  readonly effects: Pick<Effect[], 'push'>;
  readonly state: { effectSeq: number };
}

/** Looks at the call, unless a look is under way. `leg`: 0 is the caller. */
export function refresh(ctx: PartyContext, party: Party, leg: number, sid: CallSid): void {
  if (party.inFlight.fetch !== null) return;
  const id = nextId(ctx, 'fetch', leg);
  sent(party, 'fetch', id);
  ctx.effects.push({ type: 'call.fetch', id, leg, sid });
}

/** Ends the call, unless that is under way. Always `Status=completed`, which works in every live state. */
export function end(ctx: PartyContext, party: Party, leg: number, sid: CallSid): void {
  if (party.inFlight.end !== null) return;
  const id = nextId(ctx, 'end', leg);
  sent(party, 'end', id);
  ctx.effects.push({ type: 'call.end', id, leg, sid });
}

/** Drops the call's redirect: it has happened, or it must not. */
export function dropRedirect(ctx: Pick<PartyContext, 'effects'>, party: Party): void {
  const id = party.inFlight.redirect;
  if (id === null) return;
  ctx.effects.push({ type: 'effect.drop', id });
  answered(party, 'redirect');
}

export function sent(party: Party, kind: keyof InFlight, id: string): void {
  party.inFlight = { ...party.inFlight, [kind]: id };
}

export function answered(party: Party, kind: keyof InFlight): void {
  party.inFlight = { ...party.inFlight, [kind]: null };
}
