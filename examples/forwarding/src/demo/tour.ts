import twilio from 'twilio';
import { atOnce, type CallOptions, type LiveForwarding } from '@amd/core';
import type { PageAssets } from '@amd/dashboard';
import { createSimulator, virtualClock, type Person, type SimulatedCall, type Simulator } from '@amd/simulator';
import { createApp } from '../app.js';
import type { App } from '../app-options.js';
import { createLogger } from '../../../shared/src/operators/logger.js';
import { SPEED, startPace } from '../../../shared/src/demo/pace.js';
import { watchConnections } from '../../../shared/src/operators/connections.js';
import { listen, printLine } from '../../../shared/src/demo/server.js';
import { createPhones } from '../../../shared/src/demo/phone.js';
import type { Scenario } from './scenarios.js';
import { OUR_NUMBER, TEAM } from './team.js';

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

/** Starts the unmodified example with a simulator in place of Twilio: real HTTP one way, the official client the other. */
export async function startTour(wanted: {
  readonly host: string;
  readonly port: number;
  readonly orAnyPort: boolean;
  readonly assets?: PageAssets | undefined;
  /** How much faster than real time. Default {@link SPEED}. */
  readonly speed?: number;
  /** For the page; default: none, so that it is open on this machine. */
  readonly password?: string | undefined;
}): Promise<Tour> {
  const options = new Map<string, CallOptions>();
  const people = new Map<string, Person>();
  const states = new Map<string, LiveForwarding>();
  let toured = 0;
  const phones = createPhones({
    sim: () => sim,
    numbers: [OUR_NUMBER],
    people: TEAM,
    since: () => toured,
  });
  const sim: Simulator = createSimulator({
    clock: virtualClock({ start: Date.now() }),
    idle: () => app.runtime.idle(),
    people: (to) => people.get(to) ?? phones.person(to),
    numbers: [{ phoneNumber: OUR_NUMBER }],
  });
  const { server, url } = await listen(wanted);
  sim.setNumber({ phoneNumber: OUR_NUMBER, voiceUrl: `${url}/inbound`, statusCallback: `${url}/inbound/status` });

  const app = createApp({
    client: twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient }),
    accountSid: sim.accountSid,
    authTokens: [sim.authToken],
    publicBaseUrl: url,
    configured: new Map([[OUR_NUMBER, TEAM.map(({ name, to }) => ({ name, to }))]]),
    callOptions: (call) => options.get(call.from),
    dialAllow: ['+1415555*'],
    ownNumbers: [OUR_NUMBER],
    limits: { atOnce: 100, perCaller: { calls: 100, seconds: 60 } },
    callLogDays: 1,
    password: wanted.password ?? null,
    phone: phones.panel,
    clock: sim.clock,
    ...(wanted.assets === undefined ? {} : { assets: wanted.assets }),
    logger: createLogger({ level: 'warn', secrets: [sim.authToken], destination: { write: printLine } }),
  });
  app.runtime.events.on('committed', ({ state }) => {
    if (state.kind === 'call') states.set(state.call.sid, state);
  });
  server.on('request', app.listener);
  app.attach(server);
  const connections = watchConnections(server);
  app.runtime.start();
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
      toured = sim.calls.length;
      pace.setSpeed(speed);
    },
    async stop() {
      sim.close();
      await app.drain(connections.close(0));
      pace.stop();
    },
  };
}
