import { parseArgs, styleText } from 'node:util';
import { SPEED } from './server.js';

/** One thing that happened, ms since the caller dialled. */
export interface Line {
  readonly ms: number;
  readonly text: string;
}

/** A tour of one example. */
export interface Demo<Scenario extends { readonly name: string }, Played> {
  /** What runs: `forwarding example`. */
  readonly title: string;
  /** What comes after `npm run demo --`. */
  readonly argument: string;
  /** How much faster than life. Default {@link SPEED}. */
  readonly speed?: number;
  /** What `--help` says first. */
  readonly about: string;
  /** What else people may do when it is their turn. */
  readonly hint?: string;
  readonly scenarios: readonly Scenario[];
  /** The first call would show how long this process takes to warm up, thirty times magnified. */
  readonly warmUp: Scenario;
  start(wanted: {
    readonly host: string;
    readonly port: number;
    readonly orAnyPort: boolean;
  }): Promise<RunningTour<Scenario, Played>>;
  story(played: Played): readonly Line[];
  /** One line about the whole call. */
  summary(played: Played): string;
  outcome(played: Played): string;
  /** What is wrong with how it went; empty when all is well. */
  faults(played: Played): readonly string[];
}

export interface RunningTour<Scenario, Played> {
  readonly url: string;
  play(scenario: Scenario, index: number): Promise<Played>;
  /** From now on people play, at the speed of life. */
  goLive(): void | Promise<void>;
  stop(): Promise<void>;
}

const OPTIONS = `  --once        end after the tour; exit 1 if a scenario went wrong
  --no-tour     play no calls; at once it is your turn
  --only TEXT   play only the scenarios whose name contains TEXT
  --port N      listen on this port (default: $PORT, else 5000 or any free one)
  --help        show this`;

/** Plays a tour from the command line, and says how it went. */
export async function runDemo<Scenario extends { readonly name: string }, Played>(
  demo: Demo<Scenario, Played>,
): Promise<void> {
  const values = readArguments();
  if (values.help) {
    console.log(`npm run demo -- ${demo.argument}[options]\n\n${demo.about}\n\n${OPTIONS}`);
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
  const scenarios = demo.scenarios.filter(({ name }) => name.includes(values.only ?? ''));
  if (scenarios.length === 0) {
    console.error(`No scenario's name contains "${String(values.only)}". There are:`);
    for (const { name } of demo.scenarios) console.error(`  ${name}`);
    process.exit(2);
  }

  const tour = await demo
    .start({ host: '127.0.0.1', port, orAnyPort: wanted === undefined || wanted === '' })
    .catch((error: unknown) => {
      console.error(`Cannot listen on port ${String(port)}: ${error instanceof Error ? error.message : String(error)}`);
      process.exit(1);
    });

  console.log(
    `The ${demo.title} runs at ${tour.url}, with a simulated Twilio, ${String(demo.speed ?? SPEED)} times faster than life.`,
  );
  if (!values.once) console.log(`Open ${tour.url} in a browser to watch.`);
  const began = performance.now();
  if (values['no-tour']) scenarios.length = 0;
  if (scenarios.length > 0) await tour.play(demo.warmUp, scenarios.length);
  const verdicts: { name: string; outcome: string; wrong: readonly string[] }[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const played = await tour.play(scenario, index);
    const wrong = demo.faults(played);
    print(index + 1, scenario, played, wrong);
    verdicts.push({ name: scenario.name, outcome: demo.outcome(played), wrong });
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
  await tour.goLive();
  console.log(
    `\nNow it is your turn: place calls and answer them at ${tour.url}, at the speed of life. Ctrl-C ends it.`,
  );
  if (demo.hint !== undefined) console.log(demo.hint);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void tour.stop().then(() => process.exit(0));
    });
  }

  function print(number: number, scenario: Scenario, played: Played, wrong: readonly string[]): void {
    console.log(`\n${paint('bold', `${String(number)}  ${scenario.name}`)}`);
    for (const { ms, text } of demo.story(played)) console.log(`   ${paint('dim', seconds(ms).padStart(7))}  ${text}`);
    console.log(`   ${paint('cyan', demo.summary(played))}`);
    for (const text of wrong) console.log(`   ${paint('red', `wrong: ${text}`)}`);
  }
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

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
