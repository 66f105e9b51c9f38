import { createMemoryStore, type Store } from '@amd/core';
import express from 'express';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { expect, it, onTestFinished } from 'vitest';
import { operatorRoutes } from '../src/operators/routes.js';

async function serve(parts: { readonly store?: Store; readonly isDraining?: () => boolean }) {
  const app = express();
  app.use(
    operatorRoutes({
      store: parts.store ?? createMemoryStore(),
      registry: new Registry(),
      isDraining: parts.isDraining ?? (() => false),
      publicBaseUrl: 'https://calls.example.com',
      metricsToken: null,
    }),
  );
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return async (path: string) => {
    const response = await fetch(url + path);
    return [response.status, await response.text()];
  };
}

const broken: Store = { ...createMemoryStore(), read: () => Promise.reject(new Error('away')) };
const silent: Store = { ...createMemoryStore(), read: () => new Promise(() => undefined) };

it('a process is ready while its store answers and it does not stop; it is alive all the same', async () => {
  for (const [parts, status, problems] of [
    [{}, 200, []],
    [{ isDraining: () => true }, 503, ['stopping']],
    [{ store: broken }, 503, ['store']],
    [{ store: silent }, 503, ['store']],
    [{ store: broken, isDraining: () => true }, 503, ['stopping', 'store']],
  ] as const) {
    const get = await serve(parts);
    expect(await get('/readyz')).toEqual([status, JSON.stringify({ ready: status === 200, problems })]);
    expect(await get('/healthz')).toEqual([200, 'ok\n']);
  }
});
