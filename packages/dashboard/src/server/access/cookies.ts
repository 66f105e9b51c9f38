import type { IncomingMessage } from 'node:http';

/** A cookie that no script and no other site can read, under one of two names. */
export interface Cookie {
  /** Returns all values that were sent, the stricter name's first. */
  read(request: IncomingMessage): readonly string[];
  /** Returns the `Set-Cookie` header for a page at `origin`. */
  set(value: string, origin: string, seconds: number): string;
  /** Returns the `Set-Cookie` headers that remove what was sent. */
  remove(request: IncomingMessage): readonly string[];
}

const ATTRIBUTES = 'Path=/; HttpOnly; SameSite=Strict';

/**
 * Creates a cookie. Over https the name has the prefix with which a browser accepts a cookie only from this very host (RFC
 * 6265bis, 4.1.3.2); on loopback it has none. Which one counts is decided by the page's own origin when the cookie is set: behind
 * a TLS proxy the connection and `Host` look like loopback.
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

/** Returns all values of a cookie. Another host of the domain may have set one as well: each is signed, or worthless. */
function valuesOf({ headers }: IncomingMessage, name: string): readonly string[] {
  return (headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`))
    .map((part) => part.slice(name.length + 1));
}
