import type { EpochMs } from '../kernel/flow.js';

/** When the calls of tests begin: Mon, 02 Jun 2025 17:40:00 GMT. */
export const START: EpochMs = 1_748_886_000_000;

/** Numbers of fixtures; all of them reserved for fiction. */
export const NUMBERS = {
  caller: '+12125550123',
  ours: '+14155550199',
  ann: '+14155550142',
  ben: '+14155550143',
  cleo: '+14155550144',
} as const;

/** The number that leg n rings when a fixture does not say. */
export function numberOf(leg: number): string {
  return leg === 1 ? NUMBERS.ann : leg === 2 ? NUMBERS.ben : NUMBERS.cleo;
}
