import { writeSync } from 'node:fs';
import { createRedisStore } from '@amd/store-redis';
import { Redis } from 'ioredis';
import { writeForEver } from '../ledger.js';

const [, , url = '', replicas = '0'] = process.argv;
const client = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, retryStrategy: () => null });
client.on('error', () => undefined);
await new Promise((resolve) => client.once('ready', resolve));
const store = await createRedisStore({ client, replicas: Number(replicas) });
const keys = Array.from({ length: 20 }, (_, n) => `calls${String(n)}:one`);
// Ends with the first answer that does not come: from then on nothing is acknowledged.
await writeForEver(store, keys, (entry) => {
  writeSync(1, `${JSON.stringify(entry)}\n`);
});
