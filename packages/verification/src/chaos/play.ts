import { createSimulator, type Disorder } from '@amd/simulator';
import { BASE, OUR_NUMBER } from '../crowds/forwarding-app.js';
import { recordingsCut } from '../crowds/stranded.js';
import { Cluster, type ClusterOptions, type Database } from './cluster.js';
import { Plan, type Fault } from './faults.js';
import type { Orphans } from './judge.js';
import type { OnTheWay } from './planted-client.js';
import type { Scene, Sight } from './scene.js';

export interface Trouble extends Pick<ClusterOptions, 'nodes' | 'downMs' | 'skewMs' | 'everyWebhookTwice'> {
  readonly faults?: readonly Fault[];
  /** Of notifications. */
  readonly disorder?: Disorder;
}

export interface Played {
  /** What is not as promised. */
  readonly problems: readonly string[];
  /** How each call ended, in the order of the callers. */
  readonly results: readonly string[];
  /** Questions to the store, REST requests, webhooks and documents there were. */
  readonly counted: Readonly<Plan['counted']>;
  readonly orphans: Orphans;
  readonly deaths: number;
  readonly conflicts: number;
  /** How long work left behind by the dead waited, in ms. */
  readonly tookOver: readonly number[];
  /** Slowest answer to a request for TwiML, in ms. */
  readonly slowestReplyMs: number;
  readonly log: readonly { readonly code: string; readonly message: string }[];
}

/** Nobody may be on hold longer than this, in ms, whatever happens to us. */
const AT_MOST_MS = 15 * 60_000;

/** One play from the first call until all is over, on the virtual clock. */
export async function play(scene: Scene, database: Database, trouble: Trouble = {}): Promise<Played> {
  const plan = new Plan(trouble.faults ?? []);
  const onTheWay: OnTheWay = [];
  const sim = createSimulator({
    numbers: [
      {
        phoneNumber: OUR_NUMBER,
        voiceUrl: `${BASE}/inbound#rc=3&rp=5xx,ct,rt`,
        statusCallback: `${BASE}/inbound/status#rc=3&rp=5xx,ct,rt`,
      },
    ],
    people: (to) => scene.people.get(to),
    transport: (request) => cluster.transport(request),
    idle: () => cluster.idle(),
    rest: () => onTheWay.shift(),
    repeats: () => {
      const planned = plan.next('document');
      return planned?.on === 'document' ? planned.does : undefined;
    },
    ...(trouble.disorder === undefined ? {} : { disorder: trouble.disorder }),
  });
  scene.setUp?.(sim);
  const recorder = scene.begin(sim);
  const cluster = new Cluster({ ...trouble, sim, plan, onTheWay, database, build: recorder.build });
  cluster.start();
  const callers: string[] = [];
  const began = sim.clock.now();
  for (const { afterMs = 0, ...caller } of scene.callers) {
    if (began + afterMs > sim.clock.now()) await sim.settle(began + afterMs);
    callers.push(sim.placeCall({ ...caller, to: OUR_NUMBER }).sid);
  }
  const limit = sim.clock.now() + AT_MOST_MS;
  let sight: Sight;
  let more = 0;
  do {
    await sim.advance(5000);
    sight = await recorder.look(database);
    // Nodes that have nothing to do still look for work, a few times more or less: a place among the last looks is reached as well.
    const isOver = sight.over && sim.calls.every(({ endedAt }) => endedAt !== undefined);
    if (isOver && (!plan.isNear || ++more > 6)) break;
  } while (sim.clock.now() < limit);
  if (plan.latestCopyMs > 0) {
    // What is copied when all is over changes nothing either.
    await sim.advance(plan.latestCopyMs);
    sight = await recorder.look(database);
  }
  const problems = sight.problems(callers);
  const conflicts = recorder.failures.filter((error) => String(error).includes('times in a row'));
  if (conflicts.length > 0) problems.push(`${String(conflicts.length)} steps lost every race to others`);
  const orphans = sight.orphans(callers);
  problems.push(...cluster.replies.problems, ...orphans.forNobody);
  for (const sid of recordingsCut(sim.timeline)) problems.push(`${sid} was interrupted while leaving a message`);
  sim.close();
  cluster.end();
  return {
    problems,
    results: callers.map((sid) => sight.resultOf(sid)),
    counted: plan.counted,
    orphans,
    deaths: cluster.deaths,
    conflicts: recorder.conflicts,
    tookOver: cluster.takeOvers.took,
    slowestReplyMs: cluster.replies.slowestMs,
    log: recorder.log,
  };
}
