import type { Figure } from './figure.js';

export type Samples = readonly number[];

export function median(samples: Samples): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Formats samples as `12.3 (11.9–13.0)`: median, minimum and maximum. A single or constant value is one number. */
export function spread(samples: Samples, format: (value: number) => string = short): string {
  if (samples.every((sample) => sample === samples[0])) return format(median(samples));
  return `${format(median(samples))} (${format(Math.min(...samples))}–${format(Math.max(...samples))})`;
}

/** Formats with three digits, which is all that a shared machine can tell. */
export function short(value: number): string {
  if (Math.abs(value) >= 1e6) return `${(value / 1e6).toPrecision(3)}M`;
  if (Math.abs(value) >= 1e4) return `${(value / 1e3).toPrecision(3)}k`;
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

/**
 * Runs contenders in turns (a b, b a, a b …), so that other load on the machine affects all of them alike. Each returns one
 * sample.
 */
export async function interleave<Name extends string>(
  rounds: number,
  contenders: Readonly<Record<Name, () => number | Promise<number>>>,
): Promise<Record<Name, Samples>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : [...names].reverse()) samples[name].push(await contenders[name]());
  }
  return samples;
}

/**
 * Runs contenders in turns until each is steady, that is, until its last two samples differ by at most a tenth; `most` rounds if
 * that never happens. The samples are discarded.
 */
export async function warmUp(
  contenders: Readonly<Record<string, () => number | Promise<number>>>,
  most = 8,
): Promise<void> {
  const last = new Map<string, number>();
  for (let round = 0; round < most; round += 1) {
    const samples = await interleave(1, contenders);
    const steady = Object.entries(samples).map(([name, [sample = 0]]) => {
      const before = last.get(name);
      last.set(name, sample);
      return before !== undefined && Math.abs(sample - before) <= before / 10;
    });
    if (steady.every(Boolean)) return;
  }
}

/** Returns the CPU time of this process so far, user and system, in ms. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/**
 * Returns how often `run` runs in a second of CPU time, measured for about `ms` of it: other load on the machine counts little.
 */
export function perSecond(run: () => void, ms: number): number {
  const start = cpuMs();
  let runs = 0;
  let elapsed: number;
  let batch = 1;
  do {
    for (let index = 0; index < batch; index += 1) run();
    runs += batch;
    elapsed = cpuMs() - start;
    if (elapsed < ms / 20) batch *= 2;
  } while (elapsed < ms);
  return (runs * 1000) / elapsed;
}

/** Returns the ratio of both, round by round: the two samples of a round ran within a second or two. */
export function times(ours: Samples, theirs: Samples): Samples {
  return ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
}

/** Returns the difference of both, round by round. */
export function minus(ours: Samples, theirs: Samples): Samples {
  return ours.map((value, round) => value - (theirs[round] ?? Number.NaN));
}

/** Creates a figure that must reach its goal. */
export function atLeast(name: string, samples: Samples, goal: number, unit: string, detail: string): Figure {
  return {
    name,
    goal: `≥ ${String(goal)}${unit}`,
    verdict: median(samples) >= goal ? 'ok' : 'below goal',
    value: `${spread(samples)}${unit}`,
    detail,
  };
}

/** Creates a figure that must not exceed its goal. */
export function atMost(name: string, samples: Samples, goal: number, unit: string, detail: string): Figure {
  return {
    name,
    goal: `≤ ${String(goal)}${unit}`,
    verdict: median(samples) <= goal ? 'ok' : 'below goal',
    value: `${spread(samples)}${unit}`,
    detail,
  };
}

/** Fits the exponent of a power law through points that have a size and a cost each: 0 does not grow, 1 is linear. */
export function exponent(points: readonly { readonly size: number; readonly cost: number }[]): number {
  const logs = points.map(({ size, cost }) => ({ x: Math.log(size), y: Math.log(cost) }));
  const mean = (of: (log: { x: number; y: number }) => number): number =>
    logs.reduce((sum, log) => sum + of(log), 0) / logs.length;
  const [x, y] = [mean((log) => log.x), mean((log) => log.y)];
  return mean((log) => (log.x - x) * (log.y - y)) / mean((log) => (log.x - x) ** 2);
}
