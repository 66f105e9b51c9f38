import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Clock } from '@amd/core';
import { cookieOf } from './cookies.js';
import { openOnThisMachine } from './loopback.js';
import { ticketOffice, type Ticket } from './tickets.js';

/** A login. */
export type Session = Ticket;

/** Who may see the page. */
export type Access =
  /** The request comes from this very machine, and no password is set. */
  | { readonly kind: 'open' }
  | { readonly kind: 'session'; readonly session: Session }
  /** A password is set and has not been given yet. `ended`: it was given before, and that login is over. */
  | { readonly kind: 'login'; readonly ended: boolean }
  /** No one: no password is set, and the request may come from anywhere. */
  | { readonly kind: 'closed' };

export interface Guard {
  check(request: IncomingMessage): Access;
  /** Compares in constant time. */
  isPassword(given: string): boolean;
  /** Returns the id of a browser that has logged in before. */
  device(request: IncomingMessage): string | null;
  /** Opens a session for a page at `origin`; returns its `Set-Cookie` headers. */
  logIn(request: IncomingMessage, origin: string): readonly string[];
  /** Ends the request's session; returns the `Set-Cookie` headers that remove its cookie. */
  logOut(request: IncomingMessage): readonly string[];
}

export interface GuardOptions {
  readonly password: string | null;
  readonly publicBaseUrl: string;
  readonly sessionMs: number;
  readonly clock: Clock;
}

const DAY_MS = 86_400_000;
const DEVICE_MS = 365 * DAY_MS;
/** The cookie of a session outlives it, so that the browser can be told why a new login is needed. */
const REMEMBERED_MS = 7 * DAY_MS;
/** Maximum number of remembered logouts; the session of an older one lives to its regular end, at worst. */
const MAX_REVOKED = 10_000;

export function createGuard({ password, publicBaseUrl, sessionMs, clock }: GuardOptions): Guard {
  if (password === null) return withoutPassword(publicBaseUrl);
  const digest = hash(password);
  const office = ticketOffice(password, clock);
  const sessions = office('session', sessionMs);
  const devices = office('device', DEVICE_MS);
  const sessionCookie = cookieOf('amd-session');
  const deviceCookie = cookieOf('amd-device');
  /** Ids of sessions that were ended on this node, with their regular end; on other nodes they end only then. */
  const revoked = new Map<string, number>();

  const sessionOf = (request: IncomingMessage): Session | null =>
    sessionCookie
      .read(request)
      .map((value) => sessions.read(value))
      .find((session) => session !== null && !revoked.has(session.id)) ?? null;

  const deviceOf = (request: IncomingMessage): string | null =>
    deviceCookie
      .read(request)
      .map((value) => devices.read(value))
      .find((device) => device !== null)?.id ?? null;

  function revoke({ id, endsAt }: Session): void {
    const now = clock.now();
    for (const [old, until] of revoked) if (until <= now || revoked.size >= MAX_REVOKED) revoked.delete(old);
    revoked.set(id, endsAt);
  }

  return {
    check(request) {
      const session = sessionOf(request);
      if (session !== null) return { kind: 'session', session };
      return { kind: 'login', ended: sessionCookie.read(request).length > 0 };
    },

    isPassword: (given) => timingSafeEqual(hash(given), digest),

    device: deviceOf,

    logIn(request, origin) {
      const session = sessions.issue();
      const device = devices.issue(deviceOf(request) ?? undefined);
      return [
        sessionCookie.set(session, origin, seconds(sessionMs + REMEMBERED_MS)),
        deviceCookie.set(device, origin, seconds(DEVICE_MS)),
      ];
    },

    logOut(request) {
      const session = sessionOf(request);
      if (session !== null) revoke(session);
      return sessionCookie.remove(request);
    },
  };
}

function withoutPassword(publicBaseUrl: string): Guard {
  const isOpenTo = openOnThisMachine(publicBaseUrl);
  return {
    check: (request) => ({ kind: isOpenTo(request) ? 'open' : 'closed' }),
    isPassword: () => false,
    device: () => null,
    logIn: () => [],
    logOut: () => [],
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
