import twilio from 'twilio';
import type { CallOptions } from '@amd/core';
import type { PageAssets } from '@amd/dashboard';
import { createSimulator, virtualClock, type Person, type Simulator } from '@amd/simulator';
import { createApp } from '../app.js';
import type { App } from '../app-options.js';
import { createPhones } from '../../../shared/src/demo/phone.js';
import { listen, printLine } from '../../../shared/src/demo/server.js';
import { watchConnections } from '../../../shared/src/operators/connections.js';
import { createLogger } from '../../../shared/src/operators/logger.js';
import { OUR_NUMBER, TEAM } from './team.js';

/** Where the example listens, and what its page is. */
export interface Wanted {
  readonly host: string;
  readonly port: number;
  readonly orAnyPort: boolean;
  readonly assets?: PageAssets | undefined;
  /** For the page; default: none, so that it is open on this machine. */
  readonly password?: string | undefined;
  /** When the simulator's clock begins, epoch ms. Default: now. */
  readonly start?: number;
}

/** The example, and the simulator in place of Twilio. Time stands still until somebody moves it. */
export interface OnSimulator {
  readonly app: App;
  readonly sim: Simulator;
  readonly url: string;
  /** Who answers at a number; otherwise the team does, from the page. */
  readonly people: Map<string, Person>;
  /** How the calls of a caller are forwarded; otherwise to the team. */
  readonly options: Map<string, CallOptions>;
  /** Takes the calls so far from the phones of the page. */
  clearPhones(): void;
  stop(): Promise<void>;
}

/** Starts the unmodified example with a simulator in place of Twilio: real HTTP one way, the official client the other. */
export async function startOnSimulator(wanted: Wanted): Promise<OnSimulator> {
  const options = new Map<string, CallOptions>();
  const people = new Map<string, Person>();
  let cleared = 0;
  const phones = createPhones({ sim: () => sim, numbers: [OUR_NUMBER], people: TEAM, since: () => cleared });
  const sim: Simulator = createSimulator({
    clock: virtualClock({ start: wanted.start ?? Date.now() }),
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
  server.on('request', app.listener);
  app.attach(server);
  const connections = watchConnections(server);
  app.runtime.start();
  return {
    app,
    sim,
    url,
    people,
    options,
    clearPhones() {
      cleared = sim.calls.length;
    },
    async stop() {
      sim.close();
      await app.drain(connections.close(0));
    },
  };
}
