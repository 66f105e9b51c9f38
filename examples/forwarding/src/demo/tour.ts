import { atOnce, type LiveForwarding } from '@amd/core';
import type { SimulatedCall, Simulator } from '@amd/simulator';
import type { App } from '../app-options.js';
import { SPEED, startPace } from '../../../shared/src/demo/pace.js';
import { startOnSimulator, type Wanted } from './on-simulator.js';
import type { Scenario } from './scenarios.js';
import { OUR_NUMBER } from './team.js';

export interface Played {
  readonly scenario: Scenario;
  readonly caller: SimulatedCall;
  readonly legs: readonly SimulatedCall[];
  /** Names by number. */
  readonly names: ReadonlyMap<string, string>;
  readonly state: LiveForwarding | undefined;
  /** Complaints of the simulated Twilio about us. */
  readonly complaints: readonly string[];
}

export interface Tour {
  readonly app: App;
  readonly sim: Simulator;
  readonly url: string;
  play(scenario: Scenario, index: number): Promise<Played>;
  /** Switches to real time: from now on the user plays. */
  goLive(speed?: number): void;
  stop(): Promise<void>;
}

/** Starts the example on the simulator, and lets its time pass. */
export async function startTour(
  wanted: Wanted & {
    /** How much faster than real time. Default {@link SPEED}. */
    readonly speed?: number;
  },
): Promise<Tour> {
  const states = new Map<string, LiveForwarding>();
  const example = await startOnSimulator(wanted);
  const { app, sim, url, people, options } = example;
  app.runtime.events.on('committed', ({ state }) => {
    if (state.kind === 'call') states.set(state.call.sid, state);
  });
  const pace = startPace(sim, wanted.speed ?? SPEED);

  return {
    app,
    sim,
    url,
    async play(scenario, index) {
      const caller = `+1212555${String(1000 + index)}`;
      const targets = scenario.people.map(({ name, person }, at) => {
        const to = `+1415555${String(1000 + index * 10 + at)}`;
        people.set(to, person);
        return { to, name };
      });
      options.set(caller, { ...scenario.options, forwardTo: scenario.atOnce === true ? atOnce(targets) : targets });
      const before = { calls: sim.calls.length, complaints: sim.debugger.length };
      const call = sim.placeCall({
        from: caller,
        to: OUR_NUMBER,
        ...(scenario.hangUp === undefined ? {} : { hangUp: scenario.hangUp }),
      });
      await pace.until(() => sim.calls.every(({ endedAt }) => endedAt !== undefined));
      return {
        scenario,
        caller: call,
        legs: sim.calls.slice(before.calls).filter(({ direction }) => direction !== 'inbound'),
        names: new Map(targets.map(({ to, name }) => [to, name])),
        state: states.get(call.sid),
        complaints: sim.debugger.slice(before.complaints).map(({ code, message }) => `${String(code)} ${message}`),
      };
    },
    goLive(speed = 1) {
      example.clearPhones();
      pace.setSpeed(speed);
    },
    async stop() {
      await example.stop();
      pace.stop();
    },
  };
}
