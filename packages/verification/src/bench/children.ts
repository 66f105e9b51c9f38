import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './processes/load.js';
import type { PageUse } from './processes/page-server.js';
import type { ServerName } from './servers.js';

function child(name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = process.env): ChildProcess {
  return fork(fileURLToPath(new URL(`./${name}.mjs`, import.meta.url)), args, { execArgv: [], env });
}

/** Resolves with the child's next message; rejects if it ends. */
async function answered(process: ChildProcess): Promise<unknown[]> {
  const stop = new AbortController();
  const ended = once(process, 'exit', { signal: stop.signal }).then(() => {
    throw new Error('a process of the bench has ended');
  });
  try {
    const message = once(process, 'message', { signal: stop.signal }) as Promise<unknown[]>;
    return await Promise.race([message, ended]);
  } finally {
    stop.abort();
    ended.catch(() => undefined);
  }
}

export interface RunningServer {
  readonly port: number;
  /** Returns the CPU time of the process so far, user and system, in µs. */
  cpu(): Promise<number>;
  stop(): void;
}

/** Where the example keeps its calls: in a file of this folder, in the Redis at this address, or in memory. */
export interface Keeps {
  readonly folder?: string;
  readonly redis?: string;
}

export async function startServer(name: ServerName, { folder, redis }: Keeps = {}): Promise<RunningServer> {
  const server = child('server', [name], { ...process.env, AMD_DATA: folder, REDIS_URL: redis });
  const [port] = (await answered(server)) as [number];
  return {
    port,
    async cpu() {
      server.send('cpu');
      const [used] = (await answered(server)) as [number];
      return used;
    },
    stop: () => {
      server.disconnect();
    },
  };
}

export interface RunningPage {
  readonly port: number;
  used(): Promise<PageUse>;
  stop(): void;
}

/** Starts calls that change, with or without a page over them. */
export async function startPage(kind: 'page' | 'no page'): Promise<RunningPage> {
  const server = child('page-server', [kind]);
  const [port] = (await answered(server)) as [number];
  return {
    port,
    async used() {
      server.send('used');
      const [use] = (await answered(server)) as [PageUse];
      return use;
    },
    stop: () => {
      server.disconnect();
    },
  };
}

export interface RunningCosts {
  /** In µs of CPU time. */
  readonly cost: () => Promise<number>;
  stop(): void;
}

/** Starts a process that measures a cost while there are this many calls. */
export async function startCosts(what: 'calls' | 'feed', size: number): Promise<RunningCosts> {
  const server = child('live-calls', [what, String(size)]);
  await answered(server);
  return {
    async cost() {
      server.send('again');
      const [cost] = (await answered(server)) as [number];
      return cost;
    },
    stop: () => {
      server.disconnect();
    },
  };
}

export interface Load {
  /** Runs one order at a time. */
  run(order: LoadOrder): Promise<LoadResult>;
  stop(): void;
}

export function startLoad(): Load {
  const process = child('load');
  return {
    async run(order) {
      process.send(order);
      const [answer] = (await answered(process)) as [LoadResult | { readonly error: string }];
      if ('error' in answer) throw new Error(answer.error);
      return answer;
    },
    stop: () => {
      process.disconnect();
    },
  };
}
