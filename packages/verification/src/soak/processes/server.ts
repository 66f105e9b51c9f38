// A process of its own: the forwarding example on one of the stores, with the official client sending to `REST_URL`. Needs
// --expose-gc.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NUMBERS } from '@amd/core/testing';
import pino from 'pino';
import { createApp } from '../../../../../examples/forwarding/src/app.js';
import { clientAt } from '../../../../../examples/shared/src/demo/client-at.js';
import { openStore } from '../../../../../examples/shared/src/open-store.js';
import { ACCOUNT, BASE, TOKEN } from '../../bench/calls.js';
import { SERVERS } from '../../bench/servers.js';

/** How long ended calls are remembered, so that the heap of one minute can be compared with another's. */
const KEEP_SECONDS = 20;

/** A process's answer about its health. */
export interface Health {
  /** After a collection, in bytes. */
  readonly heap: number;
  /** Sockets, timers and whatever else keeps a process busy, including the load's connections. */
  readonly handles: number;
}

async function listener(kind: string): Promise<RequestListener> {
  if (kind === 'express') return SERVERS['express and twilio.webhook()']();
  const { store, clock } = await openStore(process.env, { warn: () => undefined });
  const app = createApp({
    client: clientAt(process.env['REST_URL'] ?? '', ACCOUNT, TOKEN),
    accountSid: ACCOUNT,
    authTokens: [TOKEN],
    publicBaseUrl: BASE,
    configured: new Map([['*', [{ name: 'Ann', to: NUMBERS.ann }]]]),
    dialAllow: [NUMBERS.ann],
    ownNumbers: [NUMBERS.ours],
    limits: { atOnce: 400, perCaller: { calls: 100, seconds: 60 } },
    callLogDays: KEEP_SECONDS / 86_400,
    password: 'for the soak',
    assets: { html: '', script: '', style: '' },
    store,
    clock,
    logger: pino({ level: 'warn' }, { write: () => undefined }),
  });
  app.feed.start();
  app.runtime.start();
  return app.listener;
}

const server = createServer(await listener(process.argv[2] ?? ''));
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => {
  globalThis.gc?.();
  const health: Health = {
    heap: process.memoryUsage().heapUsed,
    handles: process.getActiveResourcesInfo().filter((name) => name !== 'Timeout' && name !== 'Immediate').length,
  };
  process.send?.(health);
});
process.on('disconnect', () => process.exit(0));
