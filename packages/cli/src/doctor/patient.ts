import type { Twilio } from 'twilio';
import type { WebhookUrls } from '@amd/core/http';
import type { Account, Variables } from '../settings.js';

/** What the doctor looks at. */
export interface Patient {
  readonly client: Twilio;
  readonly account: Account;
  readonly variables: Variables;
  /** Where Twilio reaches the app, as somebody wrote it. */
  readonly base: string;
  readonly addresses: WebhookUrls;
  readonly flow: 'forwarding' | 'taskrouter';
  /** Another server in Twilio's place: then an address of this machine is as good as any. */
  readonly isSimulated: boolean;
  readonly fetch: typeof fetch;
}
