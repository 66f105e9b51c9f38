import { parse } from 'node:querystring';
import type { TwilioFunctionEvent } from '@amd/core/http';
import type { HttpRequest } from '../../src/http/message.js';

/**
 * The event that `@twilio/runtime-handler` 2.1.0 makes of a request (`constructEvent` in dist/dev-runtime/route.js): the query,
 * and over it the body. packages/verification/test/hosts/twilio-functions.test.ts runs that package itself.
 */
export function eventOf({ method, query, headers, body }: HttpRequest): TwilioFunctionEvent {
  const sent = Object.entries(headers).filter(([, value]) => value !== undefined);
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return {
    request: { headers: Object.fromEntries(sent), cookies: {} },
    ...parse(query),
    ...(method === 'POST' && isForm ? parse(body ?? '') : {}),
  };
}

/** As `Twilio.Response` of the host. */
export class FunctionResponse {
  status = 200;
  body: string | object = '';
  readonly headers: Record<string, string> = {};

  setStatusCode(status: number): this {
    this.status = status;
    return this;
  }

  setBody(body: string | object): this {
    this.body = body;
    return this;
  }

  appendHeader(name: string, value: string): this {
    this.headers[name] = value;
    return this;
  }
}
