import { REST_FAULTS, seededRepeats } from '@amd/simulator';
import { generator } from '../crowds/crowd.js';
import { crowdScenario } from './crowd-scenario.js';
import type { Fault, StoreFault, WebhookFault } from './faults.js';
import type { FaultPlan } from './run-scenario.js';
import type { Scenario } from './scenario.js';

/** A run as it is kept in `packages/verification/test/seeds/`: plain data that runs again exactly. */
export interface SeededRun {
  readonly seed: number;
  /** Which of the seed's callers call; all, unless a failing run was made smaller. */
  readonly callers: readonly number[];
  readonly faultPlan: FaultPlan;
  /** What was wrong when it was kept. */
  readonly found?: string;
}

export const CALLERS = 12;
const EVERY_MS = 3000;
/** About as many as the calls need: a fault beyond the last request has no effect. */
const QUESTIONS = { store: 45 * CALLERS, rest: 3 * CALLERS, webhook: 18 * CALLERS, document: 4 * CALLERS };

/**
 * Creates one to three nodes with differing clocks, a network that loses and repeats, a dozen random faults, and as many requests
 * for TwiML that are repeated.
 */
export function seededRun(seed: number): SeededRun {
  const random = generator(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const pick = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const nodes = 1 + below(3);
  const faults = Array.from({ length: 4 + below(12) }, (): Fault => {
    const dice = random();
    if (dice < 0.35) return { on: 'store', nth: 1 + below(QUESTIONS.store), does: pick(STORE) };
    if (dice < 0.6) {
      const does = random() < 0.4 ? pick(['crash-before', 'crash-after'] as const) : pick(REST_FAULTS.slice(0, -1));
      return { on: 'rest', nth: 1 + below(QUESTIONS.rest), does };
    }
    if (dice < 0.9) return { on: 'webhook', nth: 1 + below(QUESTIONS.webhook), does: pick(WEBHOOK) };
    const does = pick(['fail', 'hang'] as const);
    return { on: 'outage', nth: 1 + below(QUESTIONS.store), forMs: 500 + below(8000), does };
  });
  const faultPlan: FaultPlan = {
    nodes,
    downMs: nodes === 1 ? 0 : below(5000),
    skewMs: Array.from({ length: nodes }, () => below(10_001) - 5000),
    faults: [...faults, ...repeats(seed)],
    disorder: { seed, maxDelayMs: 5000, duplicate: 0.2, lose: 0.05 },
  };
  return { seed, callers: Array.from({ length: CALLERS }, (_, index) => index), faultPlan };
}

/** Uses a generator of its own, so that the other faults of a seed stay the same. */
function repeats(seed: number): Fault[] {
  const hook = seededRepeats({ seed, retry: 0.15, copy: 0.15, maxCopyMs: 60_000 });
  const request = { url: '', method: 'POST', callSid: '' } as const;
  return Array.from({ length: QUESTIONS.document }, (_, index) => ({ nth: index + 1, does: hook(request) })).flatMap(
    ({ nth, does }) => (does === undefined ? [] : [{ on: 'document', nth, does } as const]),
  );
}

const STORE: readonly StoreFault[] = ['crash-before', 'crash-after', 'fail', 'fail-after', 'hang'];
const WEBHOOK: readonly WebhookFault[] = ['refuse', 'lose-reply', 'twice'];

/** Creates the scenario of the seed, with the remaining callers. */
export function scenarioOf({ seed, callers }: SeededRun): Scenario {
  const scenario = crowdScenario(seed, CALLERS, EVERY_MS);
  return { ...scenario, callers: scenario.callers.filter((_, index) => callers.includes(index)) };
}
