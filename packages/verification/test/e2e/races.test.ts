import { describe, expect, it } from 'vitest';
import { playRaces } from '../../src/crowds/races.js';

// A few hundred; `npm run prove` runs thousands (prove/crowds.ts).
const SEED = Number(process.env['AMD_SEED'] ?? 1);

describe('the first human wins', () => {
  it('200 races of one human against voicemails that pick up at once: the human wins every time', async () => {
    expect(await playRaces({ races: 200, humans: 1, seed: SEED }), `AMD_SEED=${String(SEED)}`).toEqual([]);
  });

  it('60 races in which two humans answer at the same instant: one has the caller, the other is told', async () => {
    expect(await playRaces({ races: 60, humans: 2, seed: SEED }), `AMD_SEED=${String(SEED)}`).toEqual([]);
  });
});
