/**
 * Calls on many machines: the state of `@amd/core` in Redis or Valkey, for any number of processes.
 *
 * @example
 * ```ts
 * import { createRuntime, forwarding, type Executor } from '@amd/core';
 * import { createRedisStore } from '@amd/store-redis';
 * import { Redis } from 'ioredis';
 *
 * declare const execute: Executor; // createTwilioExecutor(…) of @amd/core/twilio
 *
 * const client = new Redis('redis://127.0.0.1:6379', { maxRetriesPerRequest: 1, enableOfflineQueue: false });
 * const store = await createRedisStore({ client, onWarning: console.warn });
 * const runtime = createRuntime({ flow: forwarding, store, clock: store.clock, execute });
 * runtime.start();
 * ```
 *
 * @module @amd/store-redis
 */
export { createRedisStore } from './redis-store.js';
export type { RedisStore, RedisStoreOptions } from './redis-store.js';
export type { CallingClient, RedisClient, Send, SendingClient } from './send.js';
