import type { Server } from 'node:http';
import type { Logger } from 'pino';

const AT_MOST_MS = 10_000;

/**
 * On SIGTERM or SIGINT: take no new connection, finish what is under way, then end. A second signal ends at once. Calls on
 * the line go on at Twilio; what is left to do for them is in the store.
 */
export function stopGracefully(parts: {
  readonly server: Server;
  readonly drain: (closed: Promise<void>) => Promise<void>;
  readonly logger: Logger;
}): void {
  const { server, drain, logger } = parts;
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ code: 'stopping', signal }, 'stopping: finishing what is under way');
    setTimeout(() => {
      logger.error({ code: 'stop.late' }, 'what is under way took too long: ending all the same');
      process.exit(1);
    }, AT_MOST_MS).unref();
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve();
      });
    });
    server.closeIdleConnections();
    drain(closed)
      .then(() => {
        logger.info({ code: 'stopped' }, 'stopped');
        process.exit(0);
      })
      .catch((error: unknown) => {
        logger.error({ code: 'stop.failed', error }, 'stopping failed');
        process.exit(1);
      });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
}
