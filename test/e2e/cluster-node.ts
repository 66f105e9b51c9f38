// A process of its own: the forwarding example on a Redis, told by its parent where everything is.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PageAssets } from '@amd/dashboard';
import pino from 'pino';
import { createApp } from '../../examples/forwarding/src/app.js';
import { clientAt } from '../../examples/shared/src/demo/client-at.js';
import { openStore } from '../../examples/shared/src/open-store.js';
import { stopGracefully } from '../../examples/shared/src/operators/stop.js';

const {
  API_URL = '',
  ACCOUNT_SID = '',
  AUTH_TOKEN = '',
  BASE_URL = '',
  NUMBER = '',
  PEOPLE = '',
  ASSETS = '',
} = process.env;
const logger = pino({ level: 'error' }, { write: (line: string) => process.stderr.write(line) });
const { store, clock, close } = await openStore(process.env, logger);
const nothing: PageAssets = { html: '<!doctype html><title>Calls</title>', script: '', style: '' };
const assets = ASSETS === '' ? nothing : (JSON.parse(readFileSync(ASSETS, 'utf8')) as PageAssets);
const people = PEOPLE.split(',');
const app = createApp({
  client: clientAt(API_URL, ACCOUNT_SID, AUTH_TOKEN),
  accountSid: ACCOUNT_SID,
  authTokens: [AUTH_TOKEN],
  publicBaseUrl: BASE_URL,
  configured: new Map([['*', people.map((to) => ({ name: to, to }))]]),
  dialAllow: people,
  ownNumbers: [NUMBER],
  limits: { atOnce: 100, perCaller: { calls: 100, seconds: 60 } },
  callLogDays: 1,
  password: null,
  assets,
  store,
  clock,
  logger,
});
const server = createServer(app.express);
app.attach(server);
app.feed.start();
app.runtime.start();
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
stopGracefully({
  server,
  drain: async (closed) => {
    await app.drain(closed);
    await close();
  },
  logger,
});
process.on('disconnect', () => process.exit(1));
