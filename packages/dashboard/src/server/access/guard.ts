import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '@amd/core';
import { isFromHere, isLoopbackHost } from './loopback.js';
import { createSessions, type Session } from './sessions.js';

/** Who may see the page. */
export type Access =
  /** Somebody at this very machine, and no password is set. */
  | { readonly as: 'open' }
  | { readonly as: 'session'; readonly session: Session }
  /** A password is set and has yet to be given. */
  | { readonly as: 'login' }
  /** Nobody: no password is set, and the request may come from anywhere. */
  | { readonly as: 'closed' };

export interface Guard {
  check(request: IncomingMessage): Access;
  /** In constant time. */
  isPassword(given: string): boolean;
  /** Opens a session: the `Set-Cookie` header for it. */
  logIn(): string;
  /** Ends it: the `Set-Cookie` header that takes the cookie away. */
  logOut(session: Session): string;
  readonly hasPassword: boolean;
}

export interface GuardOptions {
  readonly password: string | null;
  readonly publicBaseUrl: string;
  readonly sessionMs: number;
  readonly clock: Clock;
}

export function createGuard({ password, publicBaseUrl, sessionMs, clock }: GuardOptions): Guard {
  const base = new URL(publicBaseUrl);
  const secure = base.protocol === 'https:';
  // With the prefix a browser takes it only from this very host, over https (RFC 6265bis, 4.1.3.2).
  const name = secure ? '__Host-amd-session' : 'amd-session';
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  const sessions = password === null ? null : createSessions(password, sessionMs, clock);
  const digest = password === null ? null : hash(password);

  return {
    hasPassword: password !== null,

    check(request) {
      // A public address leads here through a tunnel or proxy, which need not say so.
      if (sessions === null)
        return isLoopbackHost(base.host) && isFromHere(request) ? { as: 'open' } : { as: 'closed' };
      const session = sessions.read(cookie(request, name));
      return session === null ? { as: 'login' } : { as: 'session', session };
    },

    isPassword: (given) => digest !== null && timingSafeEqual(hash(given), digest),

    logIn() {
      const value = sessions?.open().value ?? '';
      return `${name}=${value}; ${attributes}; Max-Age=${String(Math.floor(sessionMs / 1000))}`;
    },

    logOut(session) {
      sessions?.revoke(session);
      return `${name}=; ${attributes}; Max-Age=0`;
    },
  };
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** One value; a cookie that is there twice was set by somebody else too, and counts for nothing. */
function cookie({ headers }: IncomingMessage, name: string): string | undefined {
  const values = (headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${name}=`));
  return values.length === 1 ? values[0]?.slice(name.length + 1) : undefined;
}
