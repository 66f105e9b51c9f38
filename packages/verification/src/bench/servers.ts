import type { RequestListener } from 'node:http';
import { toNodeListener } from '@amd/core/http';
import { NUMBERS } from '@amd/core/testing';
import express from 'express';
import pino from 'pino';
import twilio from 'twilio';
import { createApp } from '../../../../examples/forwarding/src/app.js';
import { openStore } from '../../../../examples/shared/src/open-store.js';
import { appByHand } from './by-hand.js';
import { ACCOUNT, BASE, createBench, TOKEN } from './calls.js';
import { yesClient } from './yes-client.js';

/** The servers, by name. Each runs in a process of its own. */
export const SERVERS = {
  /** The whole example, on the store that the environment names, with a Twilio that accepts everything at once. */
  example: () => example(0),
  /** The same, with a Twilio that takes 150 ms. */
  'example, slow REST': () => example(150),
  /** Endpoint, runtime and store under our Node adapter, on `node:http`. */
  adapter: () => {
    const { endpoint, runtime } = createBench();
    runtime.start();
    return toNodeListener(endpoint);
  },
  /** Express with the body parsed, and a constant answer. */
  express: () => {
    const app = express();
    app.disable('x-powered-by');
    app.use(express.urlencoded({ extended: false }));
    app.post('/inbound', (_, response) => void response.type('text/xml').send('<Response/>'));
    app.post(/.*/, (_, response) => void response.status(204).end());
    return app;
  },
  /** The same behind the official library's signature check. */
  'express and twilio.webhook()': () => {
    const app = express();
    app.disable('x-powered-by');
    app.use(express.urlencoded({ extended: false }));
    app.use(twilio.webhook(TOKEN, { host: new URL(BASE).host, protocol: 'https' }));
    app.post(/.*/, (_, response) => void response.status(204).end());
    return app;
  },
  /** Written without this project. */
  'by hand': appByHand,
} as const satisfies Record<string, () => RequestListener | Promise<RequestListener>>;

export type ServerName = keyof typeof SERVERS;

async function example(restMs: number): Promise<RequestListener> {
  const { store, clock } = await openStore(process.env, { warn: () => undefined });
  const { listener, runtime, feed } = createApp({
    client: twilio(ACCOUNT, TOKEN, { httpClient: yesClient(restMs) as never }),
    accountSid: ACCOUNT,
    authTokens: [TOKEN],
    publicBaseUrl: BASE,
    configured: new Map([['*', [{ name: 'Ann', to: NUMBERS.ann }]]]),
    dialAllow: [NUMBERS.ann],
    ownNumbers: [NUMBERS.ours],
    limits: { atOnce: 2500, perCaller: { calls: 100, seconds: 60 } },
    callLogDays: 1,
    password: 'for the bench',
    assets: { html: '', script: '', style: '' },
    store,
    clock,
    logger: pino({ level: 'warn' }, { write: () => undefined }),
  });
  feed.start();
  runtime.start();
  return listener;
}
