import type { CallOptions } from '@amd/core';
import type { Person } from '@amd/simulator';
import { CRASH_SCENARIOS, type CrashScenario } from './chaos-scenarios.js';

/** Returns the caller's number. Numbers are by scenario, because the app, which starts anew each time, must know them all. */
export function callerOf(scenario: CrashScenario): string {
  return `+1212555${String(1000 + CRASH_SCENARIOS.indexOf(scenario))}`;
}

/** Returns who is rung in a scenario, and at which number. */
export function targetsOf(
  scenario: CrashScenario,
): readonly { readonly to: string; readonly name: string; readonly person: Person }[] {
  const first = 1000 + CRASH_SCENARIOS.indexOf(scenario) * 10;
  return scenario.people.map(({ name, person }, at) => ({ to: `+1415555${String(first + at)}`, name, person }));
}

/** Returns the options of all calls of the tour, by the caller's number. */
export function allOptions(): readonly (readonly [from: string, options: CallOptions])[] {
  return CRASH_SCENARIOS.map((scenario) => {
    const forwardTo = targetsOf(scenario).map(({ to, name }) => ({ to, name }));
    return [callerOf(scenario), { ...scenario.options, forwardTo }];
  });
}
