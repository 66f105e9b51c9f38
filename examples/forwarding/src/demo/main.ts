import { parseArgs, styleText } from 'node:util';
import { faults, seconds, story, summary } from './report.js';
import { SCENARIOS, WARM_UP } from './scenarios.js';
import { SPEED, startTour, type Played } from './tour.js';

const HELP = `npm run demo -- [options]

Plays a tour of calls through the forwarding example, on a simulated Twilio in this process: every webhook is a signed
HTTP request to the Express app, every REST call goes through the official twilio client. No account is needed.

  --once        end after the tour; exit 1 if a scenario went wrong
  --no-tour     play no calls; at once it is your turn, with the page and its phones
  --only TEXT   play only the scenarios whose name contains TEXT
  --port N      listen on this port (default: $PORT, else 5000 or any free one)
  --help        show this`;

const values = readArguments();
if (values.help) {
  console.log(HELP);
  process.exit(0);
}

const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const paint = (style: Parameters<typeof styleText>[0], text: string): string =>
  colour ? styleText(style, text) : text;

const wanted = values.port ?? process.env['PORT'];
const port = wanted === undefined || wanted === '' ? 5000 : Number(wanted);
if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(
    `${values.port === undefined ? 'PORT' : '--port'} must be a number from 0 to 65535; got ${String(wanted)}`,
  );
  process.exit(2);
}
const scenarios = SCENARIOS.filter(({ name }) => name.includes(values.only ?? ''));
if (scenarios.length === 0) {
  console.error(`No scenario's name contains "${String(values.only)}". There are:`);
  for (const { name } of SCENARIOS) console.error(`  ${name}`);
  process.exit(2);
}

const tour = await startTour({ host: '127.0.0.1', port, orAnyPort: wanted === undefined || wanted === '' }).catch(
  (error: unknown) => {
    console.error(`Cannot listen on port ${String(port)}: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);

console.log(
  `The forwarding example runs at ${tour.url}, with a simulated Twilio, ${String(SPEED)} times faster than life.`,
);
if (!values.once) console.log(`Open ${tour.url} in a browser to watch.`);
const began = performance.now();
if (values['no-tour']) scenarios.length = 0;
// The first call would show how long this process takes to warm up, thirty times magnified.
if (scenarios.length > 0) await tour.play(WARM_UP, scenarios.length);
const verdicts: { name: string; outcome: string; wrong: string[] }[] = [];
for (const [index, scenario] of scenarios.entries()) {
  const played = await tour.play(scenario, index);
  const wrong = faults(played);
  print(index + 1, played, wrong);
  verdicts.push({ name: scenario.name, outcome: played.state?.result ?? 'none', wrong });
}

if (scenarios.length > 0) {
  console.log(`\nThe tour took ${seconds(performance.now() - began)}.\n`);
  for (const { name, outcome, wrong } of verdicts) {
    console.log(`${wrong.length === 0 ? paint('green', 'PASS') : paint('red', 'FAIL')} ${name} → ${outcome}`);
  }
  const failed = verdicts.filter(({ wrong }) => wrong.length > 0).length;
  console.log(`${String(verdicts.length - failed)} passed, ${String(failed)} failed`);
}

if (values.once) {
  await tour.stop();
  process.exit(verdicts.every(({ wrong }) => wrong.length === 0) ? 0 : 1);
}
tour.goLive();
console.log(`\nNow it is your turn: place calls and answer them at ${tour.url}, at the speed of life. Ctrl-C ends it.`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void tour.stop().then(() => process.exit(0));
  });
}

function readArguments(): { once: boolean; 'no-tour': boolean; only?: string; port?: string; help: boolean } {
  try {
    return parseArgs({
      // scripts/demo.mjs refuses others before it builds.
      options: {
        once: { type: 'boolean', default: false },
        'no-tour': { type: 'boolean', default: false },
        only: { type: 'string' },
        port: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    const [problem = ''] = (error instanceof Error ? error.message : String(error)).split(/\. |\n/);
    console.error(`${problem}. Try npm run demo -- --help`);
    process.exit(2);
  }
}

function print(number: number, played: Played, wrong: readonly string[]): void {
  console.log(`\n${paint('bold', `${String(number)}  ${played.scenario.name}`)}`);
  for (const { ms, text } of story(played)) console.log(`   ${paint('dim', seconds(ms).padStart(7))}  ${text}`);
  console.log(`   ${paint('cyan', summary(played))}`);
  for (const text of wrong) console.log(`   ${paint('red', `wrong: ${text}`)}`);
}
