import type { Log } from '../runtime/log.js';
import type { WebRequest, WebResponse } from './web.js';
import type { HttpRequest, HttpResponse } from './message.js';

/** What the host of a request does once it is answered. */
export interface Host {
  /** Keeps the process going until the work is done, after the answer has left. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** The process is frozen after the answer. Default: as the option `serverless` of the endpoint says. */
  readonly freezes?: boolean | undefined;
}

/** Twilio's webhooks of one flow, free of any framework. */
export interface Endpoint {
  handle(request: HttpRequest, host?: Host): Promise<HttpResponse>;
  /** The same for web-standard servers. `host`: what has `waitUntil` there, such as the context of a worker. */
  fetch(request: WebRequest, host?: Pick<Host, 'waitUntil'>): Promise<WebResponse>;
  /** Every path, without the prefix of the public address. */
  readonly paths: readonly string[];
  /** Whether a path, with or without the prefix, is one of ours. */
  owns(path: string): boolean;
  readonly log: Log;
}
