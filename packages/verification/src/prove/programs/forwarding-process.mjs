// One process of an app as operating.md describes it, copied beside the packages of a release: it must use only what all releases
// have in common. Its parent sends the settings in SETTINGS, and hears its port, its commits, its hooks and its complaints.
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { atOnce } from '@amd/core';
import { toNodeListener } from '@amd/core/http';
import { createCallForwarding } from '@amd/core/twilio';
import twilio from 'twilio';

const settings = JSON.parse(process.env.SETTINGS);
const say = (message) => process.send?.(message);

async function openStore() {
  if (settings.redisUrl === null) {
    const { createSqliteStore } = await import('@amd/store-sqlite');
    const store = await createSqliteStore({ file: settings.file });
    return { store, close: () => store.close() };
  }
  const { Redis } = await import('ioredis');
  const { createRedisStore } = await import('@amd/store-redis');
  const client = new Redis(settings.redisUrl, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
  client.on('error', () => undefined);
  await new Promise((resolve) => client.once('ready', resolve));
  const store = await createRedisStore({ client });
  return { store, clock: store.clock, close: () => store.close().then(() => client.disconnect()) };
}

/** The official client, whose requests go to the simulator: the original host name comes first in the path. */
function client() {
  const httpClient = new twilio.RequestClient({ timeout: 8000 });
  const send = httpClient.request.bind(httpClient);
  httpClient.request = (request) => {
    const { hostname, pathname, search } = new URL(request.uri);
    return send({ ...request, uri: `${settings.apiUrl}/${hostname}${pathname}${search}` });
  };
  return twilio(settings.accountSid, settings.authToken, { httpClient });
}

const { store, clock, close } = await openStore();
const calls = createCallForwarding({
  accountSid: settings.accountSid,
  authToken: settings.authToken,
  publicBaseUrl: settings.publicBaseUrl,
  ownNumber: settings.ownNumber,
  client: client(),
  store,
  clock,
  limits: { atOnce: 1000 },
  mayDial: () => true,
  resolve: ({ from }) => {
    const { people, together, ...options } = settings.lists[from];
    return { ...options, forwardTo: together ? atOnce(people) : people };
  },
  hooks: { ended: ({ sid }, id) => say({ is: 'ended', sid, id }) },
  log: ({ level, code, message }) => say({ is: 'said', level, code, message }),
});
calls.events.on('committed', ({ key }) => say({ is: 'committed', key }));

let draining = false;
const server = createServer();
server.on('request', (_request, response) => {
  if (draining) response.setHeader('connection', 'close');
});
server.on(
  'request',
  toNodeListener(calls.endpoint, (_request, response) => {
    response.writeHead(draining ? 503 : 200).end();
  }),
);
server.listen(0, '127.0.0.1', () => say({ is: 'listening', port: server.address().port }));

process.once('SIGTERM', async () => {
  draining = true;
  await wait(settings.drainMs);
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  await new Promise((resolve) => server.close(resolve));
  clearInterval(idle);
  await calls.stop();
  await close();
  process.disconnect?.();
});
