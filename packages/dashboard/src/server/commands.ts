import { z } from 'zod';

/** What a page may send; anything else is not answered. */
export const SINCE = z.strictObject({ epoch: z.string().max(64), seq: z.int().min(0) }).nullable();

const sid = z.string().max(64);

export const PHONE_COMMAND = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('call'), from: z.string().max(40), to: z.string().max(40) }),
  z.strictObject({ do: z.literal('choose'), to: z.string().max(40), answers: z.string().max(40) }),
  z.strictObject({ do: z.enum(['answer', 'decline', 'hangUp']), sid }),
  z.strictObject({ do: z.literal('press'), sid, digits: z.string().regex(/^[0-9*#]{1,20}$/) }),
]);

export const SWITCH = z.strictObject({ worker: z.string().regex(/^WK[0-9a-f]{32}$/i), on: z.boolean() });

export const WATCH = z.boolean();
