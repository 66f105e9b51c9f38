import { createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@amd/core';

export interface Session {
  readonly id: string;
  /** Epoch ms. */
  readonly endsAt: number;
}

export interface Sessions {
  /** The value of a new cookie, and what it stands for. */
  open(): { readonly value: string; readonly session: Session };
  /** The session of a cookie that we, or another node with the same password, gave out and that has not ended. */
  read(value: string | undefined): Session | null;
  /** Ends a session on this node; on others it ends with its time. */
  revoke(session: Session): void;
}

/** Log-outs remembered at once; the session of an older one lives on to its end, at worst. */
const MAX_REVOKED = 10_000;

/**
 * Sessions without a record: the cookie says when it ends, signed with a key made from the password, so that it holds on
 * every node, and no longer once the password is changed.
 */
export function createSessions(password: string, lifeMs: number, clock: Clock): Sessions {
  const key = scryptSync(password, 'amd-dashboard-session', 32);
  const revoked = new Map<string, number>();
  const sign = (text: string): Buffer => createHmac('sha256', key).update(text).digest();

  return {
    open() {
      const session = { id: randomBytes(16).toString('base64url'), endsAt: clock.now() + lifeMs };
      const text = `${String(session.endsAt)}.${session.id}`;
      return { value: `${text}.${sign(text).toString('base64url')}`, session };
    },

    read(value) {
      const match = /^([0-9]{1,15})\.([\w-]{22})\.([\w-]{43})$/.exec(value ?? '');
      if (match === null) return null;
      const [, ends = '', id = '', mac = ''] = match;
      // As text: the last character of Base64 has bits that stand for nothing, so several texts are the same bytes.
      const given = Buffer.from(mac);
      const expected = Buffer.from(sign(`${ends}.${id}`).toString('base64url'));
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      const session = { id, endsAt: Number(ends) };
      return session.endsAt <= clock.now() || revoked.has(id) ? null : session;
    },

    revoke({ id, endsAt }) {
      const now = clock.now();
      for (const [old, until] of revoked) if (until <= now || revoked.size >= MAX_REVOKED) revoked.delete(old);
      revoked.set(id, endsAt);
    },
  };
}
