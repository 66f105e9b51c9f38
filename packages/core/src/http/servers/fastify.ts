import type { Endpoint } from '../endpoint.js';
import type { HttpResponse } from '../message.js';
import { hasBody, type ReadBody, parsedBody, unverifiable } from './node-body.js';

/** What we use of a Fastify request. */
export interface FastifyLikeRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body?: unknown;
}

/** What we use of a Fastify reply. */
export interface FastifyLikeReply {
  code(status: number): unknown;
  header(name: string, value: string): unknown;
  send(body: string | Uint8Array): unknown;
}

const HINT =
  "Let Fastify hand it over as text: addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) => done(null, body)).";

function isNothing(body: unknown): boolean {
  return body === undefined || body === null;
}

/**
 * A handler for Fastify. It needs the form as text or, by `@fastify/formbody`, as an object of texts:
 * `app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) => done(null, body))`.
 */
export function toFastifyHandler(
  endpoint: Endpoint,
): (request: FastifyLikeRequest, reply: FastifyLikeReply) => Promise<void> {
  return async ({ method, url, headers, body }, reply) => {
    const mark = url.indexOf('?');
    const [path, query] = mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
    // Only a form has a body: whoever plays a sound sends none.
    const isEmpty = method !== 'POST' || (isNothing(body) && !hasBody(headers));
    const read: ReadBody = isEmpty ? { kind: 'body', body: '' } : parsedBody({ body }, HINT);
    let plain: HttpResponse;
    if (read.kind === 'body') {
      const flat = Object.entries(headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(', ') : value,
      ]);
      const single = Object.fromEntries(flat) as Record<string, string | undefined>;
      plain = await endpoint.handle({ method, path, query, headers: single, body: read.body });
    } else {
      const problem = read.kind === 'unverifiable' ? read.problem : 'the body is not there';
      plain = unverifiable(endpoint.log, path, problem);
    }
    reply.code(plain.status);
    for (const [name, value] of Object.entries(plain.headers)) reply.header(name, value);
    reply.send(plain.bytes === undefined ? plain.body : Buffer.from(plain.bytes));
  };
}
