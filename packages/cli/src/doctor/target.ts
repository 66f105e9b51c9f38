import type { Twilio } from 'twilio';
import type { WebhookUrls } from '@amd/core/http';
import type { Account, Variables } from '../settings.js';

/** What the doctor examines: an account, its settings and the app's public address. */
export interface DoctorTarget {
  readonly client: Twilio;
  readonly account: Account;
  readonly variables: Variables;
  /** Where Twilio reaches the app, from the settings or `--url`. */
  readonly base: string;
  readonly addresses: WebhookUrls;
  readonly flow: 'forwarding' | 'taskrouter';
  /** True if another server stands in for Twilio: it can reach an address of this machine as well. */
  readonly isSimulated: boolean;
  readonly fetch: typeof fetch;
}
