import { createHash, timingSafeEqual } from 'node:crypto';
import type { Store } from '@amd/core';
import { Router, type Request } from 'express';
import type { Registry } from 'prom-client';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?$/;
const FORWARDED = /^(forwarded|via|x-forwarded-.*|x-real-ip|.*-connecting-ip)$/;
const STORE_MS = 1000;

/**
 * `/healthz`: the process answers; restart it when not. `/readyz`: send it calls; not while it stops or its store is away.
 * `/metrics`: for Prometheus on this machine, or with `Authorization: Bearer` and the metrics token.
 */
export function operatorRoutes(parts: {
  readonly store: Store;
  readonly registry: Registry;
  readonly isDraining: () => boolean;
  readonly metricsToken: string | null;
}): Router {
  const { store, registry, isDraining, metricsToken } = parts;
  const router = Router();
  router.get('/healthz', (_request, response) => {
    response.type('text/plain').send('ok\n');
  });
  router.get('/readyz', async (_request, response) => {
    const problems = [...(isDraining() ? ['stopping'] : []), ...((await answers(store)) ? [] : ['store'])];
    response.status(problems.length === 0 ? 200 : 503).json({ ready: problems.length === 0, problems });
  });
  router.get('/metrics', async (request, response) => {
    if (!mayRead(request, metricsToken)) {
      response.status(404).type('text/plain').send('Not found\n');
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

function mayRead(request: Request, token: string | null): boolean {
  if (token !== null) {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    return timingSafeEqual(hash(given), hash(token));
  }
  const local = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.socket.remoteAddress ?? '');
  const forwarded = Object.keys(request.headers).some((name) => FORWARDED.test(name));
  return local && !forwarded && LOOPBACK.test(request.headers.host ?? '');
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
