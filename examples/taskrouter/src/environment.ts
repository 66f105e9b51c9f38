import { z } from 'zod';
import {
  allowed,
  COMMON,
  fitsTogether,
  hasTaskRouter,
  regionFits,
  KEY_PAIR,
  keyPair,
  ONE_STORE,
  oneStore,
  readVariables,
  wholeNumber,
  yesOrNo,
  type ReadEnvironment,
} from '../../shared/src/environment.js';

const name = z.string().trim().min(1);

/** Parses `phone,contact_uri`: the first that holds a number counts. */
const phoneAttributes = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .refine((names) => names.every((one) => one !== ''), 'must be names of worker attributes, such as phone,contact_uri')
  .optional();

const SCHEMA = z
  .object({
    ...COMMON,
    TWILIO_WORKSPACE: name.default('AMD'),
    TWILIO_WORKFLOW: name.optional(),
    PHONE_ATTRIBUTES: phoneAttributes,
    ACTIVITY_AVAILABLE: name.optional(),
    ACTIVITY_UNAVAILABLE: name.optional(),
    ACTIVITY_OFFLINE: name.optional(),
    TEMP_UNAVAILABLE_SECONDS: wholeNumber(1, 86_400).default(60),
    AFTER_CALL: z.enum(['coolDown', 'available'], { error: 'must be coolDown or available' }).default('coolDown'),
    OFFER_MESSAGE: yesOrNo.default(false),
    DEADLINE_SECONDS: wholeNumber(10, 3600).optional(),
    // A supervisor who may edit workers' attributes chooses what is dialled, but cannot edit the allow-list.
    DIAL_ALLOW: allowed,
  })
  .refine(keyPair, KEY_PAIR)
  .refine(oneStore, ONE_STORE)
  .superRefine(fitsTogether)
  .superRefine(regionFits)
  .superRefine(hasTaskRouter)
  .refine(({ OFFER_MESSAGE, FALLBACK }) => !OFFER_MESSAGE || FALLBACK.kind === 'voicemail', {
    path: ['OFFER_MESSAGE'],
    message: 'needs FALLBACK=voicemail: that is where the message goes',
  });

export type Environment = z.output<typeof SCHEMA>;

/** Reads the variables; an empty one counts as missing. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): ReadEnvironment<Environment> {
  return readVariables(SCHEMA, variables);
}
