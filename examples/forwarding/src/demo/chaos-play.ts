import type { Person, SimulatorClock } from '@amd/simulator';
import { callerOf, targetsOf } from './chaos-numbers.js';
import type { CrashResult } from './chaos-report.js';
import type { CrashScenario } from './chaos-scenarios.js';
import type { ChaosTwilio } from './chaos-twilio.js';
import { planCrashes, type PlannedCrashes } from './planned-crashes.js';
import { OUR_NUMBER } from './team.js';

/** A call that takes longer than this, in real ms, is not played to its end. */
const LONGEST_MS = 60_000;

/** Plays one call to its end, and kills the app in the middle of it. */
export async function playCrashScenario(
  scenario: CrashScenario,
  parts: {
    readonly twilio: ChaosTwilio;
    /** Who answers at which number. */
    readonly people: Map<string, Person>;
    readonly clock: SimulatorClock;
    readonly kill: () => void;
    /** Sets the plan for this call; `null` ends it. */
    readonly plan: (crashes: PlannedCrashes | null) => void;
  },
): Promise<Omit<CrashResult, 'byItself'>> {
  const { twilio, people, clock, kill, plan } = parts;
  const { sim } = twilio;
  const targets = targetsOf(scenario);
  for (const { to, person } of targets) people.set(to, person);
  const before = {
    calls: sim.calls.length,
    entries: sim.timeline.length,
    complaints: sim.debugger.length,
    inVain: twilio.inVain,
  };

  let over = false;
  const crashes = planCrashes(scenario.crashes, {
    clock,
    kill: () => {
      if (!over) kill();
    },
  });
  plan(crashes);
  crashes.happens('calling');
  const caller = sim.placeCall({
    from: callerOf(scenario),
    to: OUR_NUMBER,
    ...(scenario.hangUp === undefined ? {} : { hangUp: scenario.hangUp }),
  });
  await inTime(LONGEST_MS, async () => {
    await caller.done;
    await sim.settle();
  });
  over = true;
  plan(null);

  const calls = sim.calls.slice(before.calls);
  const stuck = calls.filter(({ endedAt }) => endedAt === undefined);
  const numbers = stuck.map(({ to }) => to);
  for (const call of stuck) call.hangUp();
  return {
    scenario,
    caller,
    legs: calls.filter(({ direction }) => direction !== 'inbound'),
    names: new Map(targets.map(({ to, name }) => [to, name])),
    entries: sim.timeline.slice(before.entries),
    complaints: sim.debugger.slice(before.complaints),
    crashes: crashes.all,
    inVain: twilio.inVain - before.inVain,
    stuck: numbers,
  };
}

/** Resolves when the work is done, or after this many real ms. */
async function inTime(ms: number, work: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work(), late]);
  clearTimeout(timer);
}
