import { ALTERNATIVES, type Toggles } from '@amd/simulator';
import { generator } from './crowd.js';

/** One switch of the simulator with a value that is not its default. */
export type Flip = readonly [keyof Toggles, unknown];

/** Every value that is not a default, one switch at a time. */
export const FLIPS: readonly Flip[] = Object.entries(ALTERNATIVES).flatMap(([name, others]) =>
  (others as readonly unknown[]).map((other): Flip => [name as keyof Toggles, other]),
);

/** Plays with these switches flipped, and a name for them. */
export type FlippedPlay = readonly [name: string, toggles: Partial<Toggles>];

/**
 * Returns all switches flipped together, each alone, and this many random pairs: never the same switch twice, and different for
 * each seed.
 */
export function flippedPlays(pairs: number, seed: number): readonly FlippedPlay[] {
  const random = generator(seed);
  const pick = (): Flip => FLIPS[Math.floor(random() * FLIPS.length)] ?? (FLIPS[0] as Flip);
  const pair = (): Flip[] => {
    const first = pick();
    let second = pick();
    while (second[0] === first[0]) second = pick();
    return [first, second];
  };
  const all = FLIPS.filter(([name], index) => FLIPS.findIndex(([other]) => other === name) === index);
  return [
    ['everything flipped', toggles(all)],
    ...[...FLIPS.map((flip) => [flip]), ...Array.from({ length: pairs }, pair)].map((flips): FlippedPlay => [
      flips.map(([name, value]) => `${name}: ${String(value)}`).join(', '),
      toggles(flips),
    ]),
  ];
}

function toggles(flips: readonly Flip[]): Partial<Toggles> {
  return Object.fromEntries(flips);
}
