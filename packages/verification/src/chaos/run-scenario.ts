import { createSimulator, type Disorder } from '@amd/simulator';
import { BASE, OUR_NUMBER } from '../crowds/forwarding-app.js';
import { recordingsCut } from '../crowds/stranded.js';
import { Cluster, type ClusterOptions, type Database } from './cluster.js';
import { FaultSchedule, type Fault } from './faults.js';
import type { Orphans } from './check-calls.js';
import type { OnTheWay } from './faulty-client.js';
import type { Scenario, Observation } from './scenario.js';

/** What is to go wrong in one run, as plain data. */
export interface FaultPlan extends Pick<ClusterOptions, 'nodes' | 'downMs' | 'skewMs' | 'everyWebhookTwice'> {
  readonly faults?: readonly Fault[];
  /** Of notifications. */
  readonly disorder?: Disorder;
}

/** The result of one run. */
export interface ScenarioResult {
  /** Broken promises. */
  readonly problems: readonly string[];
  /** How each call ended, in the order of the callers. */
  readonly results: readonly string[];
  /** Numbers of requests to the store, REST requests, webhooks and documents. */
  readonly counted: Readonly<FaultSchedule['counted']>;
  readonly orphans: Orphans;
  readonly deaths: number;
  readonly conflicts: number;
  /** How long each task that a crashed node left waited for another node, in ms. */
  readonly failoverMs: readonly number[];
  /** Slowest answer to a request for TwiML, in ms. */
  readonly slowestReplyMs: number;
  readonly log: readonly { readonly code: string; readonly message: string }[];
}

/** No caller may be on hold longer than this, in ms, whatever fails. */
const AT_MOST_MS = 15 * 60_000;

/** Runs a scenario from the first call until all is over, on the virtual clock. */
export async function runScenario(
  scenario: Scenario,
  database: Database,
  faultPlan: FaultPlan = {},
): Promise<ScenarioResult> {
  const schedule = new FaultSchedule(faultPlan.faults ?? []);
  const onTheWay: OnTheWay = [];
  const sim = createSimulator({
    numbers: [
      {
        phoneNumber: OUR_NUMBER,
        voiceUrl: `${BASE}/inbound#rc=3&rp=5xx,ct,rt`,
        statusCallback: `${BASE}/inbound/status#rc=3&rp=5xx,ct,rt`,
      },
    ],
    people: (to) => scenario.people.get(to),
    transport: (request) => cluster.transport(request),
    idle: () => cluster.idle(),
    rest: () => onTheWay.shift(),
    repeats: () => {
      const planned = schedule.next('document');
      return planned?.on === 'document' ? planned.does : undefined;
    },
    ...(faultPlan.disorder === undefined ? {} : { disorder: faultPlan.disorder }),
  });
  scenario.setUp?.(sim);
  const recorder = scenario.begin(sim);
  const cluster = new Cluster({ ...faultPlan, sim, schedule, onTheWay, database, build: recorder.build });
  cluster.start();
  const callers: string[] = [];
  const began = sim.clock.now();
  for (const { afterMs = 0, ...caller } of scenario.callers) {
    if (began + afterMs > sim.clock.now()) await sim.settle(began + afterMs);
    callers.push(sim.placeCall({ ...caller, to: OUR_NUMBER }).sid);
  }
  const limit = sim.clock.now() + AT_MOST_MS;
  let observation: Observation;
  let more = 0;
  do {
    await sim.advance(5000);
    observation = await recorder.look(database);
    // Idle nodes still poll, a few times more or less: a fault at one of the last polls counts as reached as well.
    const isOver = observation.over && sim.calls.every(({ endedAt }) => endedAt !== undefined);
    if (isOver && (!schedule.isNear || ++more > 6)) break;
  } while (sim.clock.now() < limit);
  if (schedule.latestCopyMs > 0) {
    // A copy that arrives after everything is over must change nothing either.
    await sim.advance(schedule.latestCopyMs);
    observation = await recorder.look(database);
  }
  const problems = observation.problems(callers);
  const conflicts = recorder.failures.filter((error) => String(error).includes('times in a row'));
  if (conflicts.length > 0) problems.push(`${String(conflicts.length)} steps lost every race to others`);
  const orphans = observation.orphans(callers);
  problems.push(...cluster.replies.problems, ...orphans.forNobody);
  for (const sid of recordingsCut(sim.timeline)) problems.push(`${sid} was interrupted while leaving a message`);
  sim.close();
  cluster.end();
  return {
    problems,
    results: callers.map((sid) => observation.resultOf(sid)),
    counted: schedule.counted,
    orphans,
    deaths: cluster.deaths,
    conflicts: recorder.conflicts,
    failoverMs: cluster.failovers.took,
    slowestReplyMs: cluster.replies.slowestMs,
    log: recorder.log,
  };
}
