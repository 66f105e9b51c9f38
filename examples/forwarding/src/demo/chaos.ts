import { runDemo } from '../../../shared/src/demo/run.js';
import { chaosFaults, chaosOutcome, chaosStory, chaosSummary } from './chaos-report.js';
import { CRASH_SCENARIOS } from './chaos-scenarios.js';
import { CHAOS_SPEED, startChaosTour } from './chaos-tour.js';

await runDemo({
  title: 'forwarding example',
  speed: CHAOS_SPEED,
  hint: 'Press Enter to kill the app, as often as you like: it is back a moment later, and so is the page.',
  scenarios: CRASH_SCENARIOS,
  start: (wanted) => startChaosTour(wanted, new URL('chaos-app.js', import.meta.url)),
  story: chaosStory,
  summary: chaosSummary,
  faults: chaosFaults,
  outcome: chaosOutcome,
});
