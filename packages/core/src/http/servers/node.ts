import { reasonOf } from '../../runtime/log.js';
import type { Endpoint } from '../endpoint.js';
import { type HttpResponse, refusal } from '../message.js';
import { type ReadBody, type NodeRequest, readNodeBody, unverifiable } from './node-body.js';

/** What we use of `http.ServerResponse`. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body?: string | Uint8Array, callback?: () => void): unknown;
  readonly headersSent: boolean;
}

/** A listener for `http.createServer`, or a middleware of Express: `next` gets what is not ours. */
export type NodeListener = (request: NodeRequest, response: NodeResponse, next?: (error?: unknown) => void) => void;

/** Declared as a method, so that a listener for Node's own types, or for a framework's, is one. */
interface OtherPaths {
  listen(request: NodeRequest, response: NodeResponse): unknown;
}

/**
 * A listener for `http.createServer`, or a middleware for Express and its kin. As a middleware it stands before body parsers:
 * the signature covers the body as it was sent.
 *
 * `otherwise` answers the paths that are not ours, such as an Express app: `createServer(toNodeListener(endpoint, app))`. Then
 * no webhook passes through the app, which would cost a third more CPU time for a whole call.
 */
export function toNodeListener(endpoint: Endpoint, otherwise?: OtherPaths['listen']): NodeListener {
  return (request, response, next) => {
    refuseContext(request);
    let asked = target(request.url);
    let owned = endpoint.owns(asked.path);
    if (!owned && request.originalUrl !== undefined) {
      // A middleware that is mounted at the webhook's own path sees nothing of it in `url`, as one of a module of NestJS.
      const original = target(request.originalUrl);
      owned = endpoint.owns(original.path);
      if (owned) asked = original;
    }
    if (owned || (next === undefined && otherwise === undefined)) {
      // A request that is to be refused by its method or path is refused unread.
      const read = owned && request.method === 'POST' ? readNodeBody(request) : UNREAD;
      void answer(endpoint, { ...asked, request, response, read });
    } else if (next !== undefined) next();
    else otherwise?.(request, response);
  };
}

/**
 * Koa passes a context where Node passes a request.
 * @throws TypeError that says what to write instead
 */
function refuseContext(request: NodeRequest & { readonly req?: unknown; readonly res?: unknown }): void {
  if (request.req === undefined || request.res === undefined || typeof request.on === 'function') return;
  throw new TypeError(
    'the listener was given a Koa context, not a request: answer the webhooks before Koa, with createServer(toNodeListener(endpoint, koa.callback())), or app: koa.callback() of createCallForwarding',
  );
}

const UNREAD: ReadBody = { kind: 'body', body: '' };

interface Asked {
  readonly path: string;
  readonly query: string;
  readonly request: NodeRequest;
  readonly response: NodeResponse;
  readonly read: ReadBody | Promise<ReadBody>;
}

async function answer(endpoint: Endpoint, { path, query, request, response, read }: Asked): Promise<void> {
  const handle = (body: string | null): Promise<HttpResponse> =>
    endpoint.handle({ method: request.method ?? 'GET', path, query, headers: headersOf(request), body });
  const failed = (message: string): void => {
    endpoint.log({ level: 'error', code: 'adapter.failed', path, message });
  };
  const answerWith = (plain: HttpResponse, close: boolean): void => {
    if (response.headersSent) failed(answeredElsewhere(response));
    else write(request, response, plain, close);
  };
  try {
    const body = await read;
    switch (body.kind) {
      case 'body':
        answerWith(await handle(body.body), false);
        return;
      case 'tooLarge':
        answerWith(await handle(null), true);
        return;
      case 'aborted':
        write(request, response, refusal(400), true);
        return;
      case 'unverifiable':
        answerWith(unverifiable(endpoint.log, path, body.problem), false);
    }
  } catch (error) {
    failed(`answered 500: ${reasonOf(error)}`);
    write(request, response, refusal(500), true);
  }
}

/** A framework that was not told of our answer answers on its own, and Twilio gets that. */
function answeredElsewhere({ statusCode }: NodeResponse): string {
  return `our answer came too late: something else has answered the request, with ${String(statusCode)}. Give the request to the listener alone; a middleware of Koa that passes ctx.req and ctx.res on sets ctx.respond = false`;
}

function write(request: NodeRequest, response: NodeResponse, plain: HttpResponse, close: boolean): void {
  if (response.headersSent) return;
  response.statusCode = plain.status;
  for (const [name, value] of Object.entries(plain.headers)) response.setHeader(name, value);
  if (close) response.setHeader('connection', 'close');
  // What is left of the body is not worth reading.
  response.end(plain.bytes ?? plain.body, close ? () => request.destroy?.() : undefined);
}

function target(url = '/'): { path: string; query: string } {
  const mark = url.indexOf('?');
  return mark === -1 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

/** As they are, unless one of them came more than once. */
function headersOf({ headers }: NodeRequest): Readonly<Record<string, string | undefined>> {
  return Object.values(headers).some(Array.isArray) ? joined(headers) : (headers as Record<string, string | undefined>);
}

function joined(headers: NodeRequest['headers']): Record<string, string | undefined> {
  const single: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(headers)) single[name] = Array.isArray(value) ? value.join(', ') : value;
  return single;
}
