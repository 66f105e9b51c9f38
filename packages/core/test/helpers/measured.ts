import { appendFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Where `npm run prove` wants the figures, one JSON object per line; without it nothing is measured. */
const FILE = process.env['AMD_MEASURED'];

/** A measurement, in ms. */
export interface Measured {
  readonly what: string;
  readonly ms: number;
  readonly atMostMs: number;
}

/**
 * Checks a bound on real time. It holds on an otherwise idle machine, so only `npm run prove` checks it (prove/measured.ts): a
 * test that a busy machine fails says nothing about the code.
 */
export function expectWithin(what: string, ms: number, atMostMs: number): void {
  if (FILE === undefined) return;
  appendFileSync(FILE, `${JSON.stringify({ what, ms, atMostMs } satisfies Measured)}\n`);
  expect(ms, what).toBeLessThanOrEqual(atMostMs);
}
