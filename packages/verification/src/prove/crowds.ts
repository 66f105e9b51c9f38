import { playCrowd } from '../crowds/crowd.js';
import { playRaces } from '../crowds/races.js';
import { playGuests } from '../crowds/guests-crowd.js';
import { playTaskCrowd } from '../crowds/taskrouter-crowd.js';
import { flippedPlays } from '../crowds/toggles.js';
import type { Facts } from './facts.js';

interface CrowdOptions {
  readonly full: boolean;
  readonly seed: number;
  readonly tell: (done: number, of: number) => void;
}

/** Plays many callers at once, whose webhooks come in any order; and 1,000 with some webhooks lost and some repeated. */
export async function crowd({ full, seed }: CrowdOptions): Promise<Facts> {
  const disorder = { maxDelayMs: 5000, lose: 0, duplicate: 0 };
  const many = await playCrowd({ calls: full ? 10_000 : 1000, seed, disorder, everyMs: 100 });
  const lossy = await playCrowd({
    calls: full ? 1000 : 300,
    seed,
    disorder: { ...disorder, lose: 0.05, duplicate: 0.2 },
  });
  return factsOf([many, lossy]);
}

/** Plays a crowd while the application's clock is set every second, and the same crowd without that. */
export async function clock({ full, seed }: CrowdOptions): Promise<Facts> {
  const calls = full ? 1000 : 300;
  const quiet = await playCrowd({ calls, seed });
  const played = await playCrowd({ calls, seed, clockBackMs: 3_600_000 });
  const kinds = new Set([...Object.keys(quiet.results), ...Object.keys(played.results)]);
  const apart = [...kinds].map((kind) => Math.abs((quiet.results[kind] ?? 0) - (played.results[kind] ?? 0)));
  const otherwise = apart.reduce((sum, one) => sum + one, 0) / 2;
  return { figures: { calls, otherwise }, problems: [...quiet.problems, ...played.problems] };
}

/** Plays many callers in a queue with fifty workers. */
export async function queueCrowd({ full, seed }: CrowdOptions): Promise<Facts> {
  const disorder = { maxDelayMs: 2000, lose: 0.05, duplicate: 0.05 };
  const calls = full ? 10_000 : 1000;
  return factsOf([await playTaskCrowd({ calls, workers: 50, seed, everyMs: 4000, disorder })]);
}

/** Retries requests for TwiML, copies them later, and both, in crowds of both kinds. */
export async function repeatedCrowds({ full, seed, tell }: CrowdOptions): Promise<Facts> {
  const ways = [
    { retry: 0.5 },
    { copy: 0.5, maxCopyMs: 120_000 },
    { retry: 0.2, copy: 0.2 },
    { retry: 1, copy: 1, maxCopyMs: 20_000 },
  ];
  const played = [];
  for (const [index, repeats] of ways.entries()) {
    const one = seed + 3000 + index;
    const name = JSON.stringify(repeats);
    played.push(named(name, await playCrowd({ calls: full ? 2500 : 250, seed: one, everyMs: 100, repeats })));
    const crowd = { calls: full ? 2500 : 100, workers: full ? 100 : 30, seed: one, everyMs: 4000, repeats };
    played.push(named(name, await playTaskCrowd(crowd)));
    tell(played.length, 2 * ways.length);
  }
  return factsOf(played);
}

/** Flips every switch of the simulator, alone, with another and with all. */
export async function toggles({ full, seed, tell }: CrowdOptions): Promise<Facts> {
  const plays = flippedPlays(20, seed + 1000);
  const played = [];
  for (const [name, flips] of plays) {
    const disorder = { maxDelayMs: 5000, lose: 0, duplicate: 0 };
    played.push(named(name, await playCrowd({ calls: full ? 150 : 30, seed, toggles: flips, disorder })));
    tell(played.length, plays.length);
  }
  return factsOf(played);
}

export async function queueToggles({ full, seed, tell }: CrowdOptions): Promise<Facts> {
  const plays = flippedPlays(20, seed + 2000);
  const played = [];
  for (const [name, flips] of plays) {
    const disorder = { maxDelayMs: 2000, lose: 0.05, duplicate: 0.2 };
    const calls = full ? 60 : 15;
    const one = await playTaskCrowd({ calls, workers: 12, seed, everyMs: 15_000, toggles: flips, disorder });
    played.push(named(name, one));
    tell(played.length, plays.length);
  }
  return factsOf(played);
}

/** Plays callers in a workspace that is shared with chats, e-mails, callbacks and calls that agents make. */
export async function foreignTasks({ full, seed, tell }: CrowdOptions): Promise<Facts> {
  const plays = full ? 50 : 10;
  const calls = 20;
  let foreign = 0;
  const problems: string[] = [];
  for (let index = 0; index < plays; index += 1) {
    const played = await playGuests({ calls, workers: 12, seed: seed + index });
    foreign += played.foreign;
    problems.push(...played.problems.map((problem) => `seed ${String(seed + index)}: ${problem}`));
    tell(index + 1, plays);
  }
  return { figures: { calls: calls * plays, foreign }, problems };
}

/** Plays one human among voicemails that pick up at once; then two humans at the same instant. */
export async function races({ full, seed }: CrowdOptions): Promise<Facts> {
  const [alone, together] = full ? [10_000, 2000] : [1000, 300];
  const problems = [
    ...(await playRaces({ races: alone, humans: 1, seed })),
    ...(await playRaces({ races: together, humans: 2, seed })),
  ];
  return { figures: { races: alone, 'of two humans': together }, problems };
}

interface Played {
  readonly results: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

function named(name: string, { results, problems }: Played): Played {
  return { results, problems: problems.map((problem) => `${name}: ${problem}`) };
}

function factsOf(played: readonly Played[]): Facts {
  const sum = (of: (result: string) => boolean): number =>
    played
      .flatMap(({ results }) => Object.entries(results))
      .reduce((all, [name, count]) => all + (of(name) ? count : 0), 0);
  return {
    figures: { plays: played.length, calls: sum(() => true), connected: sum((name) => name === 'connected') },
    problems: played.flatMap(({ problems }) => problems),
  };
}
