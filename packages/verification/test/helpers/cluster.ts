import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { PageAssets } from '@amd/dashboard';
import {
  createSimulator,
  createSimulatorServer,
  realClock,
  type Person,
  type SimulatedCall,
  type Simulator,
} from '@amd/simulator';
import { createBalancer, type Target } from '../../../../examples/cluster/src/balancer.js';
import { watchReadiness } from '../../../../examples/cluster/src/readiness.js';
import { bundle } from '../../../../scripts/bundle.mjs';
import { startRedis } from '../../../store-redis/test/helpers/redis.js';
import { heldApi, type HeldApi } from './held-api.js';

/** Whom a number rings, and how long, in seconds. */
export interface ClusterList {
  readonly people: readonly { readonly name: string; readonly to: string }[];
  readonly ringSeconds?: number;
  readonly deadlineSeconds?: number;
}

/** What a process of the app gets at its start. */
export interface NodeSettings {
  readonly apiUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
  readonly baseUrl: string;
  /** By inbound number. */
  readonly lists: Readonly<Record<string, ClusterList>>;
  readonly assetsFile: string | null;
  /** How long a stopping process keeps serving. */
  readonly drainSeconds: number;
}

/**
 * Two processes of the forwarding example on one Redis behind the example's load balancer, and a simulated Twilio in real time.
 */
export interface TestCluster {
  readonly sim: Simulator;
  /** The load balancer's address. */
  readonly url: string;
  readonly targets: readonly Target[];
  /** Twilio's REST as each process reaches it. */
  readonly apis: readonly HeldApi[];
  start(index: number): Promise<void>;
  /** Stops a process by these signals at once (default: SIGTERM). Resolves with its exit code. */
  stop(index: number, signals?: readonly NodeJS.Signals[]): Promise<number | null>;
  kill(index: number): Promise<void>;
  /** Makes the load balancer send all new requests to this process; `null`: to both, in turn. */
  route(index: number | null): void;
  /** Places calls, a moment apart, each from a number of its own. */
  place(count: number, to: string): Promise<SimulatedCall[]>;
  end(): Promise<void>;
}

/** The load balancer checks readiness twice a second. */
const DRAIN_SECONDS = 1;
/** Time between callers, in ms. */
const APART_MS = 150;

export async function startTestCluster(options: {
  readonly lists: Readonly<Record<string, ClusterList>>;
  readonly people: Readonly<Record<string, Person>>;
  /** The page's files; default: none. */
  readonly assets?: PageAssets;
}): Promise<TestCluster> {
  const { lists, people, assets } = options;
  const redis = await startRedis();
  const script = fileURLToPath(
    await bundle('packages/verification/test/e2e/cluster-node.ts', undefined, { native: true }),
  );
  const folder = mkdtempSync(join(tmpdir(), 'amd-cluster-'));
  const assetsFile = assets === undefined ? null : join(folder, 'assets.json');
  if (assetsFile !== null) writeFileSync(assetsFile, JSON.stringify(assets));
  const targets = [{ port: 1 }, { port: 1 }];
  const nodes: (ChildProcess | undefined)[] = [];
  const readiness = watchReadiness(targets, 500);
  let only: number | null = null;
  const balancer = createBalancer(
    targets,
    (target) => readiness.isReady(target) && (only === null || target === targets[only]),
  ).listen(0, '127.0.0.1');
  await once(balancer, 'listening');
  const url = `http://127.0.0.1:${String((balancer.address() as AddressInfo).port)}`;
  const sim = createSimulator({
    // In real time: the processes have clocks of their own.
    clock: realClock({ speed: 1 }),
    numbers: Object.keys(lists).map((phoneNumber) => ({
      phoneNumber,
      voiceUrl: `${url}/inbound#rc=3&rp=5xx,ct,rt`,
      statusCallback: `${url}/inbound/status#rc=3&rp=5xx,ct,rt`,
    })),
    people,
  });
  const simulated = createSimulatorServer(sim);
  const apis = await Promise.all(targets.map(() => heldApi(simulated)));

  async function start(index: number): Promise<void> {
    const settings: NodeSettings = {
      apiUrl: apis[index]?.url ?? '',
      accountSid: sim.accountSid,
      authToken: sim.authToken,
      baseUrl: url,
      lists,
      assetsFile,
      drainSeconds: DRAIN_SECONDS,
    };
    const env = { ...process.env, AMD_DATA: undefined, REDIS_URL: redis.url, NODE_SETTINGS: JSON.stringify(settings) };
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

  async function signal(index: number, names: readonly NodeJS.Signals[]): Promise<number | null> {
    const child = nodes[index];
    if (child === undefined) throw new Error(`process ${String(index)} does not run`);
    nodes[index] = undefined;
    const exit = once(child, 'exit');
    for (const name of names) child.kill(name);
    const [code] = (await exit) as [number | null];
    return code;
  }

  await Promise.all([start(0), start(1)]);
  return {
    sim,
    url,
    targets,
    apis,
    start,
    stop: (index, signals = ['SIGTERM']) => signal(index, signals),
    kill: async (index) => {
      await signal(index, ['SIGKILL']);
    },
    route(index) {
      only = index;
    },
    async place(count, to) {
      const callers: SimulatedCall[] = [];
      for (let index = 0; index < count; index += 1) {
        if (index > 0) await wait(APART_MS);
        callers.push(sim.placeCall({ from: `+1212555${String(1000 + sim.calls.length)}`, to }));
      }
      return callers;
    },
    async end() {
      for (const node of nodes) node?.kill('SIGKILL');
      readiness.stop();
      sim.close();
      for (const api of apis) api.close();
      balancer.closeAllConnections();
      balancer.close();
      await redis.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
