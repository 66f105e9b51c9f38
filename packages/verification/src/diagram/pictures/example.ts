import { atOnce } from '@amd/core';
import type { PageAssets } from '@amd/dashboard';
import type { SimulatedCall, Simulator } from '@amd/simulator';
import { startOnSimulator } from '../../../../../examples/forwarding/src/demo/on-simulator.js';
import type { Scenario } from '../../../../../examples/forwarding/src/demo/scenarios.js';
import { OUR_NUMBER, TEAM } from '../../../../../examples/forwarding/src/demo/team.js';

/** When every picture begins. The page shows it. */
export const BEGIN = Date.UTC(2026, 2, 4, 9, 30);

export interface Example {
  readonly url: string;
  readonly sim: Simulator;
  /** Number of the last change that pages were told of. */
  readonly seq: () => number;
  /** Places a call. Without a scenario the call rings the list of the page. */
  call(from: string, scenario?: Scenario): SimulatedCall;
  /** Plays until all calls are over, and hides them from the phones of the page. */
  finish(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the forwarding example on the simulator, at {@link BEGIN}. Time stands still until somebody moves it. */
export async function startExample(assets: PageAssets): Promise<Example> {
  const local = { host: '127.0.0.1', port: 0, orAnyPort: true };
  const example = await startOnSimulator({ ...local, assets, start: BEGIN });
  const { app, sim, url, people, options } = example;
  return {
    url,
    sim,
    seq: () => app.feed.tick().seq,
    call(from, scenario) {
      if (scenario !== undefined) {
        const targets = scenario.people.map(({ name, person }) => {
          const to = TEAM.find((one) => one.name === name)?.to ?? `+1415555${String(1000 + people.size)}`;
          people.set(to, person);
          return { to, name };
        });
        const forwardTo = scenario.atOnce === true ? atOnce(targets) : targets;
        options.set(from, { ...scenario.options, forwardTo });
      }
      return sim.placeCall({ from, to: OUR_NUMBER });
    },
    async finish() {
      while (sim.calls.some(({ endedAt }) => endedAt === undefined)) await sim.advance(1000);
      example.clearPhones();
    },
    stop: () => example.stop(),
  };
}
