import { REST_FAULTS, type Repeat, type RestFault } from '@amd/simulator';
import type { Database } from './cluster.js';
import type { Fault, StoreFault } from './faults.js';
import { runScenario, type ScenarioResult, type FaultPlan } from './run-scenario.js';
import type { Scenario } from './scenario.js';

/** One run of a campaign: what was planted, and the result. */
export interface Run {
  readonly scenario: string;
  readonly faultPlan: FaultPlan;
  readonly result: ScenarioResult;
}

export interface Campaign {
  /** Places at which something was planted. */
  readonly points: number;
  readonly runs: number;
  readonly deaths: number;
  /** Calls that ended as if nothing had been planted. */
  readonly same: number;
  readonly calls: number;
  /** Longest time that the work of a crashed node waited, in ms. */
  readonly slowestFailoverMs: number;
  /** Slowest answer to a request for TwiML, in ms, whatever failed behind it. */
  readonly slowestReplyMs: number;
  /** Legs whose caller had left, and how many of them ended late. */
  readonly legsLeft: number;
  readonly legsLate: number;
  readonly bad: readonly Run[];
}

export interface CampaignOptions {
  readonly scenarios: readonly Scenario[];
  /** Creates a new, empty one for each run. */
  readonly database: () => Promise<Database>;
  /** Plants only every n-th fault; default: every one. */
  readonly oneOf?: number;
  readonly onProgress?: (runs: number, of: number) => void;
}

/** Crashes the node before and after every single request to the store and to Twilio, in a run of its own each. */
export function crashEverywhere(
  options: CampaignOptions & Pick<FaultPlan, 'everyWebhookTwice' | 'downMs' | 'nodes'>,
): Promise<Campaign> {
  const { everyWebhookTwice = false, downMs = 0, nodes = 1 } = options;
  const base: FaultPlan = { everyWebhookTwice, downMs, nodes };
  const does = ['crash-before', 'crash-after'] as const;
  return campaign(options, base, ({ store, rest }) => [
    ...numbers(store).flatMap((nth) => does.map((what): Fault => ({ on: 'store', nth, does: what }))),
    ...numbers(rest).flatMap((nth) => does.map((what): Fault => ({ on: 'rest', nth, does: what }))),
  ]);
}

/** Makes every request to the store fail, lose its answer, or hang, in a run of its own each. */
export function storeFaultsEverywhere(options: CampaignOptions): Promise<Campaign> {
  const kinds: readonly StoreFault[] = ['fail', 'fail-after', 'hang'];
  return campaign(options, {}, ({ store }) =>
    numbers(store).flatMap((nth) => kinds.map((does): Fault => ({ on: 'store', nth, does }))),
  );
}

/** Gives every request to Twilio every fault there is, in a run of its own each. */
export function restFaultsEverywhere(
  options: CampaignOptions & { readonly kinds?: readonly RestFault[] },
): Promise<Campaign> {
  const { kinds = REST_FAULTS } = options;
  return campaign(options, {}, ({ rest }) =>
    numbers(rest).flatMap((nth) => kinds.map((does): Fault => ({ on: 'rest', nth, does }))),
  );
}

/**
 * How a request for TwiML is repeated: at once, soon and late, with either reply acted on; and copied, with its reply discarded.
 */
const REPEATS: readonly Repeat[] = [
  ...[0, 1500, 14_000].flatMap((retryAfterMs) => [
    { retryAfterMs, actsOn: 'first' as const },
    { retryAfterMs, actsOn: 'last' as const },
  ]),
  ...[200, 4000, 15_000, 60_000].map((copyAfterMs) => ({ copyAfterMs })),
];

/** Repeats every request for TwiML in every way, in a run of its own each. */
export function repeatsEverywhere(options: CampaignOptions & Pick<FaultPlan, 'nodes' | 'disorder'>): Promise<Campaign> {
  const { nodes = 1, disorder } = options;
  return campaign(options, { nodes, ...(disorder && { disorder }) }, ({ document }) =>
    numbers(document).flatMap((nth) => REPEATS.map((does): Fault => ({ on: 'document', nth, does }))),
  );
}

async function campaign(
  { scenarios, database, oneOf = 1, onProgress }: CampaignOptions,
  base: FaultPlan,
  faultsOf: (counted: ScenarioResult['counted']) => readonly Fault[],
): Promise<Campaign> {
  const undisturbed: { scenario: Scenario; result: ScenarioResult; faults: readonly Fault[] }[] = [];
  for (const scenario of scenarios) {
    const result = await runOn(database, scenario, base);
    const faults = faultsOf(result.counted).filter((_, index) => index % oneOf === 0);
    undisturbed.push({ scenario, result, faults });
  }
  const points = new Set<string>();
  const bad: Run[] = [];
  let [runs, deaths, same, calls, slowestFailoverMs, slowestReplyMs] = [0, 0, 0, 0, 0, 0];
  let [legsLeft, legsLate] = [0, 0];
  const of = undisturbed.reduce((sum, { faults }) => sum + faults.length, 0);
  for (const { scenario, result: before, faults } of undisturbed) {
    const wrong = undisturbedProblems(scenario, before, base);
    if (wrong.length > 0)
      bad.push({ scenario: scenario.name, faultPlan: base, result: { ...before, problems: wrong } });
    for (const fault of faults) {
      const faultPlan = { ...base, faults: [fault] };
      const result = await runOn(database, scenario, faultPlan);
      points.add(`${scenario.name} ${fault.on} ${String(fault.nth)}`);
      runs += 1;
      deaths += result.deaths;
      calls += result.results.length;
      same += result.results.filter((ending, at) => ending === before.results[at]).length;
      slowestReplyMs = Math.max(slowestReplyMs, result.slowestReplyMs);
      legsLeft += result.orphans.left;
      legsLate += result.orphans.late;
      for (const ms of result.failoverMs) slowestFailoverMs = Math.max(slowestFailoverMs, ms);
      if (result.problems.length > 0) bad.push({ scenario: scenario.name, faultPlan, result });
      if (runs % 50 === 0) onProgress?.(runs, of);
    }
  }
  return { points: points.size, runs, deaths, same, calls, slowestFailoverMs, slowestReplyMs, legsLeft, legsLate, bad };
}

/**
 * Without faults the run must end as the scenario says: otherwise its faults prove nothing. Where notifications are late, a call
 * may end differently.
 */
function undisturbedProblems(
  { ends }: Scenario,
  { problems, results, log }: ScenarioResult,
  { disorder }: FaultPlan,
): readonly string[] {
  return [
    ...problems,
    ...log.map(({ code, message }) => `with nothing planted, the application complains: ${code} ${message}`),
    ...(ends === undefined || disorder !== undefined || String(ends) === String(results)
      ? []
      : [`with nothing planted it ended ${String(results)}, and not ${String(ends)}`]),
  ];
}

async function runOn(open: () => Promise<Database>, scenario: Scenario, faultPlan: FaultPlan): Promise<ScenarioResult> {
  const database = await open();
  try {
    return await runScenario(scenario, database, faultPlan);
  } finally {
    await database.close();
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);
