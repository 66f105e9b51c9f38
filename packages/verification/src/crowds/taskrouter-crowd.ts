import { isTaskCallFinal, type TaskOptions } from '@amd/core';
import {
  human,
  seededRepeats,
  unreachable,
  type HangUpRule,
  type Person,
  type SeededRepeats,
  type SimulatedCall,
  type Toggles,
} from '@amd/simulator';
import { generator, hangUpRule, somebody } from './crowd.js';
import { fallbackOf, lastNumber, Outcomes } from './fallbacks.js';
import { OUR_NUMBER } from './forwarding-app.js';
import { stranded } from './stranded.js';
import { phoneOf, taskRouterApp, type TaskRouterApp } from './taskrouter-app.js';

export interface TaskCrowd {
  readonly calls: number;
  readonly workers: number;
  readonly seed: number;
  /** One call every so many ms. */
  readonly everyMs: number;
  readonly toggles?: Partial<Toggles>;
  readonly disorder?: { maxDelayMs: number; lose: number; duplicate: number };
  /**
   * Requests for TwiML that are repeated. Callers then wait two minutes at most, some ask to leave a message, and the seed says
   * which fallback they get.
   */
  readonly repeats?: Omit<SeededRepeats, 'seed'>;
}

export interface TaskCrowdResult {
  readonly results: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}

/** Two minutes, the answer in progress at that time, and the fallback, in ms. */
const LONGEST_WAIT_MS = 5 * 60_000;
/** Workers whose number fails for good, and one without a number. */
const FAILING = 2;
const NUMBERLESS = 1;

/** Plays random callees for each call, and random callers who give up. Names every broken promise. */
export async function playTaskCrowd(crowd: TaskCrowd): Promise<TaskCrowdResult> {
  const random = generator(crowd.seed);
  const failing = new Set(Array.from({ length: FAILING }, (_, index) => phoneOf(index)));
  const last = lastNumber();
  const outcomes = new Outcomes();
  const people = (to: string): Person => {
    if (failing.has(to)) return unreachable();
    const lastOne = last(to);
    if (lastOne !== undefined) return lastOne;
    const person = somebody(random);
    // A number that fails for good would send all workers offline over time.
    return person.pickUp.does === 'fail' || person.pickUp.does === 'refuse' ? human({ talkMs: 10_000 }) : person;
  };
  const app = await taskRouterApp(
    {
      workers: Array.from({ length: crowd.workers }, (_, index) => ({
        name: `Worker ${String(index)}`,
        ...(index < FAILING + NUMBERLESS && index >= FAILING ? { phone: null } : {}),
      })),
      ...(crowd.repeats !== undefined && { settings: settingsOf(crowd.seed) }),
    },
    {
      people,
      random: crowd.seed,
      ...(crowd.repeats === undefined ? {} : { repeats: seededRepeats({ seed: crowd.seed, ...crowd.repeats }) }),
      ...(crowd.toggles === undefined ? {} : { toggles: crowd.toggles }),
      ...(crowd.disorder === undefined ? {} : { disorder: { seed: crowd.seed, ...crowd.disorder } }),
    },
    outcomes.hooks,
  );
  const callers: SimulatedCall[] = [];
  for (let index = 0; index < crowd.calls; index += 1) {
    const from = `+1212${String(5_550_000 + index).padStart(7, '0')}`;
    const hangUp = giveUp(random);
    const press = [{ afterMs: 20_000 + 1000 * (index % 60), digits: '*' }];
    callers.push(
      app.sim.placeCall({
        from,
        to: OUR_NUMBER,
        ...(hangUp === undefined ? {} : { hangUp }),
        ...(crowd.repeats !== undefined && index % 4 === 0 && { press }),
      }),
    );
    await app.sim.advance(crowd.everyMs);
  }
  await app.sim.settle();
  const { results, problems } = judge(
    app,
    callers.map(({ sid }) => sid),
  );
  const served = callers.map((caller) => ({
    caller,
    legs: (app.states.get(caller.sid)?.legs ?? []).flatMap(({ sid }) =>
      sid === null ? [] : (app.sim.call(sid) ?? []),
    ),
    outcomes: app.states.has(caller.sid) ? outcomes.of(caller.sid) : undefined,
  }));
  await app.stop();
  // Without a deadline they wait as long as they like.
  const waitMs = crowd.repeats === undefined ? Infinity : LONGEST_WAIT_MS;
  return { results, problems: [...problems, ...stranded(app.sim.timeline, served, waitMs)].slice(0, 20) };
}

function settingsOf(seed: number): TaskOptions {
  const fallback = fallbackOf(String(seed));
  return { deadlineSeconds: 120, fallback, offerMessage: fallback.kind === 'voicemail' };
}

/** Most callers wait, but none forever. */
function giveUp(random: () => number): HangUpRule | undefined {
  return random() < 0.5 ? undefined : hangUpRule(random);
}

function judge(app: TaskRouterApp, sids: readonly string[]): TaskCrowdResult {
  const problems: string[] = [];
  const results: Record<string, number> = {};
  for (const failure of app.failures) problems.push(`a task failed: ${String(failure)}`);
  // The log has to report workers without a number, and foreign tasks.
  for (const { code, message } of app.log) {
    if (code !== 'worker.phone' && code !== 'task.foreign') problems.push(`log: ${message}`);
  }
  for (const sid of sids) {
    const state = app.states.get(sid);
    const caller = app.sim.call(sid);
    const result = state?.result ?? 'none';
    results[result] = (results[result] ?? 0) + 1;
    // A caller who hangs up before the first webhook is answered has no record.
    if (state === undefined) continue;
    if (!isTaskCallFinal(state)) problems.push(`${sid}: not over for us: ${JSON.stringify(state.caller)}`);
    const talks = (caller?.bridgedWith ?? []).filter(
      ({ sid: leg }) => app.sim.call(leg)?.direction !== 'outbound-dial',
    );
    if (talks.length > 1) problems.push(`${sid}: talked with ${String(talks.length)} people`);
    if ((talks.length === 1) !== (state.result === 'connected')) {
      problems.push(`${sid}: ${String(state.result)}, but talked with ${String(talks.length)}`);
    }
    for (const { sid: leg } of talks) {
      const by = app.sim.call(leg)?.answeredBy;
      if (by !== 'human' && by !== 'unknown') problems.push(`${sid}: bridged to ${String(by)}`);
    }
  }
  for (const call of app.sim.calls) if (call.endedAt === undefined) problems.push(`${call.sid} is still on the line`);
  for (const { workers, tasks } of app.sim.workspaces) {
    for (const worker of workers) {
      if (worker.holding > 0) problems.push(`${worker.friendlyName} still holds a reservation`);
      const number = Number(worker.friendlyName.slice('Worker '.length));
      const home = number < FAILING + NUMBERLESS;
      if (worker.activity !== 'Available' && !(home && worker.activity === 'Offline')) {
        problems.push(`${worker.friendlyName} is stuck in ${worker.activity}`);
      }
    }
    for (const task of tasks) {
      if (task.status !== 'completed' && task.status !== 'canceled') problems.push(`${task.sid} is ${task.status}`);
      for (const one of task.reservations) {
        if (['pending', 'accepted', 'wrapping'].includes(one.status)) problems.push(`${one.sid} is ${one.status}`);
      }
    }
  }
  return { results, problems };
}
