import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createSimulator, createSimulatorServer, human, realClock, voicemail, type Simulator } from '@amd/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBalancer } from '../../examples/cluster/src/balancer.js';
import { watchReadiness, type Readiness } from '../../examples/cluster/src/readiness.js';
import { bundle } from '../../scripts/bundle.mjs';
import { hasRedis, startRedis, type OwnRedis } from '../helpers/redis.js';

const OUR_NUMBER = '+14155550199';
const ANN = '+14155550142';
const BEN = '+14155550143';

describe.skipIf(!hasRedis())('two processes on one Redis, behind a balancer', { timeout: 120_000 }, () => {
  let redis: OwnRedis;
  let sim: Simulator;
  let api: Server;
  let balancer: Server;
  let readiness: Readiness;
  let script: string;
  let base: string;
  const targets = [{ port: 1 }, { port: 1 }];
  const nodes: (ChildProcess | undefined)[] = [];

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

  beforeAll(async () => {
    redis = await startRedis();
    script = fileURLToPath(await bundle('test/e2e/cluster-node.ts', undefined, { native: true }));
    readiness = watchReadiness(targets, 500);
    balancer = createBalancer(targets, readiness.isReady).listen(0, '127.0.0.1');
    await once(balancer, 'listening');
    base = urlOf(balancer);
    const phone = { ringMs: 800, verdictMs: 500, talkMs: 1500 };
    sim = createSimulator({
      // As long as in life: the processes have a time of their own.
      clock: realClock({ speed: 1 }),
      numbers: [
        {
          phoneNumber: OUR_NUMBER,
          voiceUrl: `${base}/inbound#rc=3&rp=5xx,ct,rt`,
          statusCallback: `${base}/inbound/status#rc=3&rp=5xx,ct,rt`,
        },
      ],
      people: { [ANN]: voicemail({ ringMs: 500, verdictMs: 500 }), [BEN]: human(phone) },
    });
    api = createSimulatorServer(sim).listen(0, '127.0.0.1');
    await once(api, 'listening');
    await Promise.all([startNode(0), startNode(1)]);
  }, 60_000);

  afterAll(async () => {
    for (const node of nodes) node?.kill('SIGKILL');
    readiness.stop();
    sim.close();
    for (const server of [api, balancer]) {
      server.closeAllConnections();
      server.close();
    }
    await redis.end();
  });

  /** Every caller talked with Ben, and nobody was rung twice for one call. */
  function expectWell(callers: readonly string[]): void {
    for (const sid of callers) {
      const talks = sim.call(sid)?.bridgedWith ?? [];
      expect(talks.map((talk) => sim.call(talk.sid)?.to)).toEqual([BEN]);
    }
  }

  async function place(count: number): Promise<string[]> {
    const callers: string[] = [];
    for (let index = 0; index < count; index += 1) {
      callers.push(sim.placeCall({ from: `+1212555${String(1000 + sim.calls.length)}`, to: OUR_NUMBER }).sid);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    return callers;
  }

  const over = (callers: readonly string[]): boolean => callers.every((sid) => sim.call(sid)?.endedAt !== undefined);
  const callsAt = async (port: number): Promise<string> =>
    (await fetch(`http://127.0.0.1:${String(port)}/calls.json`)).text();

  it('any of them answers any webhook, and the page of each shows what both have done', async () => {
    const callers = await place(4);
    await expect.poll(() => over(callers), { timeout: 30_000 }).toBe(true);
    expectWell(callers);
    for (const { port } of targets) {
      await expect.poll(async () => countOf(await callsAt(port), 'connected'), { timeout: 3000 }).toBe(4);
    }
  });

  it('one that stops gracefully in the middle of calls hands over its timers', async () => {
    const callers = await place(4);
    const stopped = nodes[0];
    stopped?.kill('SIGTERM');
    const [code] = (await once(stopped as ChildProcess, 'exit')) as [number | null];
    expect(code).toBe(0);
    await expect.poll(() => over(callers), { timeout: 40_000 }).toBe(true);
    expectWell(callers);
    await startNode(0);
  });

  it('one that is killed in the middle of calls is not missed for longer than a lease, and no call is made twice', async () => {
    const callers = await place(4);
    const before = sim.calls.length;
    nodes[1]?.kill('SIGKILL');
    await expect.poll(() => over(callers), { timeout: 60_000 }).toBe(true);
    expect(sim.calls.length).toBeGreaterThanOrEqual(before);
    for (const sid of callers) {
      expect((sim.call(sid)?.bridgedWith ?? []).length).toBeLessThanOrEqual(1);
      expect(sim.call(sid)?.heard.length).toBeGreaterThan(0);
    }
    // Each of two people is rung for a call once at most.
    const rung = sim.calls.filter(({ direction }) => direction !== 'inbound').length;
    const inbound = sim.calls.filter(({ direction }) => direction === 'inbound').length;
    expect(rung).toBeLessThanOrEqual(2 * inbound);
    // The page is still there, with every call of before.
    expect((JSON.parse(await (await fetch(`${base}/calls.json`)).text()) as unknown[]).length).toBe(inbound);
  });
});

function urlOf(server: Server): string {
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

function countOf(text: string, word: string): number {
  return text.split(`"${word}"`).length - 1;
}
