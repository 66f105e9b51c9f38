import { createServer, request as send } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { duplexPair } from 'node:stream';
import { handlerTransport } from '../wire/transport.js';
import type { WebhookRequest, WebhookResponse, WebhookTransport } from '../wire/transport.js';

/** A listener for `http.createServer`, such as an Express app; declared so that one with types of its own is one, too. */
export type NodeListener = (request: never, response: never) => unknown;
/** A web-standard handler of requests. */
export type FetchHandler = (request: Request) => Response | Promise<Response>;

/** Told of what an application throws instead of answering. */
export type OnThrown = (request: { readonly method: string; readonly url: string }, error: unknown) => void;

/** Carries webhooks into a web-standard handler. What it throws is answered with 500, as a server would. */
export function fetchApp(handler: FetchHandler, onThrown: OnThrown): WebhookTransport {
  return handlerTransport(async (request) => {
    try {
      const response: unknown = await handler(request);
      if (typeof (response as Response | undefined)?.text === 'function') return response as Response;
      throw new TypeError(
        'the function that the app gave has fewer than two parameters and was taken for a web-standard handler, but it returned no Response; return { listener } for a listener of Node',
      );
    } catch (error) {
      onThrown(request, error);
      return new Response(null, { status: 500 });
    }
  });
}

/** Carries webhooks into a listener of Node, as HTTP that leaves no port open: both ends are in this process. */
export function listenerApp(listener: NodeListener, onThrown: OnThrown): WebhookTransport {
  const answer = listener as unknown as (request: IncomingMessage, response: ServerResponse) => unknown;
  const server = createServer((request, response) => {
    const failed = (error: unknown): void => {
      onThrown({ method: request.method ?? '', url: request.url ?? '' }, error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { connection: 'close' }).end();
    };
    try {
      Promise.resolve(answer(request, response)).catch(failed);
    } catch (error) {
      failed(error);
    }
  });
  return (request) => exchange(server, request);
}

/** One request over a connection of its own. */
function exchange(server: Server, request: WebhookRequest): Promise<WebhookResponse> {
  const { protocol, host, pathname, search } = new URL(request.url);
  const [ours, theirs] = duplexPair();
  // Frameworks tell from these whether they are asked over TLS, and by whom.
  Object.assign(theirs, { encrypted: protocol === 'https:', remoteAddress: '127.0.0.1' });
  server.emit('connection', theirs);
  return new Promise((resolve, reject) => {
    const length = request.method === 'POST' ? { 'content-length': String(Buffer.byteLength(request.body)) } : {};
    const sent = send(
      {
        method: request.method,
        path: pathname + search,
        headers: { ...request.headers, ...length, host, connection: 'close' },
        createConnection: () => ours,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: flat(response.headers),
            body: Buffer.concat(chunks).toString('utf8'),
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(request.body);
  });
}

function flat(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
