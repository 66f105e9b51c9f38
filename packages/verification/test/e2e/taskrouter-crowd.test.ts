import { describe, expect, it } from 'vitest';
import { playTaskCrowd } from '../../src/crowds/taskrouter-crowd.js';
import { flippedPlays } from '../../src/crowds/toggles.js';

// Small crowds; `npm run prove` plays thousands of calls (prove/crowds.ts).
const SEED = Number(process.env['AMD_SEED'] ?? 1);

describe('many callers and twelve workers', () => {
  it('100 calls with 5 % of the notifications lost all end, nobody stays reserved, and every worker is back at work', async () => {
    const { results, problems } = await playTaskCrowd({
      calls: 100,
      workers: 12,
      seed: SEED,
      everyMs: 15_000,
      disorder: { maxDelayMs: 2_000, lose: 0.05, duplicate: 0.05 },
    });
    expect(problems, `AMD_SEED=${String(SEED)}`).toEqual([]);
    expect(results['connected']).toBeGreaterThan(10);
  });
});

describe('repeated requests for TwiML', () => {
  it('8 queued calls with half of their requests retried and half copied later all end, and every message is whole', async () => {
    const repeats = { retry: 0.5, copy: 0.5, maxCopyMs: 60_000 };
    const { problems } = await playTaskCrowd({ calls: 8, workers: 6, seed: SEED, everyMs: 8000, repeats });
    expect(problems, `AMD_SEED=${String(SEED)}`).toEqual([]);
  });
});

// Each switch alone is in taskrouter.test.ts, and with many callers in the proof.
const FLIPPED = flippedPlays(6, SEED + 2000).filter(([name]) => !/^\w+: [^,]*$/.test(name));

describe('Twilio behaviour that its documentation leaves open', () => {
  it.each(FLIPPED)('6 queued calls end well with %s', async (_, toggles) => {
    const { problems } = await playTaskCrowd({
      calls: 6,
      workers: 4,
      seed: SEED,
      everyMs: 15_000,
      toggles,
      disorder: { maxDelayMs: 2_000, lose: 0.05, duplicate: 0.2 },
    });
    expect(problems, `AMD_SEED=${String(SEED)}`).toEqual([]);
  });
});
