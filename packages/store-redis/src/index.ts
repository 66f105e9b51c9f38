export { createRedisStore } from './redis-store.js';
export type { RedisStore, RedisStoreOptions } from './redis-store.js';
export type { CallingClient, RedisClient, Send, SendingClient } from './send.js';
