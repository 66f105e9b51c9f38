// A process of its own: the forwarding example on a Redis; its parent tells it all addresses.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PageAssets } from '@amd/dashboard';
import pino from 'pino';
import { createApp } from '../../../../examples/forwarding/src/app.js';
import { clientAt } from '../../../../examples/shared/src/demo/client-at.js';
import { openStore } from '../../../../examples/shared/src/open-store.js';
import { stopGracefully } from '../../../../examples/shared/src/operators/stop.js';
import type { NodeSettings } from '../helpers/cluster.js';

const settings = JSON.parse(process.env['NODE_SETTINGS'] ?? '') as NodeSettings;
const assets = (): PageAssets => JSON.parse(readFileSync(settings.assetsFile ?? '', 'utf8')) as PageAssets;
const logger = pino({ level: 'error' }, { write: (line: string) => process.stderr.write(line) });
const { store, clock, close } = await openStore(process.env, logger);
const lists = Object.entries(settings.lists);
const app = createApp({
  client: clientAt(settings.apiUrl, settings.accountSid, settings.authToken),
  accountSid: settings.accountSid,
  authTokens: [settings.authToken],
  publicBaseUrl: settings.baseUrl,
  configured: new Map(lists.map(([inbound, { people }]) => [inbound, people])),
  callOptions: ({ to }) => {
    const list = settings.lists[to];
    return (
      list && { forwardTo: list.people, ringSeconds: list.ringSeconds, deadlineSeconds: list.deadlineSeconds ?? 120 }
    );
  },
  dialAllow: lists.flatMap(([, { people }]) => people.map(({ to }) => to)),
  ownNumbers: lists.map(([inbound]) => inbound),
  limits: { atOnce: 100, perCaller: { calls: 100, seconds: 60 } },
  callLogDays: 1,
  password: null,
  assets: settings.assetsFile === null ? { html: '', script: '', style: '' } : assets(),
  store,
  clock,
  logger,
});
const server = createServer(app.listener);
app.attach(server);
app.feed.start();
server.listen(0, '127.0.0.1', () => {
  app.runtime.start();
  process.send?.((server.address() as AddressInfo).port);
});
stopGracefully({ server, app, drainSeconds: settings.drainSeconds, close, logger });
