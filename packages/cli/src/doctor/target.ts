import type { Twilio } from 'twilio';
import type { WebhookUrls } from '@amd/core/http';
import type { Account, Variables } from '../settings.js';

/** An account, its settings and the app's public address: what the doctor examines. */
export interface DoctorTarget {
  readonly client: Twilio;
  readonly account: Account;
  readonly variables: Variables;
  /** Where Twilio reaches the app, as the settings or `--url` have it. */
  readonly base: string;
  readonly addresses: WebhookUrls;
  readonly flow: 'forwarding' | 'taskrouter';
  /** True when another server stands in Twilio's place: it can reach an address of this machine as well. */
  readonly isSimulated: boolean;
  readonly fetch: typeof fetch;
}
