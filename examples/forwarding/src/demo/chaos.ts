import { runDemo } from '../../../shared/src/demo/run.js';
import { chaosFaults, chaosOutcome, chaosStory, chaosSummary } from './chaos-report.js';
import { CHAOS_WARM_UP, DEATHS } from './chaos-scenarios.js';
import { CHAOS_SPEED, startChaosTour } from './chaos-tour.js';

await runDemo({
  title: 'forwarding example',
  argument: 'chaos ',
  about: `Kills the forwarding example (SIGKILL) in the middle of calls, and starts it again a moment later. It runs in a process of
its own and remembers nothing but what is in its SQLite file; the simulated Twilio runs in this one, repeats webhooks as Twilio
does, and what it saw decides whether a caller has ended well.`,
  speed: CHAOS_SPEED,
  hint: 'Press Enter to kill the app, as often as you like: it is back a moment later, and so is the page.',
  scenarios: DEATHS,
  warmUp: CHAOS_WARM_UP,
  start: (wanted) => startChaosTour(wanted, new URL('chaos-app.js', import.meta.url)),
  story: chaosStory,
  summary: chaosSummary,
  faults: chaosFaults,
  outcome: chaosOutcome,
});
