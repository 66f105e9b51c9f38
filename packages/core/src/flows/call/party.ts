import type { CallSid } from '../../kernel/ids.js';
import type { Effect } from '../effects.js';
import { nextId } from '../timers.js';

/** Requests to Twilio about one call that are not answered yet: the ids of their effects, at most one of each kind. */
export interface InFlight {
  readonly fetch: string | null;
  readonly end: string | null;
  readonly redirect: string | null;
}

export const NOTHING_IN_FLIGHT: InFlight = { fetch: null, end: null, redirect: null };

/** A call that a flow controls: the caller's, or a leg's. */
export interface Party {
  inFlight: InFlight;
}

interface PartyContext {
  readonly effects: Pick<Effect[], 'push'>;
  readonly state: { effectSeq: number };
}

/** Fetches the call unless a fetch is in flight. `leg`: 0 is the caller. */
export function refresh(ctx: PartyContext, party: Party, leg: number, sid: CallSid): void {
  if (party.inFlight.fetch !== null) return;
  const id = nextId(ctx, 'fetch', leg);
  sent(party, 'fetch', id);
  ctx.effects.push({ type: 'call.fetch', id, leg, sid });
}

/** Ends the call unless that is in flight. Always `Status=completed`, which works in every live state. */
export function end(ctx: PartyContext, party: Party, leg: number, sid: CallSid): void {
  if (party.inFlight.end !== null) return;
  const id = nextId(ctx, 'end', leg);
  sent(party, 'end', id);
  ctx.effects.push({ type: 'call.end', id, leg, sid });
}

/** Drops the call's redirect because it has happened or must no longer happen. */
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
