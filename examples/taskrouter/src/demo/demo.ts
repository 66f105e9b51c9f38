import { runDemo } from '../../../shared/src/demo/run.js';
import { faults, story, summary } from './report.js';
import { SCENARIOS, WARM_UP } from './scenarios.js';
import { startTour } from './tour.js';

await runDemo({
  title: 'TaskRouter example',
  argument: 'taskrouter ',
  about: `Plays a tour of calls through the TaskRouter example, on a simulated Twilio in this process: callers wait in a queue,
TaskRouter reserves workers, their phones are rung with machine detection, and only a human takes the caller. Every webhook
is a signed HTTP request to the Express app, every REST call goes through the official twilio client. No account is needed.`,
  scenarios: SCENARIOS,
  warmUp: WARM_UP,
  start: startTour,
  story,
  summary,
  faults,
  outcome: ({ states }) => [...new Set(states.map((state) => state?.result ?? 'none'))].join(', '),
});
