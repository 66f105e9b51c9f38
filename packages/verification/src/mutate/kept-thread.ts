import { ThreadsPoolWorker, type PoolOptions, type PoolWorker, type TestProject, type Vitest } from 'vitest/node';

const NAME = 'kept';
/** How often a thread may be used, so that a change leaves little behind for another one. */
const MAX_RUNS = 50;
/** A run that takes longer has something hanging, which may go on. */
const MAX_MS = 4500;

let kept: { readonly thread: ThreadsPoolWorker; runs: number; user: object | null } | null = null;

/**
 * A plugin: one thread at a time runs the tests and keeps what it has loaded, as loading takes longer than most tests. Tests and
 * their setup are loaded anew each time; no module of ours has state (a test says so).
 */
export const keepThread = {
  name: 'keep-thread',
  configureVitest({ project, vitest }: { readonly project: TestProject; readonly vitest: Vitest }): void {
    project.config.pool = NAME;
    project.config.poolRunner = { name: NAME, createPoolWorker };
    vitest.onClose(endThread);
  },
};

async function endThread(): Promise<void> {
  const ended = kept?.thread;
  kept = null;
  await ended?.stop();
}

type Listener = (value: unknown) => void;

function createPoolWorker(options: PoolOptions): PoolWorker {
  const listeners: { readonly event: string; readonly listener: Listener }[] = [];
  let startedAt = 0;

  async function running(): Promise<NonNullable<typeof kept>> {
    if (kept !== null) return kept;
    const thread = new ThreadsPoolWorker(options);
    await thread.start();
    return (kept = { thread, runs: 0, user: null });
  }
  const thread = (): ThreadsPoolWorker => {
    if (kept === null) throw new Error('there is no thread');
    return kept.thread;
  };

  return {
    name: NAME,
    async start() {
      startedAt = performance.now();
      const used = await running();
      used.runs += 1;
      used.user = listeners;
    },
    send(message) {
      if (message.type !== 'stop') {
        thread().send(message);
        return;
      }
      const stopped = { type: 'stopped', __vitest_worker_response__: true };
      queueMicrotask(() => {
        for (const { event, listener } of [...listeners]) if (event === 'message') listener(stopped);
      });
    },
    on(event, listener) {
      listeners.push({ event, listener });
      thread().on(event, listener);
    },
    off(event, listener) {
      const at = listeners.findIndex((one) => one.event === event && one.listener === listener);
      if (at !== -1) listeners.splice(at, 1);
      kept?.thread.off(event, listener);
    },
    deserialize: (data) => data,
    async stop() {
      for (const { event, listener } of listeners.splice(0)) kept?.thread.off(event, listener);
      // The next run may have begun.
      if (kept?.user !== listeners) return;
      if (kept.runs >= MAX_RUNS || performance.now() - startedAt > MAX_MS) await endThread();
    },
  };
}
