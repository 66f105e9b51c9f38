import { ALTERNATIVES, type Toggles } from '@amd/simulator';
import { describe, expect, it } from 'vitest';
import { generator, playCrowd } from './crowd.js';

const SEED = Number(process.env['AMD_SEED'] ?? 1);
const DISORDER = { maxDelayMs: 5000, lose: 0, duplicate: 0 };

describe('many calls at once', () => {
  it('10,000 calls with random people, hang-ups and order of webhooks all end, and no machine is bridged', async () => {
    const { results, problems } = await playCrowd({ calls: 10_000, seed: SEED, disorder: DISORDER, everyMs: 100 });
    console.log(`AMD_SEED=${String(SEED)}`, results);
    expect(problems, `AMD_SEED=${String(SEED)}`).toEqual([]);
    expect(Object.values(results).reduce((sum, count) => sum + count, 0)).toBe(10_000);
  }, 300_000);

  it('1,000 calls of which 5 % of the notifications are lost and 20 % repeated', async () => {
    const disorder = { maxDelayMs: 5000, lose: 0.05, duplicate: 0.2 };
    const { problems } = await playCrowd({ calls: 1000, seed: SEED, disorder });
    expect(problems, `AMD_SEED=${String(SEED)}`).toEqual([]);
  }, 120_000);
});

type Flip = readonly [keyof Toggles, unknown];
const FLIPS: Flip[] = Object.entries(ALTERNATIVES).flatMap(([name, others]) =>
  (others as readonly unknown[]).map((other): Flip => [name as keyof Toggles, other]),
);

/** The pairs are drawn anew for each seed, never twice the same toggle. */
function pairs(count: number): Flip[][] {
  const random = generator(SEED + 1000);
  const pick = (): Flip => FLIPS[Math.floor(random() * FLIPS.length)] ?? (FLIPS[0] as Flip);
  return Array.from({ length: count }, () => {
    const first = pick();
    let second = pick();
    while (second[0] === first[0]) second = pick();
    return [first, second];
  });
}

const ALL: Flip[] = FLIPS.filter(([name], index) => FLIPS.findIndex(([other]) => other === name) === index);
const SCHEDULE: [string, readonly Flip[]][] = [...FLIPS.map((flip) => [flip]), ...pairs(20)].map((flips) => [
  flips.map(([name, value]) => `${name}: ${String(value)}`).join(', '),
  flips,
]);

describe('whatever Twilio does where its documentation says nothing', () => {
  it.each([['all flipped', ALL] as const, ...SCHEDULE])(
    '150 calls with %s',
    async (_, flips) => {
      const toggles = Object.fromEntries(flips) as Partial<Toggles>;
      const { problems } = await playCrowd({ calls: 150, seed: SEED, toggles, disorder: DISORDER });
      expect(problems, `AMD_SEED=${String(SEED)}`).toEqual([]);
    },
    60_000,
  );
});
