// A process of its own: sends requests that are ready to be written, over keep-alive connections.
import { webhooks, type Signed } from './calls.js';
import { bytesOf } from './bytes-of.js';
import { Connection } from './connection.js';

/** `calls`: from which number on, and how many. Every request must be answered with `status`. */
export interface LoadOrder {
  readonly port: number;
  readonly what: keyof typeof BUILD;
  readonly from: number;
  readonly count: number;
  /** How often all of them are sent. */
  readonly repeats: number;
  readonly connections: number;
  readonly status: number;
}

export interface LoadResult {
  readonly seconds: number;
  /** Of each request, in ms; only with one connection. */
  readonly latencies: readonly number[];
}

const BUILD = {
  inbound: webhooks.inbound,
  ringing: webhooks.ringing,
  forged: (n: number): Signed => ({ ...webhooks.ringing(n), signature: 'ZTE0OTY4YjM4ZGI5ZmE0ZjI5Yjg=' }),
  callerCompleted: webhooks.callerCompleted,
  legCompleted: webhooks.legCompleted,
} as const;

const pools = new Map<string, Connection[]>();

async function poolOf(port: number, size: number): Promise<Connection[]> {
  const key = `${String(port)} ${String(size)}`;
  const pool = pools.get(key) ?? (await Promise.all(Array.from({ length: size }, () => Connection.open(port))));
  pools.set(key, pool);
  return pool;
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const requests = Array.from({ length: order.count }, (_, n) => bytesOf(BUILD[order.what](order.from + n)));
  const pool = await poolOf(order.port, order.connections);
  const total = requests.length * order.repeats;
  const latencies: number[] = [];
  let next = 0;
  const begin = performance.now();
  await Promise.all(
    pool.map(async (connection) => {
      while (next < total) {
        const request = requests[next++ % requests.length] ?? Buffer.alloc(0);
        const sent = performance.now();
        const status = await connection.send(request);
        if (order.connections === 1) latencies.push(performance.now() - sent);
        if (status !== order.status) throw new Error(`${order.what} was answered ${String(status)}`);
      }
    }),
  );
  return { seconds: (performance.now() - begin) / 1000, latencies };
}

process.on('message', (order: LoadOrder) => {
  run(order).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));
