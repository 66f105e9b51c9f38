import { describe, expect, it } from 'vitest';
import { playCrowd } from '../../src/crowds/crowd.js';
import { flippedPlays } from '../../src/crowds/toggles.js';

// Small crowds; `npm run prove` plays thousands of calls (prove/crowds.ts).
const SEED = Number(process.env['AMD_SEED'] ?? 1);
const DISORDER = { maxDelayMs: 5000, lose: 0, duplicate: 0 };

describe('many calls at once', () => {
  it('300 calls with random callees, hang-ups and order of webhooks all end, and no machine is bridged', async () => {
    const { results, problems } = await playCrowd({ calls: 300, seed: SEED, disorder: DISORDER, everyMs: 100 });
    expect(problems, `AMD_SEED=${String(SEED)}`).toEqual([]);
    expect(Object.values(results).reduce((sum, count) => sum + count, 0)).toBe(300);
    expect(results['connected']).toBeGreaterThan(30);
  });

  it('200 calls with 5 % of the notifications lost and 20 % repeated all end', async () => {
    const disorder = { maxDelayMs: 5000, lose: 0.05, duplicate: 0.2 };
    const { problems } = await playCrowd({ calls: 200, seed: SEED, disorder });
    expect(problems, `AMD_SEED=${String(SEED)}`).toEqual([]);
  });
});

describe('repeated requests for TwiML', () => {
  it.each([
    ['retried, either reply acted on', { retry: 0.5 }],
    ['copied later, their replies thrown away', { copy: 0.5, maxCopyMs: 60_000 }],
  ])('20 calls with half of their requests %s: nobody is left on hold, every message is whole', async (_, repeats) => {
    const { problems } = await playCrowd({ calls: 20, seed: SEED, repeats });
    expect(problems, `AMD_SEED=${String(SEED)}`).toEqual([]);
  });
});

describe('Twilio behaviour that its documentation leaves open', () => {
  it.each(flippedPlays(4, SEED + 1000))('8 calls end well with %s', async (_, toggles) => {
    const { problems } = await playCrowd({ calls: 8, seed: SEED, toggles, disorder: DISORDER });
    expect(problems, `AMD_SEED=${String(SEED)}`).toEqual([]);
  });
});
