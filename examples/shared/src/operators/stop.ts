import type { Server, ServerResponse } from 'node:http';
import type { Logger } from 'pino';

const AT_MOST_MS = 10_000;

/** Ctrl-C reaches every process of a terminal, and npm and a parent process send it on: it is heard once. */
const ONCE_WITHIN_MS = 1000;

/** Calls `stop` on the first SIGTERM or SIGINT. One that comes more than a second later ends the process at once, with 1. */
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

const LOOK_EVERY_MS = 100;

/**
 * Takes no new connection; resolves when every request under way is answered. Node would keep a connection that is in use at
 * this moment alive for its next requests, so that a client that goes on asking, such as a probe of readiness, holds the
 * server open: such a request is its connection's last, and an idle connection is closed.
 */
export function closeServer(server: Server): Promise<void> {
  server.prependListener('request', (_, response: ServerResponse) => {
    response.setHeader('connection', 'close');
  });
  const look = setInterval(() => {
    server.closeIdleConnections();
  }, LOOK_EVERY_MS);
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(look);
      resolve();
    });
  });
}

/**
 * On SIGTERM or SIGINT: take no new connection, finish what is under way, then end. Who asks again ends it at once. Calls on
 * the line go on at Twilio; what is left to do for them is in the store.
 */
export function stopGracefully(parts: {
  readonly server: Server;
  readonly drain: (closed: Promise<void>) => Promise<void>;
  readonly logger: Logger;
}): void {
  const { server, drain, logger } = parts;
  onStopSignal((signal) => {
    logger.info({ code: 'stopping', signal }, 'stopping: finishing what is under way');
    setTimeout(() => {
      logger.error({ code: 'stop.late' }, 'what is under way took too long: ending all the same');
      process.exit(1);
    }, AT_MOST_MS).unref();
    drain(closeServer(server))
      .then(() => {
        logger.info({ code: 'stopped' }, 'stopped');
        process.exit(0);
      })
      .catch((error: unknown) => {
        logger.error({ code: 'stop.failed', error }, 'stopping failed');
        process.exit(1);
      });
  });
}
