import { fork, type ChildProcess } from 'node:child_process';
import type { FromApp, ToApp } from './chaos-messages.js';

/** Keeps an app running: whenever its process ends, another one is started a moment later. */
export interface Supervisor {
  /** True while it answers, as far as known. */
  readonly up: boolean;
  /** Resolves when it answers. */
  whenUp(): Promise<void>;
  /** Kills it with SIGKILL: no warning, no clean-up. */
  readonly kill: () => void;
  tell(message: ToApp): void;
  stop(): Promise<void>;
}

/** How often in a row it may end before it has answered. */
const TRIES = 5;

export function supervise(parts: {
  readonly entry: URL;
  /** From its end to the next start, ms. */
  readonly restartMs: number;
  readonly begin: () => ToApp;
  readonly hear: (message: FromApp) => void;
  /** It has ended. `killed`: by us; otherwise by itself, which is a bug. */
  readonly onDown: (killed: boolean) => void;
  readonly onUp: () => void;
  /** It cannot be started. */
  readonly onFailure: (reason: string) => void;
}): Supervisor {
  const { entry, restartMs, begin, hear, onDown, onUp, onFailure } = parts;
  let child: ChildProcess | undefined;
  let up = false;
  let killed = false;
  let stopped = false;
  let starts = 0;
  let waiting: (() => void)[] = [];

  function start(): void {
    if (stopped) return;
    starts += 1;
    const started = fork(entry, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child = started;
    started.on('message', (message: FromApp) => {
      if (message.type === 'failed') {
        onFailure(message.reason);
      } else if (message.type === 'ready') {
        up = true;
        starts = 0;
        onUp();
        for (const resolve of waiting) resolve();
        waiting = [];
      } else hear(message);
    });
    started.once('exit', () => {
      down();
      killed = false;
      if (stopped) return;
      if (starts >= TRIES) onFailure(`it ended ${String(TRIES)} times before it answered`);
      else setTimeout(start, restartMs);
    });
    started.send(begin());
  }

  function down(): void {
    if (!up) return;
    up = false;
    if (!stopped) onDown(killed);
  }

  start();
  return {
    get up() {
      return up;
    },
    whenUp: () => (up ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    kill() {
      if (!up || child === undefined) return;
      killed = true;
      child.kill('SIGKILL');
      down();
    },
    tell(message) {
      if (child?.connected === true) child.send(message);
    },
    async stop() {
      stopped = true;
      const last = child;
      if (last?.exitCode !== null || last.signalCode !== null) return;
      const ended = new Promise((resolve) => last.once('exit', resolve));
      last.kill('SIGKILL');
      await ended;
    },
  };
}
