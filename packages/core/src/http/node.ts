import type { Endpoint } from './endpoint.js';
import { reasonOf } from '../runtime/log.js';
import { readNodeBody, type NodeRequest } from './node-body.js';
import { refusal, xmlResponse, type PlainResponse } from './plain.js';

/** What we use of `http.ServerResponse`. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body?: string | Uint8Array, callback?: () => void): unknown;
  readonly headersSent: boolean;
}

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
    const { path } = target(request);
    if ((next !== undefined || otherwise !== undefined) && !endpoint.owns(path)) {
      if (next !== undefined) next();
      else otherwise?.(request, response);
      return;
    }
    answer(endpoint, request).then(
      ({ plain, close }) => {
        write(request, response, plain, close);
      },
      (error: unknown) => {
        endpoint.log({ level: 'error', code: 'adapter.failed', path, message: `answered 500: ${reasonOf(error)}` });
        write(request, response, refusal(500), true);
      },
    );
  };
}

async function answer(endpoint: Endpoint, request: NodeRequest): Promise<{ plain: PlainResponse; close: boolean }> {
  const { path, query } = target(request);
  const method = request.method ?? 'GET';
  const wanted = method === 'POST' && endpoint.owns(path);
  const read = wanted ? await readNodeBody(request) : { as: 'body' as const, body: '' };
  const handle = (body: string | null): Promise<PlainResponse> =>
    endpoint.handle({ method, path, query, headers: headersOf(request), body });
  switch (read.as) {
    case 'tooLarge':
      return { plain: await handle(null), close: true };
    case 'aborted':
      return { plain: refusal(400), close: true };
    case 'unverifiable':
      endpoint.log({ level: 'error', code: 'body.unverifiable', path, message: `answered 500: ${read.problem}` });
      // Twilio turns to the fallback address; whoever reads the body after all finds TwiML.
      return {
        plain: xmlResponse('<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>', 500),
        close: false,
      };
    case 'body':
      return { plain: await handle(read.body), close: false };
  }
}

function write(request: NodeRequest, response: NodeResponse, plain: PlainResponse, close: boolean): void {
  if (response.headersSent) return;
  response.statusCode = plain.status;
  for (const [name, value] of Object.entries(plain.headers)) response.setHeader(name, value);
  if (close) response.setHeader('connection', 'close');
  // What is left of the body is not worth reading.
  response.end(plain.bytes ?? plain.body, close ? () => request.destroy?.() : undefined);
}

function target(request: NodeRequest): { path: string; query: string } {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return mark === -1 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) };
}

function headersOf(request: NodeRequest): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    headers[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return headers;
}
