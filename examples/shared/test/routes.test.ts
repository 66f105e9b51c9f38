import { createMemoryStore, type Store } from '@amd/core';
import express from 'express';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Counter, Registry } from 'prom-client';
import { expect, it, onTestFinished } from 'vitest';
import { operatorRoutes } from '../src/operators/routes.js';

async function serve(parts: {
  readonly store?: Store;
  readonly isDraining?: () => boolean;
  readonly metricsToken?: string;
  readonly registry?: Registry;
}) {
  const app = express();
  app.use(
    operatorRoutes({
      store: parts.store ?? createMemoryStore(),
      registry: parts.registry ?? new Registry(),
      isDraining: parts.isDraining ?? (() => false),
      publicBaseUrl: 'https://calls.example.com',
      metricsToken: parts.metricsToken ?? null,
    }),
  );
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return async (path: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, { headers });
    return { status: response.status, body: await response.text(), headers: response.headers };
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
    const body = JSON.stringify({ ready: status === 200, problems });
    expect(await get('/readyz')).toMatchObject({ status, body });
    expect(await get('/healthz')).toMatchObject({ status: 200, body: 'ok\n' });
  }
});

it("metrics are the registry's, in Prometheus format, for requests with the token", async () => {
  const registry = new Registry();
  new Counter({ name: 'calls_total', help: 'Calls.', registers: [registry] }).inc(7);
  const get = await serve({ registry, metricsToken: 'a token of some length' });
  for (const scheme of ['Bearer', 'bearer']) {
    const { status, body, headers } = await get('/metrics', { authorization: `${scheme} a token of some length` });
    expect([status, headers.get('content-type')]).toEqual([200, registry.contentType]);
    expect(body).toContain('calls_total 7');
  }
  for (const authorization of ['', 'Bearer ', 'Bearer another', 'Basic a token of some length']) {
    const { status, body, headers } = await get('/metrics', { authorization });
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(body).toBe('Metrics need the header "Authorization: Bearer" with METRICS_TOKEN.\n');
  }
});
