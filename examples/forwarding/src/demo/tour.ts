import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import twilio from 'twilio';
import type { LiveForwarding } from '@amd/core';
import { createSimulator, realClock, type Person, type SimulatedCall, type Simulator } from '@amd/simulator';
import { createApp, type App } from '../app.js';
import type { Scenario } from './scenarios.js';

const OUR_NUMBER = '+14155550199';
/** The simulator's seconds are this much shorter than real ones. */
export const SPEED = 30;

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
  stop(): Promise<void>;
}

/** The example as it is, with a simulator in Twilio's place: real HTTP one way, the official client the other. */
export async function startTour(wanted: { host: string; port: number; orAnyPort: boolean }): Promise<Tour> {
  const lists = new Map<string, { to: string; name: string }[]>();
  const people = new Map<string, Person>();
  const states = new Map<string, LiveForwarding>();
  const sim = createSimulator({
    clock: realClock({ speed: SPEED }),
    people: (to) => people.get(to),
    numbers: [{ phoneNumber: OUR_NUMBER }],
  });
  const { server, url } = await listen(wanted);
  sim.setNumber({ phoneNumber: OUR_NUMBER, voiceUrl: `${url}/inbound`, statusCallback: `${url}/inbound/status` });

  const app = createApp({
    client: twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient as never }),
    accountSid: sim.accountSid,
    authTokens: [sim.authToken],
    publicBaseUrl: url,
    resolve: (call) => ({ forwardTo: lists.get(call.from) ?? [] }),
    mayDial: (to) => people.has(to),
    ownNumbers: [OUR_NUMBER],
    clock: sim.clock,
    log: ({ level, code, message }) => {
      console[level](`  ${level} ${code}: ${message}`);
    },
  });
  app.runtime.events.on('committed', ({ state }) => {
    if (state.kind === 'call') states.set(state.call.sid, state);
  });
  server.on('request', app.express);
  app.runtime.start();

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
      lists.set(caller, targets);
      const before = { calls: sim.calls.length, complaints: sim.debugger.length };
      const call = sim.placeCall({
        from: caller,
        to: OUR_NUMBER,
        ...(scenario.hangUp === undefined ? {} : { hangUp: scenario.hangUp }),
      });
      await call.done;
      await sim.settle();
      return {
        scenario,
        caller: call,
        legs: sim.calls.slice(before.calls).filter(({ direction }) => direction === 'outbound-api'),
        names: new Map(targets.map(({ to, name }) => [to, name])),
        state: states.get(call.sid),
        complaints: sim.debugger.slice(before.complaints).map(({ code, message }) => `${String(code)} ${message}`),
      };
    },
    async stop() {
      sim.close();
      await app.runtime.stop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The address is known before the app is made, because every URL that it gives to Twilio begins with it. */
async function listen(wanted: {
  host: string;
  port: number;
  orAnyPort: boolean;
}): Promise<{ server: Server; url: string }> {
  const { createServer } = await import('node:http');
  const server = createServer();
  const attempt = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, wanted.host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  try {
    await attempt(wanted.port);
  } catch (error) {
    if (!wanted.orAnyPort) throw error;
    await attempt(0);
  }
  const { address, port } = server.address() as AddressInfo;
  return { server, url: `http://${address}:${String(port)}` };
}
