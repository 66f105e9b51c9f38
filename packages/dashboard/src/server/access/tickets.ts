import { createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@amd/core';

/** What a signed cookie stands for: a login, or a browser that has logged in before. */
export interface Ticket {
  readonly id: string;
  /** Epoch ms. */
  readonly endsAt: number;
}

export interface Tickets {
  /** Creates the value of a cookie that ends after `lifeMs`, with the `id` of an older one or a new one. */
  issue(id?: string): string;
  /** Returns the ticket of a cookie that we, or another node with the same password, issued and that has not ended. */
  read(value: string | undefined): Ticket | null;
}

/** Creates tickets of one kind, which are not valid as any other kind. */
export type TicketOffice = (kind: string, lifeMs: number) => Tickets;

/**
 * Creates tickets without a record: the cookie says when it ends, signed with a key derived from the password, so that it is
 * valid on every node until the password is changed.
 */
export function ticketOffice(password: string, clock: Clock): TicketOffice {
  const secret = scryptSync(password, 'amd-dashboard', 32);

  return (kind, lifeMs) => {
    const key = createHmac('sha256', secret).update(kind).digest();
    const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url');
    return {
      issue(id = randomBytes(16).toString('base64url')) {
        const text = `${String(Math.ceil(clock.now() + lifeMs))}.${id}`;
        return `${text}.${sign(text)}`;
      },

      read(value) {
        const match = /^([0-9]{1,15})\.([\w-]{22})\.([\w-]{43})$/.exec(value ?? '');
        if (match === null) return null;
        const [, ends = '', id = '', mac = ''] = match;
        // As text: the last character of Base64 has unused bits, so several texts decode to the same bytes.
        const given = Buffer.from(mac);
        const expected = Buffer.from(sign(`${ends}.${id}`));
        if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
        return Number(ends) <= clock.now() ? null : { id, endsAt: Number(ends) };
      },
    };
  };
}
