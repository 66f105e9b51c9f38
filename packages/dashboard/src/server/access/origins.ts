import type { IncomingMessage } from 'node:http';
import { isLoopbackHost } from './loopback.js';

/** The request was sent by a page of ours, at this address. */
export interface Ours {
  readonly ours: true;
  readonly origin: string;
}

/** The request was sent by anything else. `from`: the sender that the browser named, safe to display; `null`: none. */
export interface Stranger {
  readonly ours: false;
  readonly from: string | null;
}

/** Decides whether a page of ours sent a request. */
export type OriginCheck = (request: IncomingMessage) => Ours | Stranger;

/** Makes text safe for a terminal: no real origin is this long, or contains anything but plain characters. */
function shown(text: string): string {
  return text.slice(0, 100).replace(/[^\x20-\x7e]/g, '?');
}

/**
 * Creates a check by exact match: the public address, or the loopback address in the request's own `Host`. A browser may omit
 * `Origin` (a GET to the same origin) or send `null` (a page with `Referrer-Policy: no-referrer`); then `Sec-Fetch-Site`, which
 * no page can set, says that a page at the same address sent it, and `Referer` at which address (fetch.spec.whatwg.org,
 * w3.org/TR/fetch-metadata). A request with none of them was not sent by a browser and is refused.
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
