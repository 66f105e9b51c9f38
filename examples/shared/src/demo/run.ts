import { styleText } from 'node:util';
import { portProblem, readOptions, type DemoOptions } from './arguments.mjs';
import { SPEED } from './pace.js';

/** One event, ms since the caller dialled. */
export interface Line {
  readonly ms: number;
  readonly text: string;
}

/** A tour of one example. */
export interface Demo<Scenario extends { readonly name: string }, Played> {
  /** What runs: `forwarding example`. */
  readonly title: string;
  /** How much faster than real time. Default {@link SPEED}. */
  readonly speed?: number;
  /** What else users may do when it is their turn. */
  readonly hint?: string;
  readonly scenarios: readonly Scenario[];
  start(wanted: {
    readonly host: string;
    readonly port: number;
    readonly orAnyPort: boolean;
  }): Promise<RunningTour<Scenario, Played>>;
  story(played: Played): readonly Line[];
  /** Describes the whole call in one line. */
  summary(played: Played): string;
  outcome(played: Played): string;
  /** Returns what went wrong; empty if all is well. */
  faults(played: Played): readonly string[];
}

export interface RunningTour<Scenario, Played> {
  readonly url: string;
  play(scenario: Scenario, index: number): Promise<Played>;
  /** Switches to real time: from now on the user plays. */
  goLive(): void | Promise<void>;
  stop(): Promise<void>;
}

/** Where lines go, and how words are highlighted. */
export interface Terminal {
  readonly print: (line: string) => void;
  readonly paint: (style: Parameters<typeof styleText>[0], text: string) => string;
}

/** Plays a tour from the command line, and reports the result. */
export async function runDemo<Scenario extends { readonly name: string }, Played>(
  demo: Demo<Scenario, Played>,
): Promise<void> {
  const options = readArguments();
  const scenarios = demo.scenarios.filter(({ name }) => name.includes(options.only));
  if (scenarios.length === 0) {
    console.error(`No scenario's name contains "${options.only}". There are:`);
    for (const { name } of demo.scenarios) console.error(`  ${name}`);
    process.exit(2);
  }
  const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
  const terminal: Terminal = {
    print: (line) => {
      console.log(line);
    },
    paint: (style, text) => (colour ? styleText(style, text) : text),
  };

  const tour = await demo
    .start({ host: '127.0.0.1', port: options.port, orAnyPort: options.portFrom === 'default' })
    .catch((error: unknown) => {
      const problem = portProblem(error, options);
      if (problem === undefined) throw error;
      console.error(problem);
      process.exit(1);
    });
  const failed = await playTour(demo, tour, options.noTour ? [] : scenarios, { ...options, terminal });

  if (options.once) {
    await tour.stop();
    process.exit(failed === 0 ? 0 : 1);
  }
  await tour.goLive();
  console.log(`\nNow it is your turn: place calls and answer them at ${tour.url}, in real time. Ctrl-C ends it.`);
  if (demo.hint !== undefined) console.log(demo.hint);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void tour.stop().then(() => process.exit(0));
    });
  }
}

/** Plays these scenarios one after the other and prints the story of each; returns how many went wrong. */
export async function playTour<Scenario extends { readonly name: string }, Played>(
  demo: Demo<Scenario, Played>,
  tour: RunningTour<Scenario, Played>,
  scenarios: readonly Scenario[],
  { once, terminal }: { readonly once: boolean; readonly terminal: Terminal },
): Promise<number> {
  const { print, paint } = terminal;
  const speed = String(demo.speed ?? SPEED);
  print(`The ${demo.title} runs at ${tour.url}, with a simulated Twilio, ${speed} times faster than real time.`);
  if (!once) print(`Open ${tour.url} in a browser to watch.`);
  if (scenarios.length === 0) return 0;

  const began = performance.now();
  const verdicts: { name: string; outcome: string; wrong: readonly string[] }[] = [];
  for (const [index, scenario] of scenarios.entries()) {
    const played = await tour.play(scenario, index);
    const wrong = demo.faults(played);
    print(`\n${paint('bold', `${String(index + 1)}  ${scenario.name}`)}`);
    for (const { ms, text } of demo.story(played)) print(`   ${paint('dim', seconds(ms).padStart(7))}  ${text}`);
    print(`   ${paint('cyan', demo.summary(played))}`);
    for (const text of wrong) print(`   ${paint('red', `wrong: ${text}`)}`);
    verdicts.push({ name: scenario.name, outcome: demo.outcome(played), wrong });
  }

  print(`\nThe tour took ${seconds(performance.now() - began)}.\n`);
  for (const { name, outcome, wrong } of verdicts) {
    print(`${wrong.length === 0 ? paint('green', 'PASS') : paint('red', 'FAIL')} ${name} → ${outcome}`);
  }
  const failed = verdicts.filter(({ wrong }) => wrong.length > 0).length;
  print(`${String(verdicts.length - failed)} passed, ${String(failed)} failed`);
  return failed;
}

function readArguments(): DemoOptions {
  try {
    return readOptions(process.argv.slice(2), process.env);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
