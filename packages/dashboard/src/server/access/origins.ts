import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from './loopback.js';

/** True for a request that a page of ours sent. `required`: also refuse what names no origin at all. */
export type OriginCheck = (request: IncomingMessage) => boolean;

/**
 * By exact match: the public address, or the loopback address in the request's own `Host`. Browsers leave `Origin` out of
 * GET requests to the same origin, but then say so in `Sec-Fetch-Site` (fetch.spec.whatwg.org, w3.org/TR/fetch-metadata),
 * which no page can set. What says neither was sent by no browser and is refused.
 */
export function originCheck(publicBaseUrl: string): OriginCheck {
  const ours = new URL(publicBaseUrl).origin;
  return ({ headers }) => {
    const site = headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin') return false;
    const { origin, host } = headers;
    if (origin === undefined) return site === 'same-origin';
    return origin === ours || (isLoopbackHost(host) && origin === `http://${String(host)}`);
  };
}
