import { appendFileSync } from 'node:fs';
import { expect } from 'vitest';

/** Where `npm run prove` wants the figures, one JSON object a line; without it nothing is measured. */
const FILE = process.env['AMD_MEASURED'];

/** What was measured, in ms. */
export interface Measured {
  readonly what: string;
  readonly ms: number;
  readonly atMostMs: number;
}

/**
 * A bound on real time. It holds on a machine that does nothing else, so only `npm run prove` checks it (proof/measured.ts):
 * a test that a busy machine fails says nothing about the code.
 */
export function expectWithin(what: string, ms: number, atMostMs: number): void {
  if (FILE === undefined) return;
  appendFileSync(FILE, `${JSON.stringify({ what, ms, atMostMs } satisfies Measured)}\n`);
  expect(ms, what).toBeLessThanOrEqual(atMostMs);
}
