import type { Demo } from '../../../shared/src/demo/run.js';
import { faults, story, summary } from './report.js';
import { SCENARIOS, type Scenario } from './scenarios.js';
import { startTour, type Played } from './tour.js';

/** `npm run demo -- taskrouter`. */
export const QUEUE: Demo<Scenario, Played> = {
  title: 'TaskRouter example',
  scenarios: SCENARIOS,
  start: startTour,
  story,
  summary,
  faults,
  outcome: ({ states }) => [...new Set(states.map((state) => state?.result ?? 'none'))].join(', '),
};
