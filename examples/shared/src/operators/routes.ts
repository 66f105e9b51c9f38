import { createHash, timingSafeEqual } from 'node:crypto';
import type { Store } from '@amd/core';
import { openOnThisMachine } from '@amd/dashboard';
import { Router } from 'express';
import type { Registry } from 'prom-client';

const STORE_MS = 1000;
const NEEDS_TOKEN =
  'Metrics are off: METRICS_TOKEN is not set, and without it they are answered on this machine only, while PUBLIC_BASE_URL is an address of this machine too. Set METRICS_TOKEN and restart.\n';
const WRONG_TOKEN = 'Metrics need the header "Authorization: Bearer" with METRICS_TOKEN.\n';

/**
 * Creates the routes for operators. `/healthz`: the process answers; restart it if not. `/readyz`: ready for calls; not while it
 * stops or its store is down. `/metrics`: for Prometheus, with `Authorization: Bearer` and the metrics token; without a token by
 * the same rule as the page without a password.
 */
export function operatorRoutes(parts: {
  readonly store: Store;
  readonly registry: Registry;
  readonly isDraining: () => boolean;
  readonly publicBaseUrl: string;
  readonly metricsToken: string | null;
}): Router {
  const { store, registry, isDraining, publicBaseUrl, metricsToken } = parts;
  const isOpenTo = openOnThisMachine(publicBaseUrl);
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.type('text/plain').send('ok\n');
  });
  router.get('/readyz', async (_request, response) => {
    const problems = [...(isDraining() ? ['stopping'] : []), ...((await answers(store)) ? [] : ['store'])];
    response.status(problems.length === 0 ? 200 : 503).json({ ready: problems.length === 0, problems });
  });
  router.get('/metrics', async (request, response) => {
    if (metricsToken === null && !isOpenTo(request)) {
      response.status(403).type('text/plain').send(NEEDS_TOKEN);
      return;
    }
    if (metricsToken !== null && !hasToken(request.headers.authorization, metricsToken)) {
      response.status(401).set('www-authenticate', 'Bearer').type('text/plain').send(WRONG_TOKEN);
      return;
    }
    response.type(registry.contentType).send(await registry.metrics());
  });
  return router;
}

async function answers(store: Store): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error('late'));
      }, STORE_MS);
    });
    await Promise.race([store.read('readyz', Date.now()), late]);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function hasToken(header: string | undefined, token: string): boolean {
  const given = /^Bearer (.+)$/i.exec(header ?? '')?.[1] ?? '';
  return timingSafeEqual(hash(given), hash(token));
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
