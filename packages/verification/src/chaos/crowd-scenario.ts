import type { Person } from '@amd/simulator';
import { generator, hangUpRule, somebody } from '../crowds/crowd.js';
import { forwardingScenario } from './forwarding-scenario.js';
import type { Scenario, ScriptedCaller } from './scenario.js';

/** Creates many callers with random callees and random patience; the same for the same seed. */
export function crowdScenario(seed: number, calls: number, everyMs: number): Scenario {
  const random = generator(seed);
  const people = new Map<string, Person>();
  const lists = new Map<string, string[]>();
  const callers = Array.from({ length: calls }, (_, index): ScriptedCaller => {
    const from = `+1212${String(5_550_000 + index)}`;
    const list = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, at) => {
      const to = `+1415${String(2_000_000 + index * 3 + at)}`;
      people.set(to, somebody(random));
      return to;
    });
    lists.set(from, list);
    const hangUp = hangUpRule(random);
    return { from, afterMs: index * everyMs, ...(hangUp === undefined ? {} : { hangUp }) };
  });
  return forwardingScenario({
    name: `crowd of ${String(calls)}, seed ${String(seed)}`,
    callers,
    people,
    settings: (from) => ({ forwardTo: lists.get(from) ?? [], deadlineSeconds: 90 }),
  });
}
