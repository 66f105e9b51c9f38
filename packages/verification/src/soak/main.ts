// npm run soak: the example under load for minutes, on each store, beside a bare Express handler.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hasRedis } from '../../../store-redis/test/helpers/programs.js';
import { startRedis } from '../../../store-redis/test/helpers/redis.js';
import { yesServer } from '../bench/yes-server.js';
import type { SoakFigures, SoakOrder } from './processes/load.js';
import type { Health } from './processes/server.js';

const HELP = `npm run soak -- [options]

Sends 200 signed webhooks a second for five minutes through the forwarding example: whole calls, on memory, SQLite and Redis
(an own redis-server, append-only file, a second of writes at risk), and through a bare Express handler that checks signatures.
What the calls ask of Twilio goes over HTTP to a stand-in that says yes at once.
Latency counts from when a webhook was due. Exits with 1 if a figure falls short.

  --minutes N   how long each (default 5; heap is compared between minute 1 and the end)
  --rate N      webhooks a second (default 200)
  --only NAME   memory, sqlite, redis or express
  --help        show this`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    rate: { type: 'string', default: '200' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

/** Maximum p99 in ms. */
const BARS: Readonly<Record<string, number>> = { memory: 50, sqlite: 75, redis: 100, express: Infinity };

interface Soaked {
  readonly name: string;
  readonly figures: SoakFigures;
  readonly first: Health;
  readonly last: Health;
  /** Requests to Twilio's REST API. */
  readonly requests: number;
}

if (values.help) console.log(HELP);
else await main(Number(values.minutes), Number(values.rate));

async function main(minutes: number, rate: number): Promise<void> {
  const names = Object.keys(BARS).filter((name) => values.only === undefined || name === values.only);
  if (names.length === 0 || !(minutes > 0) || !(rate > 0)) {
    console.error(HELP);
    process.exit(2);
  }
  console.log(
    `${String(rate)} signed webhooks a second for ${String(minutes)} min each, on ${String(availableParallelism())} processors, Node ${process.version}`,
  );
  const soaked: Soaked[] = [];
  for (const name of names) {
    if (name === 'redis' && !hasRedis()) {
      console.error('The soak on Redis needs redis-server: apt-get install redis-server');
      process.exit(2);
    }
    soaked.push(await soakOne(name, minutes, rate));
  }
  const lines = soaked.map(report);
  for (const { line } of lines) console.log(line);
  const short = lines.filter(({ ok }) => !ok).length;
  console.log(`${String(lines.length - short)} ok, ${String(short)} fall short`);
  process.exit(short === 0 ? 0 : 1);
}

async function soakOne(name: string, minutes: number, rate: number): Promise<Soaked> {
  const folder = mkdtempSync(join(tmpdir(), 'amd-soak-'));
  const redis =
    name === 'redis' ? await startRedis(['--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '']) : undefined;
  const rest = await yesServer();
  const env = {
    ...process.env,
    REST_URL: rest.url,
    AMD_DATA: name === 'sqlite' ? folder : undefined,
    REDIS_URL: redis?.url,
  };
  const server = fork(beside('server'), [name], { execArgv: ['--expose-gc'], env });
  const load = fork(beside('load'), [], { execArgv: [] });
  try {
    const port = await heard<number>(server);
    const seconds = minutes * 60;
    const order: SoakOrder = {
      port,
      rate,
      seconds,
      warmUp: Math.min(10, seconds / 2),
      connections: 64,
      anyAnswer: name === 'express',
    };
    load.send(order);
    const end = figuresOf(name, load);
    const health = async (): Promise<Health> => {
      server.send('how are you');
      return heard<Health>(server);
    };
    await Promise.race([new Promise((resolve) => setTimeout(resolve, Math.min(60, seconds / 2) * 1000)), end]);
    const first = await health();
    // The last seconds of the load, not the calm after it.
    await Promise.race([
      new Promise((resolve) => setTimeout(resolve, (seconds - Math.min(60, seconds / 2) - 1) * 1000)),
      end,
    ]);
    const last = await health();
    return { name, figures: await end, first, last, requests: rest.requests };
  } finally {
    load.disconnect();
    server.disconnect();
    await once(server, 'exit');
    rest.close();
    await redis?.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function figuresOf(name: string, load: ChildProcess): Promise<SoakFigures> {
  for (;;) {
    const figures = await heard<SoakFigures>(load);
    if (figures.done) return figures;
    console.log(
      `  … ${name}: ${figures.sent.toLocaleString('en')} webhooks, p50 ${figures.p50.toFixed(1)} ms, p99 ${figures.p99.toFixed(1)} ms`,
    );
  }
}

function report({ name, figures, first, last, requests }: Soaked): { readonly line: string; readonly ok: boolean } {
  const bar = BARS[name] ?? 0;
  const growth = (100 * (last.heap - first.heap)) / first.heap;
  const handles = last.handles - first.handles;
  const steady = growth <= 10 && Math.abs(handles) <= 2;
  const ok = figures.wrong === 0 && (name === 'express' || (figures.p99 <= bar && steady));
  const line = [
    `${ok ? 'ok         ' : 'falls short'} ${name.padEnd(8)} ${figures.sent.toLocaleString('en')} webhooks`,
    `p50 ${figures.p50.toFixed(1)} ms, p99 ${figures.p99.toFixed(1)} ms${Number.isFinite(bar) ? ` (bar ${String(bar)})` : ''}, longest ${figures.max.toFixed(0)} ms`,
    `${String(figures.wrong)} wrong answers`,
    ...(name === 'express' ? [] : [`${requests.toLocaleString('en')} REST requests`]),
    `heap ${megabytes(first.heap)} → ${megabytes(last.heap)} MB (${growth >= 0 ? '+' : ''}${growth.toFixed(1)} %, bar +10 %)`,
    `handles ${handles >= 0 ? '+' : ''}${String(handles)} (bar ±2)`,
  ].join(' · ');
  return { line, ok };
}

/** Returns the next message of a process. @throws Error when it ends, or reports a failure */
async function heard<T>(child: ChildProcess): Promise<T> {
  const settled = new AbortController();
  const { signal } = settled;
  try {
    const ended = once(child, 'exit', { signal }).then(() => {
      throw new Error('a process of the soak has ended');
    });
    const [message] = (await Promise.race([once(child, 'message', { signal }), ended])) as [
      T | { readonly error: string },
    ];
    if (typeof message === 'object' && message !== null && 'error' in message) throw new Error(message.error);
    return message;
  } finally {
    // Whichever did not happen must stop listening.
    settled.abort();
  }
}

function beside(name: string): string {
  return fileURLToPath(new URL(`./${name}.mjs`, import.meta.url));
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
