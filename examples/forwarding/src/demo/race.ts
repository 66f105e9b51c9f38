import { runDemo } from '../../../shared/src/demo/run.js';
import { RACES } from './race-scenarios.js';
import { faults, story, summary } from './report.js';
import { WARM_UP } from './scenarios.js';
import { startTour } from './tour.js';

await runDemo({
  title: 'forwarding example',
  argument: 'race ',
  about: `Plays races through the forwarding example, on a simulated Twilio in this process: machines that answer first, humans
in the same instant, keys and verdicts in either order. Whoever picks up hears at once who is calling.`,
  scenarios: RACES,
  warmUp: WARM_UP,
  start: startTour,
  story,
  summary,
  faults,
  outcome: ({ state }) => state?.result ?? 'none',
});
