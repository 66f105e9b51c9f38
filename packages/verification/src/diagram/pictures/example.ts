import { atOnce, type CallOptions } from '@amd/core';
import type { PageAssets } from '@amd/dashboard';
import { createSimulator, virtualClock, type Person, type SimulatedCall, type Simulator } from '@amd/simulator';
import twilio from 'twilio';
import { createApp } from '../../../../../examples/forwarding/src/app.js';
import type { Scenario } from '../../../../../examples/forwarding/src/demo/scenarios.js';
import { OUR_NUMBER, TEAM } from '../../../../../examples/forwarding/src/demo/team.js';
import { createPhones } from '../../../../../examples/shared/src/demo/phone.js';
import { listen, printLine } from '../../../../../examples/shared/src/demo/server.js';
import { watchConnections } from '../../../../../examples/shared/src/operators/connections.js';
import { createLogger } from '../../../../../examples/shared/src/operators/logger.js';

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
  const people = new Map<string, Person>();
  const options = new Map<string, CallOptions>();
  let over = 0;
  const phones = createPhones({ sim: () => sim, numbers: [OUR_NUMBER], people: TEAM, since: () => over });
  const sim: Simulator = createSimulator({
    clock: virtualClock({ start: BEGIN }),
    idle: () => app.runtime.idle(),
    people: (to) => people.get(to) ?? phones.person(to),
    numbers: [{ phoneNumber: OUR_NUMBER }],
  });
  const { server, url } = await listen({ host: '127.0.0.1', port: 0, orAnyPort: true });
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
    callLogDays: 1,
    password: null,
    phone: phones.panel,
    clock: sim.clock,
    assets,
    logger: createLogger({ level: 'warn', secrets: [sim.authToken], destination: { write: printLine } }),
  });
  server.on('request', app.listener);
  app.attach(server);
  const connections = watchConnections(server);
  app.runtime.start();

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
      over = sim.calls.length;
    },
    async stop() {
      sim.close();
      await app.drain(connections.close(0));
    },
  };
}
