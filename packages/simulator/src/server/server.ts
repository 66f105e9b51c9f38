import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Simulator } from '../simulator.js';
import { control } from './control.js';

/** The largest request body, bytes. */
const LARGEST_BODY = 1024 * 1024;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

const HELP = `amd-simulator: a Twilio in one process.

Send what you would send to https://api.twilio.com here, with the host name as the first path segment or without it:
  /api.twilio.com/2010-04-01/Accounts/{AccountSid}/Calls.json
  /2010-04-01/Accounts/{AccountSid}/Calls.json

To play with it:
  POST /_simulator/calls               {"from":"+12125550123","to":"+14155550199"}   somebody calls a number
  POST /_simulator/calls/{sid}/hangup                                               a party hangs up
  POST /_simulator/calls/{sid}/press   {"digits":"1"}                               a party presses a key
  GET  /_simulator/calls               every call
  GET  /_simulator/timeline            what happened
  GET  /_simulator/debugger            what Twilio's console would complain about
`;

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function write(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

async function answer(
  sim: Simulator,
  allowRemote: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const host = request.headers.host ?? '';
  // A foreign web page must not reach a simulator through a host name that points here.
  if (!allowRemote && !LOOPBACK.test(host)) {
    write(response, 421, 'text/plain', 'Only loopback host names.\n');
    return;
  }
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const body = await readBody(request);
  if (body === undefined) {
    write(response, 413, 'text/plain', 'Too large.\n');
    return;
  }
  const method = request.method ?? 'GET';
  if (url.pathname === '/' && method === 'GET') {
    write(response, 200, 'text/plain; charset=utf-8', HELP);
    return;
  }
  if (url.pathname.startsWith('/_simulator/')) {
    if (request.headers.origin !== undefined && !LOOPBACK.test(request.headers.origin.replace(/^https?:\/\//, ''))) {
      write(response, 403, 'text/plain', 'Not from another site.\n');
      return;
    }
    const reply = control(
      sim,
      method,
      url.pathname.slice('/_simulator/'.length),
      body,
      request.headers['content-type'] ?? '',
    );
    write(response, reply.status, 'application/json; charset=utf-8', JSON.stringify(reply.body));
    return;
  }
  let reply: Response;
  try {
    reply = await sim.fetch(
      new Request(url, {
        method,
        headers: {
          authorization: request.headers.authorization ?? '',
          ...(request.headers['if-match'] === undefined ? {} : { 'if-match': request.headers['if-match'] }),
        },
        ...(method === 'GET' || method === 'HEAD' ? {} : { body }),
      }),
    );
  } catch {
    // An injected network failure: the connection just breaks.
    request.socket.destroy();
    return;
  }
  const text = await reply.text();
  if (reply.status === 204) {
    response.writeHead(204);
    response.end();
  } else {
    const etag = reply.headers.get('etag');
    if (etag !== null) response.setHeader('etag', etag);
    write(response, reply.status, reply.headers.get('content-type') ?? 'application/json', text);
  }
}

/** Creates an HTTP server for a simulator: Twilio's REST, and a small control API under `/_simulator/`. */
export function createSimulatorServer(sim: Simulator, options: { allowRemote?: boolean } = {}): Server {
  return createServer((request, response) => {
    answer(sim, options.allowRemote === true, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else write(response, 500, 'text/plain', `${String(error)}\n`);
    });
  });
}
