import { startCosts, type RunningCosts } from './children.js';
import type { Section } from './figure.js';
import { atMost, exponent, interleave, median, short, warmUp } from './samples.js';

const CALLS = 'cost of a call against live calls: exponent';
const FEED = 'cost of a change against rows of the feed: exponent';

/** Measures whether a cost grows with the number of calls: 0 does not, 1 is linear. */
function grows(name: string, what: 'calls' | 'feed', sizes: (quick: boolean) => readonly number[]): Section {
  return {
    name,
    figures: [name],
    async run({ quick, progress }) {
      const children: RunningCosts[] = [];
      try {
        const contenders: Record<string, () => Promise<number>> = {};
        for (const size of sizes(quick)) {
          progress(size.toLocaleString('en'));
          const child = await startCosts(what, size);
          children.push(child);
          // With a word in front: JavaScript would sort numbers.
          contenders[`n ${String(size)}`] = child.cost;
        }
        progress('rounds');
        await warmUp(contenders, quick ? 4 : 10);
        const samples = await interleave(quick ? 3 : 9, contenders);
        const rounds = samples[`n ${String(sizes(quick)[0])}`] ?? [];
        const exponents = rounds.map((_, round) =>
          exponent(sizes(quick).map((size) => ({ size, cost: samples[`n ${String(size)}`]?.[round] ?? NaN }))),
        );
        const detail = sizes(quick)
          .map((size) => `${size.toLocaleString('en')}: ${short(median(samples[`n ${String(size)}`] ?? []))} µs`)
          .join(', ');
        return [atMost(name, exponents, 0.1, '', detail)];
      } finally {
        for (const child of children) child.stop();
      }
    },
  };
}

export const growthOfCalls = grows(CALLS, 'calls', (quick) => [10, 100, 1000, 10_000, ...(quick ? [] : [100_000])]);
export const growthOfFeed = grows(FEED, 'feed', () => [100, 500, 1000, 5000]);
