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
    read: (request) => [strict, plain].flatMap((name) => one(request, name) ?? []),
    set: (value, origin, seconds) =>
      origin.startsWith('https:')
        ? `${strict}=${value}; ${ATTRIBUTES}; Secure; Max-Age=${String(seconds)}`
        : `${plain}=${value}; ${ATTRIBUTES}; Max-Age=${String(seconds)}`,
    remove: (request) => [
      ...(one(request, strict) === undefined ? [] : [`${strict}=; ${ATTRIBUTES}; Secure; Max-Age=0`]),
      ...(one(request, plain) === undefined ? [] : [`${plain}=; ${ATTRIBUTES}; Max-Age=0`]),
    ],
  };
}

/** A cookie that is there twice was set by somebody else too, and counts for nothing. */
function one({ headers }: IncomingMessage, name: string): string | undefined {
  const values = (headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`));
  return values.length === 1 ? values[0]?.slice(name.length + 1) : undefined;
}
