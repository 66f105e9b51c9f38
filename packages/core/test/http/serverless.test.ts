import { describe, expect, it } from 'vitest';
import { createForwardingEndpoint, type Endpoint } from '@amd/core/http';
import { manualClock, NUMBERS, payloads, START } from '@amd/core/testing';

const BASE = 'https://example.com';

/** An endpoint whose runtime only says by when it may work. */
function scene(options: { readonly serverless?: boolean; readonly serverlessBudgetMs?: number } = {}): {
  readonly endpoint: Endpoint;
  readonly limits: (number | undefined)[];
} {
  const limits: (number | undefined)[] = [];
  const endpoint = createForwardingEndpoint({
    runtime: {
      handle: () => Promise.resolve({ kind: 'twiml', verbs: [] }),
      tick: ({ by } = {}) => {
        limits.push(by);
        return Promise.resolve();
      },
    },
    publicBaseUrl: BASE,
    authTokens: [],
    verifySignature: false,
    resolve: () => ({ forwardTo: [NUMBERS.ann] }),
    clock: manualClock(),
    log: () => undefined,
    ...options,
  });
  return { endpoint, limits };
}

const inbound = {
  method: 'POST',
  path: '/inbound',
  query: '',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(payloads.inbound() as Record<string, string>).toString(),
};

describe('an endpoint', () => {
  it('does no work in a process that runs on', async () => {
    const { endpoint, limits } = scene();
    await endpoint.handle(inbound);
    expect(limits).toEqual([]);
  });

  it('works for at most nine seconds before the answer leaves where the process is frozen then', async () => {
    const { endpoint, limits } = scene({ serverless: true });
    expect((await endpoint.handle(inbound)).status).toBe(200);
    expect(limits).toEqual([START + 9_000]);
  });

  it('works for as long as the option says', async () => {
    const { endpoint, limits } = scene({ serverless: true, serverlessBudgetMs: 5_000 });
    await endpoint.handle(inbound);
    expect(limits).toEqual([START + 5_000]);
  });

  it('works after the answer where the host has waitUntil', async () => {
    const { endpoint, limits } = scene({ serverless: true });
    const works: Promise<unknown>[] = [];
    await endpoint.handle(inbound, { waitUntil: (work) => works.push(work) });
    await Promise.all(works);
    expect(limits).toEqual([START + 25_000]);
  });

  it('does no work for a request that is not Twilio’s', async () => {
    const { endpoint, limits } = scene({ serverless: true });
    await endpoint.handle({ ...inbound, path: '/elsewhere' });
    await endpoint.handle({ ...inbound, method: 'GET' });
    await endpoint.handle({ ...inbound, body: '' });
    expect(limits).toEqual([]);
  });

  it('refuses a budget that is no time', () => {
    expect(() => scene({ serverlessBudgetMs: 0 })).toThrow(/serverlessBudgetMs/);
  });
});
