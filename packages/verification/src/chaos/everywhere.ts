import { REST_FAULTS, type Repeat, type RestFault } from '@amd/simulator';
import type { Database } from './cluster.js';
import type { Fault, StoreFault } from './faults.js';
import { play, type Played, type Trouble } from './play.js';
import type { Scene } from './scene.js';

/** One play of a campaign: what was planted, and what came of it. */
export interface Run {
  readonly scene: string;
  readonly trouble: Trouble;
  readonly played: Played;
}

export interface Campaign {
  /** Places at which something was planted. */
  readonly points: number;
  readonly runs: number;
  readonly deaths: number;
  /** Calls that ended as if nothing had been planted. */
  readonly same: number;
  readonly calls: number;
  /** Longest time that work left behind by a dead node waited, in ms. */
  readonly slowestTakeOverMs: number;
  /** Slowest answer to a request for TwiML, in ms, whatever was out of order. */
  readonly slowestReplyMs: number;
  /** Legs whose caller had gone, and how many of them were late to end. */
  readonly legsLeft: number;
  readonly legsLate: number;
  readonly bad: readonly Run[];
}

export interface CampaignOptions {
  readonly scenes: readonly Scene[];
  /** A new, empty one for each play. */
  readonly database: () => Promise<Database>;
  /** Plants only one of so many faults, evenly spread; default: every one of them. */
  readonly oneOf?: number;
  readonly onProgress?: (runs: number, of: number) => void;
}

/** The node dies before and after every single question to the store and every request to Twilio, in a play of its own each. */
export function crashEverywhere(
  options: CampaignOptions & Pick<Trouble, 'everyWebhookTwice' | 'downMs' | 'nodes'>,
): Promise<Campaign> {
  const { everyWebhookTwice = false, downMs = 0, nodes = 1 } = options;
  const base: Trouble = { everyWebhookTwice, downMs, nodes };
  const does = ['crash-before', 'crash-after'] as const;
  return campaign(options, base, ({ store, rest }) => [
    ...numbers(store).flatMap((nth) => does.map((what): Fault => ({ on: 'store', nth, does: what }))),
    ...numbers(rest).flatMap((nth) => does.map((what): Fault => ({ on: 'rest', nth, does: what }))),
  ]);
}

/** Every question to the store fails, or is carried out and its answer lost, or hangs, in a play of its own each. */
export function storeFaultsEverywhere(options: CampaignOptions): Promise<Campaign> {
  const kinds: readonly StoreFault[] = ['fail', 'fail-after', 'hang'];
  return campaign(options, {}, ({ store }) =>
    numbers(store).flatMap((nth) => kinds.map((does): Fault => ({ on: 'store', nth, does }))),
  );
}

/** Every request to Twilio meets every fault there is, in a play of its own each. */
export function restFaultsEverywhere(
  options: CampaignOptions & { readonly kinds?: readonly RestFault[] },
): Promise<Campaign> {
  const { kinds = REST_FAULTS } = options;
  return campaign(options, {}, ({ rest }) =>
    numbers(rest).flatMap((nth) => kinds.map((does): Fault => ({ on: 'rest', nth, does }))),
  );
}

/** Ways in which a request for TwiML comes twice: at once, soon and late, either reply acted on; and copied, its reply thrown away. */
const REPEATS: readonly Repeat[] = [
  ...[0, 1500, 14_000].flatMap((retryAfterMs) => [
    { retryAfterMs, actsOn: 'first' as const },
    { retryAfterMs, actsOn: 'last' as const },
  ]),
  ...[200, 4000, 15_000, 60_000].map((copyAfterMs) => ({ copyAfterMs })),
];

/** Every request for TwiML comes twice, in every way, in a play of its own each. */
export function repeatsEverywhere(options: CampaignOptions & Pick<Trouble, 'nodes' | 'disorder'>): Promise<Campaign> {
  const { nodes = 1, disorder } = options;
  return campaign(options, { nodes, ...(disorder && { disorder }) }, ({ document }) =>
    numbers(document).flatMap((nth) => REPEATS.map((does): Fault => ({ on: 'document', nth, does }))),
  );
}

async function campaign(
  { scenes, database, oneOf = 1, onProgress }: CampaignOptions,
  base: Trouble,
  faultsOf: (counted: Played['counted']) => readonly Fault[],
): Promise<Campaign> {
  const undisturbed: { scene: Scene; played: Played; faults: readonly Fault[] }[] = [];
  for (const scene of scenes) {
    const played = await playOn(database, scene, base);
    const faults = faultsOf(played.counted).filter((_, index) => index % oneOf === 0);
    undisturbed.push({ scene, played, faults });
  }
  const points = new Set<string>();
  const bad: Run[] = [];
  let [runs, deaths, same, calls, slowestTakeOverMs, slowestReplyMs] = [0, 0, 0, 0, 0, 0];
  let [legsLeft, legsLate] = [0, 0];
  const of = undisturbed.reduce((sum, { faults }) => sum + faults.length, 0);
  for (const { scene, played: before, faults } of undisturbed) {
    const wrong = undisturbedProblems(scene, before, base);
    if (wrong.length > 0) bad.push({ scene: scene.name, trouble: base, played: { ...before, problems: wrong } });
    for (const fault of faults) {
      const trouble = { ...base, faults: [fault] };
      const played = await playOn(database, scene, trouble);
      points.add(`${scene.name} ${fault.on} ${String(fault.nth)}`);
      runs += 1;
      deaths += played.deaths;
      calls += played.results.length;
      same += played.results.filter((result, at) => result === before.results[at]).length;
      slowestReplyMs = Math.max(slowestReplyMs, played.slowestReplyMs);
      legsLeft += played.orphans.left;
      legsLate += played.orphans.late;
      for (const ms of played.tookOver) slowestTakeOverMs = Math.max(slowestTakeOverMs, ms);
      if (played.problems.length > 0) bad.push({ scene: scene.name, trouble, played });
      if (runs % 50 === 0) onProgress?.(runs, of);
    }
  }
  return { points: points.size, runs, deaths, same, calls, slowestTakeOverMs, slowestReplyMs, legsLeft, legsLate, bad };
}

/**
 * With nothing planted, the play must be the one that was meant: else its faults say nothing. Where notifications are late, a call
 * may end otherwise.
 */
function undisturbedProblems(
  { ends }: Scene,
  { problems, results, log }: Played,
  { disorder }: Trouble,
): readonly string[] {
  return [
    ...problems,
    ...log.map(({ code, message }) => `with nothing planted, the application complains: ${code} ${message}`),
    ...(ends === undefined || disorder !== undefined || String(ends) === String(results)
      ? []
      : [`with nothing planted it ended ${String(results)}, and not ${String(ends)}`]),
  ];
}

async function playOn(open: () => Promise<Database>, scene: Scene, trouble: Trouble): Promise<Played> {
  const database = await open();
  try {
    return await play(scene, database, trouble);
  } finally {
    await database.close();
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);
