import { createMemoryStore } from '@amd/core';
import express from 'express';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { operatorRoutes } from '../src/operators/routes.js';
import { whoMaySee } from '../src/operators/who-may-see.js';

const TOKEN = 'sixteen characters';
const TUNNEL = 'https://calls.example.com';

/** Requests the metrics on this machine. Default of `publicBaseUrl`: the server's own address. */
async function metrics(
  options: { readonly publicBaseUrl?: string; readonly token?: string },
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  const app = express();
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  app.use(
    operatorRoutes({
      store: createMemoryStore(),
      registry: new Registry(),
      isDraining: () => false,
      publicBaseUrl: options.publicBaseUrl ?? url,
      metricsToken: options.token ?? null,
    }),
  );
  const response = await fetch(`${url}/metrics`, { headers: { connection: 'close', ...headers } });
  const body = await response.text();
  server.close();
  return { status: response.status, body };
}

it('metrics without a token are open on this machine only, while the public address is local', async () => {
  expect((await metrics({})).status).toBe(200);
  for (const header of ['x-forwarded-for', 'x-client-ip', 'true-client-ip', 'ngrok-trace-id', 'via']) {
    const { status, body } = await metrics({}, { [header]: '1' });
    expect(status, header).toBe(403);
    expect(body).toContain('Set METRICS_TOKEN');
  }
});

it('metrics of a server with a public address need a token, for every client: a tunnel leaves no trace', async () => {
  const { status, body } = await metrics({ publicBaseUrl: TUNNEL });
  expect(status).toBe(403);
  expect(body).toContain('Set METRICS_TOKEN');
  const options = { publicBaseUrl: TUNNEL, token: TOKEN };
  expect((await metrics(options)).status).toBe(401);
  expect((await metrics(options, { authorization: `Bearer ${TOKEN}!` })).status).toBe(401);
  expect((await metrics(options, { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
});

it('the start says what is open to whom', () => {
  const page = 'page of calls';
  const said = (publicBaseUrl: string, env = {}): string => whoMaySee({ page, publicBaseUrl, ...env }).join('\n');
  expect(said(TUNNEL)).toBe('The page of calls is off: set DASHBOARD_PASSWORD.\nMetrics are off: set METRICS_TOKEN.');
  expect(said(TUNNEL, { DASHBOARD_PASSWORD: 'x', METRICS_TOKEN: 'y' })).toBe(
    `The page of calls is at ${TUNNEL}/ and asks for DASHBOARD_PASSWORD.\nMetrics are at /metrics and ask for METRICS_TOKEN.`,
  );
  expect(said('http://localhost:5000').match(/open to everybody on this machine, .*ssh -L.*: set /g)).toHaveLength(2);
});
