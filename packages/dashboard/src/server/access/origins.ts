import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from './loopback.js';

/** A page of ours, at this address. */
export interface Ours {
  readonly ours: true;
  readonly origin: string;
}

/** Whatever else sent a request. `from`: what the browser named as the sender, fit to be shown; `null`: nothing. */
export interface Stranger {
  readonly ours: false;
  readonly from: string | null;
}

/** Tells whether a page of ours sent a request. */
export type OriginCheck = (request: IncomingMessage) => Ours | Stranger;

/** No origin is so long, or has anything but plain characters; what has could do harm at a terminal. */
function shown(text: string): string {
  return text.slice(0, 100).replace(/[^\x20-\x7e]/g, '?');
}

/**
 * By exact match: the public address, or the loopback address in the request's own `Host`. A browser may leave `Origin`
 * out (a GET to the same origin) or send `null` (a page with `Referrer-Policy: no-referrer`); then `Sec-Fetch-Site`, which
 * no page can set, says that a page at the same address sent it, and `Referer` at which address
 * (fetch.spec.whatwg.org, w3.org/TR/fetch-metadata). A request with none of them was sent by no browser and is refused.
 */
export function originCheck(publicBaseUrl: string): OriginCheck {
  const ours = new URL(publicBaseUrl).origin;

  return ({ headers }) => {
    const { host, origin, referer } = headers;
    const site = headers['sec-fetch-site'];
    const here = isLoopbackHost(host) ? `http://${String(host)}` : null;
    const isOurs = (address: string | null): address is string => address === ours || address === here;
    const named = origin === undefined || origin === 'null' ? null : shown(origin);
    const before = referer !== undefined && URL.canParse(referer) ? new URL(referer).origin : null;

    if (site !== undefined && site !== 'same-origin') return { ours: false, from: named };
    if (named !== null) return isOurs(named) ? { ours: true, origin: named } : { ours: false, from: named };
    // A sandboxed frame of ours has the origin "null" too, and our address for its referrer.
    if (origin === 'null' && site === undefined) return { ours: false, from: null };
    if (before !== null) return isOurs(before) ? { ours: true, origin: before } : { ours: false, from: before };
    return site === 'same-origin' ? { ours: true, origin: here ?? ours } : { ours: false, from: null };
  };
}
