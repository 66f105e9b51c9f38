// A process of its own: sends prepared requests over keep-alive connections.
import { bytesOf } from '../bytes-of.js';
import { Connection } from '../connection.js';
import { REQUESTS, type RequestName } from '../life.js';

/** `calls`: the first number, and how many. Every request must be answered with `status`. */
export interface LoadOrder {
  /** Ports of the server's processes, each of which gets as many connections. */
  readonly ports: readonly number[];
  readonly what: RequestName;
  readonly from: number;
  readonly count: number;
  /** How often the whole set is sent. */
  readonly repeats: number;
  readonly connections: number;
  readonly status: number;
}

export interface LoadResult {
  readonly seconds: number;
  /** Per request, in ms; only with one connection. */
  readonly latencies: readonly number[];
}

const pools = new Map<string, Connection[]>();

async function poolOf(ports: readonly number[], size: number): Promise<Connection[]> {
  const key = `${ports.join(' ')}: ${String(size)}`;
  const open = (_: unknown, n: number): Promise<Connection> => Connection.open(ports[n % ports.length] ?? 0);
  const pool = pools.get(key) ?? (await Promise.all(Array.from({ length: size }, open)));
  pools.set(key, pool);
  return pool;
}

async function run(order: LoadOrder): Promise<LoadResult> {
  const requests = Array.from({ length: order.count }, (_, n) => bytesOf(REQUESTS[order.what](order.from + n)));
  const pool = await poolOf(order.ports, order.connections);
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
