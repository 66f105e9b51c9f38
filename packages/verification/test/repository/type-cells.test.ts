import { expect, it } from 'vitest';
import { cellsOf, RESOLUTIONS, type Program } from '../../src/types/cells.js';

const VERSIONS = {
  typescript: ['5.7', '5.9', '6.0', 'newest'],
  node: ['20', '22', '24', 'newest'],
  twilio: ['5.13', '6.0', '6.3'],
};
const cells = cellsOf(VERSIONS);
const programs = cells.flatMap((cell) => cell.programs);

it('npm run check:types has at most ten cells and sixteen programs', () => {
  expect(cells.length).toBeLessThanOrEqual(10);
  expect(programs).toHaveLength(16);
});

it('npm run check:types compiles every pair of versions and resolutions', () => {
  const things: Partial<Record<keyof Program, readonly string[]>> = { ...VERSIONS, resolution: RESOLUTIONS };
  const pairsOf = (program: Record<string, unknown>): string[] =>
    Object.keys(things).flatMap((one) =>
      Object.keys(things).flatMap((other) =>
        one < other ? [`${one} ${String(program[one])}, ${other} ${String(program[other])}`] : [],
      ),
    );
  const held = new Set(programs.flatMap((program) => pairsOf({ ...program })));
  // 4 × 4 of compiler and types, 4 × 3 twice with the client, 4 × 2 twice and 3 × 2 with the resolution.
  expect(held.size).toBe(16 + 12 + 12 + 8 + 8 + 6);
});

it('npm run check:types checks our declarations with each version of TypeScript', () => {
  expect(programs.filter(({ declarations }) => declarations).map(({ typescript }) => typescript)).toEqual(
    VERSIONS.typescript,
  );
});
