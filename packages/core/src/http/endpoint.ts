import type { Log } from '../runtime/log.js';
import type { WebRequest, WebResponse } from './web.js';
import type { HttpRequest, HttpResponse } from './message.js';

/** Twilio's webhooks of one flow, free of any framework. */
export interface Endpoint {
  handle(request: HttpRequest): Promise<HttpResponse>;
  /** The same for web-standard servers. */
  fetch(request: WebRequest): Promise<WebResponse>;
  /** Every path, without the prefix of the public address. */
  readonly paths: readonly string[];
  /** Whether a path, with or without the prefix, is one of ours. */
  owns(path: string): boolean;
  readonly log: Log;
}
