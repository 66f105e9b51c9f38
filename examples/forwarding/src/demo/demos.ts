import type { Demo } from '../../../shared/src/demo/run.js';
import { RACES } from './race-scenarios.js';
import { faults, story, summary } from './report.js';
import { SCENARIOS, type Scenario } from './scenarios.js';
import { startTour, type Played } from './tour.js';

/** `npm run demo`. */
export const TOUR: Demo<Scenario, Played> = {
  title: 'forwarding example',
  scenarios: SCENARIOS,
  start: startTour,
  story,
  summary,
  faults,
  outcome: ({ state }) => state?.result ?? 'none',
};

/** `npm run demo -- race`: all phones ring at once, and a callee who picks up hears at once who is calling. */
export const RACE: Demo<Scenario, Played> = { ...TOUR, scenarios: RACES };
