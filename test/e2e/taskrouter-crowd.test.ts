import { ALTERNATIVES, type Toggles } from '@amd/simulator';
import { describe, expect, it } from 'vitest';
import { generator } from './crowd.js';
import { playTaskCrowd } from './taskrouter-crowd.js';

const SEED = Number(process.env['AMD_SEED'] ?? 1);

describe('many callers and fifty workers', () => {
  it('10,000 calls, 5 % of the notifications lost: all end, nobody is held, everybody is back at work', async () => {
    const { results, problems } = await playTaskCrowd({
      calls: Number(process.env['AMD_CALLS'] ?? 10_000),
      workers: 50,
      seed: SEED,
      everyMs: 4_000,
      disorder: { maxDelayMs: 2_000, lose: 0.05, duplicate: 0.05 },
    });
    console.log(`AMD_SEED=${String(SEED)}`, results);
    expect(problems, `AMD_SEED=${String(SEED)}`).toEqual([]);
  }, 400_000);
});

type Flip = readonly [keyof Toggles, unknown];
const FLIPS: Flip[] = Object.entries(ALTERNATIVES).flatMap(([name, others]) =>
  (others as readonly unknown[]).map((other): Flip => [name as keyof Toggles, other]),
);
const ALL = FLIPS.filter(([name], index) => FLIPS.findIndex(([other]) => other === name) === index);

function pairs(count: number): Flip[][] {
  const random = generator(SEED + 2000);
  const pick = (): Flip => FLIPS[Math.floor(random() * FLIPS.length)] ?? (FLIPS[0] as Flip);
  return Array.from({ length: count }, () => {
    const first = pick();
    let second = pick();
    while (second[0] === first[0]) second = pick();
    return [first, second];
  });
}

describe('whatever Twilio does where its documentation says nothing', () => {
  it.each(
    [ALL, ...FLIPS.map((flip) => [flip]), ...pairs(20)].map((flips, index): [string, readonly Flip[]] => [
      index === 0 ? 'all flipped' : flips.map(([name, value]) => `${name}: ${String(value)}`).join(', '),
      flips,
    ]),
  )(
    '60 calls in a queue with %s',
    async (_, flips) => {
      const { problems } = await playTaskCrowd({
        calls: 60,
        workers: 12,
        seed: SEED,
        everyMs: 15_000,
        toggles: Object.fromEntries(flips),
        disorder: { maxDelayMs: 2_000, lose: 0.05, duplicate: 0.2 },
      });
      expect(problems, `AMD_SEED=${String(SEED)}`).toEqual([]);
    },
    60_000,
  );
});
