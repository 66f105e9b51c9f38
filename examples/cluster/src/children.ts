import { fork, type ChildProcess } from 'node:child_process';
import type { Target } from './balancer.js';

const RESTART_MS = 1000;

/** The processes of the app, one for each target. */
export interface Children {
  /** Asks all of them to stop, and resolves with the worst of their exit codes; 0: each has finished its work in progress. */
  stop(): Promise<number>;
  /** Kills those that are left. */
  kill(): void;
}

/** Starts the processes, and restarts each one that ends, unless it has never listened: then its settings are wrong. */
export function createChildren(options: {
  /** Sends a message to its parent when it listens, and ends when its parent does. */
  readonly script: string;
  readonly targets: readonly Target[];
  /** In addition to `PORT`. */
  readonly env: Readonly<Record<string, string>>;
  readonly onHopeless: () => void;
}): Children {
  const { script, targets, env, onHopeless } = options;
  const running = new Set<ChildProcess>();
  /** Targets whose process has listened. Probing the port would not do: another program may answer there. */
  const good = new Set<Target>();
  let stopping = false;

  function start(target: Target): void {
    const child = fork(script, [], { env: { ...process.env, ...env, PORT: String(target.port) } });
    running.add(child);
    child.once('message', () => good.add(target));
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (stopping) return;
      if (code !== null && code !== 0 && !good.has(target)) {
        onHopeless();
        return;
      }
      const how = signal ?? String(code);
      console.error(`The process on port ${String(target.port)} has ended (${how}); it is started again.`);
      setTimeout(
        () => {
          if (!stopping) start(target);
        },
        // It was asked to stop and has done so: a rolling restart.
        code === 0 ? 0 : RESTART_MS,
      );
    });
  }

  for (const target of targets) start(target);
  return {
    async stop() {
      stopping = true;
      const codes = [...running].map(
        (child) =>
          new Promise<number>((resolve) => {
            child.once('exit', (code, signal) => {
              // It did not handle signals yet, and so had no work in progress.
              resolve(code ?? (signal === 'SIGTERM' || signal === 'SIGINT' ? 0 : 1));
            });
            child.kill('SIGTERM');
          }),
      );
      return Math.max(0, ...(await Promise.all(codes)));
    },
    kill() {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}
