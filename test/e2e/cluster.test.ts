import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BEN, startTestCluster, type TestCluster } from '../helpers/cluster.js';
import { hasRedis } from '../helpers/redis.js';

describe.skipIf(!hasRedis())('two processes on one Redis, behind a balancer', { timeout: 120_000 }, () => {
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startTestCluster();
  }, 60_000);
  afterAll(() => cluster.end());

  /** Every caller talked with Ben, and with nobody else. */
  function expectWell(callers: readonly string[]): void {
    const { sim } = cluster;
    for (const sid of callers) {
      const talks = sim.call(sid)?.bridgedWith ?? [];
      expect(talks.map((talk) => sim.call(talk.sid)?.to)).toEqual([BEN]);
    }
  }

  const calls = async (url: string): Promise<string> => (await fetch(`${url}/calls.json`)).text();

  it('any of them answers any webhook, and the page of each shows what both have done', async () => {
    const callers = await cluster.place(4);
    await expect.poll(() => cluster.over(callers), { timeout: 30_000 }).toBe(true);
    expectWell(callers);
    for (const { port } of cluster.targets) {
      const connected = async (): Promise<number> =>
        (await calls(`http://127.0.0.1:${String(port)}`)).split('"connected"').length - 1;
      await expect.poll(connected, { timeout: 3000 }).toBe(4);
    }
  });

  it('one that stops gracefully in the middle of calls hands over its timers', async () => {
    const callers = await cluster.place(4);
    const [stopped] = cluster.nodes;
    if (stopped === undefined) throw new Error('there is no process');
    stopped.kill('SIGTERM');
    expect(await once(stopped, 'exit')).toEqual([0, null]);
    await expect.poll(() => cluster.over(callers), { timeout: 40_000 }).toBe(true);
    expectWell(callers);
    await cluster.startNode(0);
  });

  it('one that is killed in the middle of calls is not missed for longer than a lease, and no call is made twice', async () => {
    const { sim, base } = cluster;
    const callers = await cluster.place(4);
    cluster.nodes[1]?.kill('SIGKILL');
    await expect.poll(() => cluster.over(callers), { timeout: 60_000 }).toBe(true);
    for (const sid of callers) {
      expect(sim.call(sid)?.bridgedWith.length).toBeLessThanOrEqual(1);
      expect(sim.call(sid)?.heard.length).toBeGreaterThan(0);
    }
    // Each of two people is rung for a call once at most.
    const inbound = sim.calls.filter(({ direction }) => direction === 'inbound').length;
    expect(sim.calls.length - inbound).toBeLessThanOrEqual(2 * inbound);
    // The page is still there, with every call of before.
    expect(JSON.parse(await calls(base))).toHaveLength(inbound);
  });
});
