import { runDemo } from '../../../shared/src/demo/run.js';
import { faults, story, summary } from './report.js';
import { SCENARIOS, WARM_UP } from './scenarios.js';
import { startTour } from './tour.js';

await runDemo({
  title: 'forwarding example',
  argument: '',
  about: `Plays a tour of calls through the forwarding example, on a simulated Twilio in this process: every webhook is a signed
HTTP request to the Express app, every REST call goes through the official twilio client. No account is needed.`,
  scenarios: SCENARIOS,
  warmUp: WARM_UP,
  start: startTour,
  story,
  summary,
  faults,
  outcome: ({ state }) => state?.result ?? 'none',
});
