import type { CALLBACK_PATHS, CallbackPurpose } from './callback-ref.js';

/** Paths that are configured at the phone number or in the workspace, with their older names. */
export const CONFIGURED_PATHS = {
  inbound: ['/inbound', '/incoming'],
  'inbound.status': ['/inbound/status'],
  'leg.answered': ['/outgoing'],
  assign: ['/assign'],
  trevents: ['/trevents'],
} as const;

/** Every path that Twilio calls, without the prefix of the public address. */
export type WebhookPath =
  (typeof CALLBACK_PATHS)[CallbackPurpose] | (typeof CONFIGURED_PATHS)[keyof typeof CONFIGURED_PATHS][number];
