import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Where Twilio itself takes what the simulator is asked for: calls, conferences, and TaskRouter. */
const ADDRESS =
  /^(?:api\.(?:[\w-]+\.)*twilio\.com\/2010-04-01\/Accounts\/\w+\/(?:Calls|Conferences)|taskrouter\.(?:[\w-]+\.)*twilio\.com\/)/;

/** What Node says of each request, as it is sent; of `http` and `https`, and of `fetch`. */
const CHANNELS = ['http.client.request.start', 'undici:request:create'];

interface SentRequest {
  readonly method: string;
  readonly path: string;
  /** Of `http`. */
  readonly host?: string;
  /** Of `fetch`, with the scheme. */
  readonly origin?: string | URL;
}

/** Tells of each request of this process that goes to Twilio itself; returns a function that ends that. */
export function watchTwilio(onAsked: (asked: string) => void): () => void {
  const hear = (message: unknown): void => {
    const { method, path, host, origin } = (message as { readonly request: SentRequest }).request;
    const address = (host ?? String(origin).replace(/^https?:\/\//, '')) + path;
    if (ADDRESS.test(address)) onAsked(`${method} https://${address}`);
  };
  for (const channel of CHANNELS) subscribe(channel, hear);
  return () => {
    for (const channel of CHANNELS) unsubscribe(channel, hear);
  };
}
