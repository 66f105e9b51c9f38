import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './load.js';
import type { ServerName } from './servers.js';

function child(name: string, ...args: string[]): ChildProcess {
  return fork(fileURLToPath(new URL(`./${name}.mjs`, import.meta.url)), args, { execArgv: [] });
}

/** The child's next message; its end is an error, not a wait for ever. */
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
  stop(): void;
}

export async function startServer(name: ServerName): Promise<RunningServer> {
  const process = child('server', name);
  const [port] = (await answered(process)) as [number];
  return {
    port,
    stop: () => {
      process.disconnect();
    },
  };
}

export interface Load {
  /** One order at a time. */
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
