import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createSimulator, createSimulatorServer, human, realClock, voicemail, type Simulator } from '@amd/simulator';
import { createBalancer, type Target } from '../../examples/cluster/src/balancer.js';
import { watchReadiness } from '../../examples/cluster/src/readiness.js';
import { bundle } from '../../scripts/bundle.mjs';
import { startRedis } from './redis.js';

export const OUR_NUMBER = '+14155550199';
export const ANN = '+14155550142';
export const BEN = '+14155550143';

/** Two processes of the forwarding example on a Redis of their own, behind a balancer, and a Twilio as fast as life. */
export interface TestCluster {
  readonly sim: Simulator;
  /** Of the balancer. */
  readonly base: string;
  readonly targets: readonly Target[];
  readonly nodes: readonly (ChildProcess | undefined)[];
  startNode(index: number): Promise<void>;
  /** Calls, one after the other; returns their SIDs. */
  place(count: number): Promise<string[]>;
  over(callers: readonly string[]): boolean;
  end(): Promise<void>;
}

/** `assets`: a file with the page's, as JSON; default: a page with nothing on it. */
export async function startTestCluster(assets = ''): Promise<TestCluster> {
  const targets: Target[] = [{ port: 1 }, { port: 1 }];
  const nodes: (ChildProcess | undefined)[] = [];
  const redis = await startRedis();
  const script = fileURLToPath(await bundle('test/e2e/cluster-node.ts', undefined, { native: true }));
  const readiness = watchReadiness(targets, 500);
  const balancer = createBalancer(targets, readiness.isReady).listen(0, '127.0.0.1');
  await once(balancer, 'listening');
  const base = urlOf(balancer);
  const sim = createSimulator({
    // As long as in life: the processes have a time of their own.
    clock: realClock({ speed: 1 }),
    numbers: [
      {
        phoneNumber: OUR_NUMBER,
        voiceUrl: `${base}/inbound#rc=3&rp=5xx,ct,rt`,
        statusCallback: `${base}/inbound/status#rc=3&rp=5xx,ct,rt`,
      },
    ],
    people: {
      [ANN]: voicemail({ ringMs: 500, verdictMs: 500 }),
      [BEN]: human({ ringMs: 800, verdictMs: 500, talkMs: 1500 }),
    },
  });
  const api = createSimulatorServer(sim).listen(0, '127.0.0.1');
  await once(api, 'listening');

  async function startNode(index: number): Promise<void> {
    const env = {
      ...process.env,
      REDIS_URL: redis.url,
      API_URL: urlOf(api),
      ACCOUNT_SID: sim.accountSid,
      AUTH_TOKEN: sim.authToken,
      BASE_URL: base,
      NUMBER: OUR_NUMBER,
      PEOPLE: `${ANN},${BEN}`,
      ASSETS: assets,
    };
    const child = fork(script, [], { env });
    const ended = once(child, 'exit').then(() => {
      throw new Error('a process of the app ended before it listened');
    });
    const [port] = (await Promise.race([once(child, 'message'), ended])) as [number];
    ended.catch(() => undefined);
    nodes[index] = child;
    Object.assign(targets[index] ?? {}, { port });
    await readiness.look();
  }

  await Promise.all([startNode(0), startNode(1)]);
  return {
    sim,
    base,
    targets,
    nodes,
    startNode,
    async place(count) {
      const callers: string[] = [];
      for (let index = 0; index < count; index += 1) {
        const from = `+1212555${String(1000 + sim.calls.length)}`;
        callers.push(sim.placeCall({ from, to: OUR_NUMBER }).sid);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      return callers;
    },
    over: (callers) => callers.every((sid) => sim.call(sid)?.endedAt !== undefined),
    async end() {
      for (const node of nodes) node?.kill('SIGKILL');
      readiness.stop();
      sim.close();
      for (const server of [api, balancer]) {
        server.closeAllConnections();
        server.close();
      }
      await redis.end();
    },
  };
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}
