import type { Server } from 'node:http';
import type { Logger } from 'pino';
import { watchConnections, type Connections } from './connections.js';

/** How long work in progress may take after the listener has closed: more than Twilio's REST API is given. */
export const FINISH_MS = 10_000;

/** Ctrl-C reaches every process of a terminal, and npm and a parent process send it on: it counts once. */
const ONCE_WITHIN_MS = 1000;

/** Calls `stop` on the first SIGTERM or SIGINT. Another one more than a second later ends the process at once, with 1. */
export function onStopSignal(stop: (signal: NodeJS.Signals) => void): void {
  let heardAt: number | undefined;
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, (signal) => {
      const now = performance.now();
      if (heardAt === undefined) {
        heardAt = now;
        stop(signal);
      } else if (now - heardAt > ONCE_WITHIN_MS) process.exit(1);
    });
  }
}

/** What stops together with its server. */
export interface Drained {
  /** Makes `/readyz` say no from now on. */
  unready(): void;
  /** Disconnects the pages; once `closed` (no webhook is in progress), finishes requests to Twilio. */
  drain(closed: Promise<void>): Promise<void>;
}

/**
 * Keeps serving, not ready, until `left`: a load balancer has to notice, and each answer until then is its connection's last.
 * Then closes the listener, waits for requests in progress, and stops the work. `quietMs`: see {@link Connections.close}.
 */
export async function drain(
  connections: Connections,
  app: Drained,
  { left, quietMs }: { readonly left: Promise<unknown>; readonly quietMs: number },
): Promise<void> {
  app.unready();
  connections.retire();
  await left;
  await app.drain(connections.close(quietMs));
}

/**
 * Stops on SIGTERM or SIGINT: says for `drainSeconds` that it is not ready and keeps serving, then accepts no new connection,
 * finishes work in progress, and exits with 0; with 1 if that fails or takes too long. A second signal ends it at once. A child
 * process does the same without the delay when its parent dies: it gets no more requests, and the next start needs its port.
 * Calls on the line go on at Twilio; their remaining work is in the store.
 */
export function stopGracefully(parts: {
  readonly server: Server;
  readonly app: Drained;
  readonly drainSeconds: number;
  /** Default {@link FINISH_MS}. */
  readonly finishMs?: number;
  /** Runs last, for example to release the store. */
  readonly close: () => Promise<void>;
  readonly logger: Logger;
}): void {
  const { server, app, drainSeconds, finishMs = FINISH_MS, close, logger } = parts;
  const drainMs = drainSeconds * 1000;
  const connections = watchConnections(server);
  let stopping = false;
  let leave = (): void => undefined;
  const left = new Promise<void>((resolve) => (leave = resolve));

  function stop(why: string): void {
    if (stopping) return;
    stopping = true;
    logger.info({ code: 'stopping', why }, `stopping (${why}): finishing what is under way`);
    setTimeout(leave, drainMs);
    setTimeout(() => {
      logger.error({ code: 'stop.late' }, 'what is under way took too long: ending all the same');
      process.exit(1);
    }, drainMs + finishMs);
    drain(connections, app, { left, quietMs: drainMs })
      .then(close)
      .then(() => {
        logger.info({ code: 'stopped' }, 'stopped');
        process.exit(0);
      })
      .catch((error: unknown) => {
        logger.error({ code: 'stop.failed', error }, 'stopping failed');
        process.exit(1);
      });
  }

  function stopAtOnce(): void {
    leave();
    stop('the parent process has ended');
  }

  onStopSignal(stop);
  process.once('disconnect', stopAtOnce);
  if (process.send !== undefined && !process.connected) stopAtOnce();
}
