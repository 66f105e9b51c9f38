import { createRedisStore } from '@amd/store-redis';
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';
import type { OpenStore } from './open-store.js';

/** Makes the client fail within the reply budget, and recover by itself whatever happened to the server. Times in ms. */
const CLIENT = {
  lazyConnect: true,
  maxRetriesPerRequest: 1,
  enableOfflineQueue: false,
  connectTimeout: 3000,
  // A silent connection is given up: a network may forget it without telling either end.
  socketTimeout: 3000,
  // A primary that became a replica keeps its connections, and refuses writes; the address may lead to the new one by now.
  reconnectOnError: ({ message }) => message.includes('READONLY'),
} satisfies Partial<RedisOptions>;

/**
 * Opens the Redis at this address.
 * @throws Error that says what to do
 */
export async function openRedis(url: string, logger: Pick<Logger, 'warn'>): Promise<OpenStore> {
  const client = new Redis(url, CLIENT);
  let last = '';
  client.on('error', ({ message }: Error) => {
    // While it is down each try fails alike.
    if (message !== last) logger.warn({ code: 'redis', error: message }, `Redis: ${message}`);
    last = message;
  });
  client.on('ready', () => (last = ''));
  try {
    await client.connect();
    const store = await createRedisStore({
      client,
      onWarning: (message) => {
        logger.warn({ code: 'redis.settings' }, `Redis: ${message}`);
      },
    });
    const { hostname, port } = new URL(url);
    return {
      store,
      clock: store.clock,
      kept: `State is kept in Redis at ${hostname}:${port === '' ? '6379' : port}.`,
      close: async () => {
        await store.close();
        client.disconnect();
      },
    };
  } catch (error) {
    client.disconnect();
    // ioredis rejects with nothing but that the connection is closed.
    const reason = last !== '' ? last : error instanceof Error ? error.message : String(error);
    throw new Error(`REDIS_URL: the store cannot be opened: ${reason}`, { cause: error });
  }
}
