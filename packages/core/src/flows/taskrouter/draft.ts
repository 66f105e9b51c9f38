import type { Draft } from '../../kernel/draft.js';
import type { EpochMs } from '../../kernel/flow.js';
import type { Effect, TwilioEffect } from '../effects.js';
import type { KeptCallDraft } from '../caller/kept-call.js';
import type { LegDraft, LegDrafts } from '../leg/drafts.js';
import type { TaskRouterConfig } from './config.js';
import type { LiveTaskCall, Reservation } from './state.js';

export type ReservationDraft = Draft<Reservation>;

/** One transition at work: a private copy of the state, and what it asks for. */
export interface Work {
  readonly at: EpochMs;
  readonly isAsked: boolean;
  readonly config: TaskRouterConfig;
  readonly effects: Effect<TwilioEffect>[];
  readonly flow: 'taskrouter';
  /** Whoever is rung in this step is not rung later than this, unless the caller was looked at. */
  ringBy?: EpochMs;
  readonly s: Omit<Draft<Omit<LiveTaskCall, 'call' | 'settings' | 'legs'>>, 'kind'> & {
    kind: 'call';
    call: KeptCallDraft;
    settings: LiveTaskCall['settings'];
    readonly legs: LegDrafts;
  };
}

export function legOf(w: Work, reservation: ReservationDraft): LegDraft | undefined {
  return w.s.legs.find((leg) => leg.id === reservation.leg);
}

export function reservationOf(w: Work, leg: LegDraft): ReservationDraft | undefined {
  return w.s.reservations.find((reservation) => reservation.leg === leg.id);
}

export function reservationTimer(reservation: { readonly id: number }): string {
  return `reservation${String(reservation.id)}`;
}
