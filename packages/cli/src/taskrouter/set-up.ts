import { isE164 } from '@amd/core';
import { z } from 'zod';

const name = z.string('must be a name').trim().min(1, 'must not be empty').max(64, 'must have at most 64 characters');
const phone = z
  .string('must be text: put the number in quotes, as in "+14155550142"')
  .refine(
    (text): boolean => isE164(text),
    'must be a phone number with + and the country code, such as "+14155550142"',
  );
const seconds = (low: number, high: number): z.ZodNumber =>
  z
    .int('must be a whole number of seconds')
    .min(low, `must be at least ${String(low)} s`)
    .max(high, `must be at most ${String(high)} s`);

const WORKER = z.strictObject({
  name,
  phone,
  /** For the queue's and the workflow's expressions, in addition to `phone`. */
  attributes: z
    .record(z.string(), z.unknown())
    .refine((given) => !('phone' in given), 'must not have "phone": it belongs beside "name"')
    .optional(),
});

/** The content of the file. Everything but the workers has a default. */
export const SET_UP = z.strictObject({
  workspace: name.default('AMD'),
  events: z.enum(['needed', 'all'], { error: 'must be "needed" or "all"' }).optional(),
  queue: z
    .strictObject({ name: name.optional(), workers: z.string('must be an expression, such as 1==1').min(1).optional() })
    .default({}),
  workflow: z
    .strictObject({
      name: name.optional(),
      reservationTimeout: seconds(1, 86_400).default(120),
      callerWaits: seconds(1, 86_400).optional(),
    })
    .default({ reservationTimeout: 120 }),
  activities: z
    .strictObject({ available: name.optional(), unavailable: name.optional(), offline: name.optional() })
    .default({}),
  newWorkers: z.enum(['available', 'offline'], { error: 'must be "available" or "offline"' }).default('available'),
  workers: z
    .array(WORKER, 'must be a list of workers, each with a name and a phone')
    .superRefine((workers, context) => {
      const seen = new Set<string>();
      workers.forEach((worker, index) => {
        if (seen.has(worker.name)) {
          const message = `"${worker.name}" appears twice: names of workers are unique`;
          context.addIssue({ code: 'custom', message, path: [index, 'name'] });
        }
        seen.add(worker.name);
      });
    })
    .default([]),
  number: z
    .union([
      phone,
      z.strictObject({
        phone,
        /** TwiML for when our server is down. */
        fallbackUrl: z.url('must be an address').optional(),
      }),
    ])
    .transform((given) => (typeof given === 'string' ? { phone: given, fallbackUrl: undefined } : given))
    .optional(),
});

/** The wanted workspace. Times in seconds. */
export type SetUp = z.output<typeof SET_UP>;
/** The same as it may be written in the file. */
export type SetUpInput = z.input<typeof SET_UP>;
