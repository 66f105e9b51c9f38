import { callbackUrls } from '@amd/core/http';

/** Asks Twilio to try again (twilio.com/docs/usage/webhooks/webhooks-connection-overrides). */
const RETRY = '#rc=3&rp=5xx,ct,rt';

/** Where Twilio is to reach the app. */
export interface Addresses {
  readonly voice: string;
  readonly status: string;
  readonly assign: string;
  readonly events: string;
}

/**
 * @throws TypeError when `base` is no address that the endpoint would take
 */
export function addressesOf(base: string): Addresses {
  callbackUrls(base);
  const root = base.replace(/\/$/, '');
  return {
    voice: `${root}/inbound${RETRY}`,
    status: `${root}/inbound/status${RETRY}`,
    assign: `${root}/assign`,
    events: `${root}/trevents`,
  };
}

/** The same address, whatever is asked of retries behind `#`. */
export function isSameAddress(one: string, other: string): boolean {
  return withoutFragment(one) === withoutFragment(other);
}

export function withoutFragment(address: string): string {
  return address.split('#')[0] ?? '';
}
