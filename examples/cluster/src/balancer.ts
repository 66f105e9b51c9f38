import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Where one process of the app listens, on this machine. */
export interface Target {
  readonly port: number;
}

/** Twilio's webhooks are small; anything larger is from a stranger. */
const MOST_BYTES = 1_000_000;

/**
 * Creates a load balancer for trying things out; any other will do. It sends each request to the next process in turn, and to
 * another one if that cannot be reached: webhooks need no stickiness, and a page's socket is one connection.
 */
export function createBalancer(targets: readonly Target[], isReady: (target: Target) => boolean): Server {
  let turn = 0;

  /** Returns the ready processes, the next one first; then the others: one that has just started may not be known to be ready. */
  function inTurn(): readonly Target[] {
    const ready = targets.filter(isReady);
    turn += 1;
    const first = ready.map((_, index) => ready[(turn + index) % ready.length] as Target);
    return [...first, ...targets.filter((target) => !first.includes(target))];
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MOST_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      if (bytes > MOST_BYTES) response.writeHead(413).end();
      else pass(request, Buffer.concat(chunks), response, inTurn());
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    tunnel(request, socket, head, inTurn());
  });
  return server;
}

function pass(
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  [target, ...others]: readonly Target[],
): void {
  if (target === undefined) {
    response.writeHead(502, { 'content-type': 'text/plain' }).end('No process of the app can be reached.');
    return;
  }
  const { method, url } = request;
  const headers = endToEnd(request);
  const onward = ask({ host: '127.0.0.1', port: target.port, method, path: url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, endToEnd(answer));
    answer.pipe(response);
    // It died in the middle of its answer: the client must not take the part for the whole.
    answer.on('error', () => response.destroy());
  });
  onward.on('error', () => {
    if (response.headersSent) response.destroy();
    else pass(request, body, response, others);
  });
  onward.end(body);
}

/** Removes headers of a single connection: ours may be kept open while the one behind it ends, and vice versa. */
function endToEnd({ headers }: IncomingMessage): IncomingMessage['headers'] {
  const { connection: _connection, 'keep-alive': _keepAlive, ...others } = headers;
  return others;
}

/** Passes on the page's socket: bytes in both directions, until one side ends. */
function tunnel(request: IncomingMessage, socket: Duplex, head: Buffer, [target, ...others]: readonly Target[]): void {
  if (target === undefined) {
    socket.destroy();
    return;
  }
  const onward: Socket = connect(target.port, '127.0.0.1');
  onward.once('connect', () => {
    const lines = request.rawHeaders.reduce<string[]>((all, value, index) => {
      if (index % 2 === 0) all.push(`${value}: ${request.rawHeaders[index + 1] ?? ''}`);
      return all;
    }, []);
    onward.write(`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    onward.pipe(socket);
    socket.pipe(onward);
    onward.off('error', next);
    onward.on('error', () => socket.destroy());
    onward.on('close', () => socket.destroy());
  });
  socket.on('error', () => onward.destroy());
  socket.on('close', () => onward.destroy());
  function next(): void {
    tunnel(request, socket, head, others);
  }
  onward.once('error', next);
}
