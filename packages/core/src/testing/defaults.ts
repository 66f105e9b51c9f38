import type { EpochMs } from '../kernel/flow.js';

/** When the calls of tests start: Mon, 02 Jun 2025 17:40:00 GMT. */
export const START: EpochMs = 1_748_886_000_000;

/** Phone numbers for fixtures, all reserved for fiction. */
export const NUMBERS = {
  caller: '+12125550123',
  ours: '+14155550199',
  ann: '+14155550142',
  ben: '+14155550143',
  cleo: '+14155550144',
} as const;

/** Returns the number that leg n rings unless a fixture says otherwise. */
export function numberOf(leg: number): string {
  return leg === 1 ? NUMBERS.ann : leg === 2 ? NUMBERS.ben : NUMBERS.cleo;
}
