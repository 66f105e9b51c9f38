import type { IncomingMessage } from 'node:http';

/** A cookie that no script and no other site gets, under one of two names. */
export interface Cookie {
  /** All values that came, the stricter name's first. */
  read(request: IncomingMessage): readonly string[];
  /** The `Set-Cookie` header for a page at `origin`. */
  set(value: string, origin: string, seconds: number): string;
  /** The `Set-Cookie` headers that take away what came. */
  remove(request: IncomingMessage): readonly string[];
}

const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict';

/**
 * Over https the name has the prefix with which a browser takes a cookie only from this very host (RFC 6265bis, 4.1.3.2);
 * on loopback it has none. Which one counts is decided by the page's own origin when the cookie is set: behind a TLS proxy
 * the connection and `Host` look like loopback.
 */
export function cookieOf(plain: string): Cookie {
  const strict = `__Host-${plain}`;
  return {
    read: (request) => [strict, plain].flatMap((name) => valuesOf(request, name)),
    set: (value, origin, seconds) =>
      origin.startsWith('https:')
        ? `${strict}=${value}; ${ATTRIBUTES}; Secure; Max-Age=${String(seconds)}`
        : `${plain}=${value}; ${ATTRIBUTES}; Max-Age=${String(seconds)}`,
    remove: (request) => [
      ...(valuesOf(request, strict).length === 0 ? [] : [`${strict}=; ${ATTRIBUTES}; Secure; Max-Age=0`]),
      ...(valuesOf(request, plain).length === 0 ? [] : [`${plain}=; ${ATTRIBUTES}; Max-Age=0`]),
    ],
  };
}

/** Several, where another host of the domain has set one as well: each is signed or worth nothing. */
function valuesOf({ headers }: IncomingMessage, name: string): readonly string[] {
  return (headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1));
}
