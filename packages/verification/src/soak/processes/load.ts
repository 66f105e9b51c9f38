// A process of its own: whole calls, one after the other, at a fixed rate that does not wait for answers.
import { setTimeout as wait } from 'node:timers/promises';
import { Connection } from '../../bench/connection.js';
import { bytesOf } from '../../bench/bytes-of.js';
import { lifeOf, MOMENTS_PER_CALL, type Moment } from '../lives.js';

export interface SoakOrder {
  readonly port: number;
  /** Webhooks per second. */
  readonly rate: number;
  readonly seconds: number;
  /** The first seconds, which are not counted. */
  readonly warmUp: number;
  readonly connections: number;
  /** Whether any 2xx is accepted. */
  readonly anyAnswer: boolean;
}

/** Sent repeatedly, and at the end with `done`. */
export interface SoakFigures {
  readonly done: boolean;
  readonly sent: number;
  readonly wrong: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

async function soak(order: SoakOrder): Promise<void> {
  const free = await Promise.all(Array.from({ length: order.connections }, () => Connection.open(order.port)));
  const waiting: ((connection: Connection) => void)[] = [];
  const took: number[] = [];
  let [sent, wrong] = [0, 0];
  const began = performance.now();

  async function send(request: Buffer, status: number, due: number): Promise<void> {
    // Each in turn: a server closes a connection that is never used.
    const connection = free.shift() ?? (await new Promise<Connection>((resolve) => waiting.push(resolve)));
    const got = await connection.send(request);
    const next = waiting.shift();
    if (next === undefined) free.push(connection);
    else next(connection);
    sent += 1;
    if (order.anyAnswer ? got < 200 || got > 299 : got !== status) wrong += 1;
    // From when it should have been sent: waiting for a connection counts as well.
    if (due - began > order.warmUp * 1000) took.push(performance.now() - due);
  }

  const figures = (done: boolean): SoakFigures => {
    const sorted = Float64Array.from(took).sort();
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share))] ?? NaN;
    return { done, sent, wrong, p50: at(0.5), p99: at(0.99), max: at(1) };
  };
  const apart = (1000 * MOMENTS_PER_CALL) / order.rate;
  const calls = Math.floor((order.seconds * 1000) / apart);
  const underWay: Promise<void>[] = [];
  const agenda: { due: number; n: number; moment: Moment }[] = [];
  for (let n = 0; n < calls; n += 1) {
    for (const moment of lifeOf(n)) agenda.push({ due: began + n * apart + moment[0], n, moment });
  }
  agenda.sort((a, b) => a.due - b.due);
  let told = began;
  for (const { due, n, moment } of agenda) {
    const [, make, status] = moment;
    const request = bytesOf(make(n));
    const early = due - performance.now();
    if (early > 1) await wait(early);
    underWay.push(send(request, status, due));
    if (underWay.length > 5000) await Promise.all(underWay.splice(0, 4000));
    if (performance.now() - told > 15_000) {
      told = performance.now();
      process.send?.(figures(false));
    }
  }
  await Promise.all(underWay);
  process.send?.(figures(true));
}

process.on('message', (order: SoakOrder) => {
  soak(order).catch((error: unknown) => process.send?.({ error: String(error) }));
});
process.on('disconnect', () => process.exit(0));
