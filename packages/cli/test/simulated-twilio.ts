import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@amd/cli';
import {
  createSimulator,
  createSimulatorServer,
  realClock,
  type Simulator,
  type SimulatorOptions,
} from '@amd/simulator';
import twilio, { type Twilio } from 'twilio';

export const OURS = '+14155550199';
export const ANN = '+14155550142';
export const BEN = '+14155550143';

export interface Said {
  readonly exit: number;
  readonly out: string;
  readonly stderr: string;
}

export interface SimulatedTwilio {
  readonly sim: Simulator;
  readonly client: Twilio;
  /** The simulator's address. */
  readonly apiUrl: string;
  readonly folder: string;
  /** Runs `amd …` with the simulator's account and address. */
  amd(args: readonly string[], environment?: Readonly<Record<string, string>>, answer?: boolean): Promise<Said>;
  write(name: string, text: string): string;
  close(): Promise<void>;
}

export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Starts a simulated Twilio on a port, with the command line in front of it. */
export async function simulateTwilio(options: SimulatorOptions = {}): Promise<SimulatedTwilio> {
  const sim = createSimulator({ clock: realClock({ speed: 100 }), numbers: [{ phoneNumber: OURS }], ...options });
  const server = createSimulatorServer(sim);
  const apiUrl = await listening(server);
  const folder = mkdtempSync(join(tmpdir(), 'amd-cli-'));
  return {
    sim,
    apiUrl,
    folder,
    client: twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient }),
    async amd(args, environment = {}, answer) {
      const [out, stderr]: string[][] = [[], []];
      const exit = await run([...args, '--env-file', join(folder, '.env'), '--api-url', apiUrl], {
        version: '0.0.0',
        environment: { TWILIO_ACCOUNT_SID: sim.accountSid, TWILIO_AUTH_TOKEN: sim.authToken, ...environment },
        terminal: {
          out: (line) => out?.push(line),
          stderr: (line) => stderr?.push(line),
          progress: (text) => stderr?.push(text),
          confirm: answer === undefined ? null : () => Promise.resolve(answer),
          paint: (_style, text) => text,
        },
      });
      return { exit, out: (out ?? []).join('\n'), stderr: (stderr ?? []).join('\n') };
    },
    write(name, text) {
      const path = join(folder, name);
      writeFileSync(path, text);
      return path;
    },
    async close() {
      sim.close();
      await closed(server);
    },
  };
}

/** Starts a server that answers nothing yet. */
export async function serving(): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer();
  return { url: await listening(server), server };
}
