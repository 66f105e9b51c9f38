import { EventEmitter, once } from 'node:events';
import { Agent, createServer, get, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { watchConnections } from '../src/operators/connections.js';
import { drain } from '../src/operators/stop.js';

const QUIET_MS = 300;

/** A server whose answers wait to be released. */
async function serve() {
  const held: ServerResponse[] = [];
  const server = createServer((_, response) => held.push(response));
  const connections = watchConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
  });
  return { server, connections, held, port: (server.address() as AddressInfo).port };
}

/** A client that sends requests on the same connection until it is refused. */
async function asked(againMs: number) {
  const served = await serve();
  const { port, held } = served;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => {
    agent.destroy();
  });
  const seen: string[] = [];
  const ask = (): void => {
    get({ host: '127.0.0.1', port, agent }, (response) => {
      seen.push(`${String(response.statusCode)} ${String(response.headers.connection)}`);
      response.resume().on('end', () => setTimeout(ask, againMs));
    }).on('error', () => seen.push('refused'));
  };
  ask();
  await expect.poll(() => held.length).toBe(1);
  return { ...served, seen };
}

/** A connection that sends this and nothing more; what it has received, and whether it has ended. */
async function connection(port: number, sent: string) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(sent);
  const of = { got: '', ended: false };
  socket.on('data', (chunk) => (of.got += String(chunk)));
  socket.on('error', () => undefined);
  socket.on('close', () => (of.ended = true));
  return of;
}

it('bug: a client that sent requests now and then on one connection held a stopping server open', async () => {
  const { connections, held, seen } = await asked(300);
  const closed = connections.close(QUIET_MS);
  held[0]?.end('done');
  await closed;
  await expect.poll(() => seen).toEqual(['200 close', 'refused']);
});

it('bug: a client that sent requests without a pause held it open as well', async () => {
  const { connections, held, seen } = await asked(0);
  const closed = connections.close(QUIET_MS);
  const answering = setInterval(() => held.at(-1)?.end('done'), 5);
  await closed;
  clearInterval(answering);
  await expect.poll(() => seen.at(-1)).toBe('refused');
  expect(seen.length).toBeLessThanOrEqual(3);
});

it('bug: connections with half a request or none held a stopping server open', async () => {
  const { connections, server, port } = await serve();
  const some = [
    await connection(port, ''),
    await connection(port, 'GET / HTTP/1.1\r\nHost: calls'),
    await connection(port, 'POST / HTTP/1.1\r\nHost: calls\r\nContent-Length: 9\r\n\r\nhalf'),
  ];
  await expect
    .poll(() => new Promise((resolve) => server.getConnections((_, count) => resolve(count))))
    .toBe(some.length);
  await connections.close(QUIET_MS);
  await expect.poll(() => some.map(({ ended }) => ended)).toEqual([true, true, true]);
});

it('a connection on which data still arrives is kept until it has been quiet for as long as any other', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const open = () => {
    const socket = Object.assign(new EventEmitter(), { bytesRead: 0, destroyed: false, destroy: () => undefined });
    socket.destroy = () => void (socket.destroyed = true);
    return socket;
  };
  let allClosed = (): void => undefined;
  const server = Object.assign(new EventEmitter(), { close: (then: () => void) => (allClosed = then) });
  const connections = watchConnections(server as unknown as Server);
  const [slow, quiet] = [open(), open()];
  for (const socket of [slow, quiet]) server.emit('connection', socket);
  const closed = connections.close(1000);
  for (let time = 0; time < 20; time += 1) {
    slow.bytesRead += 1;
    vi.advanceTimersByTime(100);
    expect(quiet.destroyed).toBe(time >= 9);
  }
  expect(slow.destroyed).toBe(false);
  vi.advanceTimersByTime(900);
  expect(slow.destroyed).toBe(false);
  vi.advanceTimersByTime(100);
  expect(slow.destroyed).toBe(true);
  allClosed();
  await closed;
  expect(vi.getTimerCount()).toBe(0);
});

it('a pending request gets its answer, however long the others have been quiet', async () => {
  const { connections, held, port } = await serve();
  const quiet = await connection(port, '');
  const waiting = await connection(port, 'GET / HTTP/1.1\r\nHost: calls\r\n\r\n');
  await expect.poll(() => held.length).toBe(1);
  const closed = connections.close(QUIET_MS);
  await expect.poll(() => quiet.ended).toBe(true);
  expect(waiting.ended).toBe(false);
  held[0]?.end('done');
  await closed;
  await expect.poll(() => waiting.got).toMatch(/connection: close[^]*done/i);
});

it('an immediate answer is the last of its connection too, though its handler was there first', async () => {
  const server = createServer((_, response) => response.end('done'));
  const connections = watchConnections(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  connections.retire();
  const asked = await connection(port, 'GET / HTTP/1.1\r\nHost: calls\r\n\r\n');
  await expect.poll(() => asked.ended).toBe(true);
  expect(asked.got).toMatch(/connection: close[^]*done/i);
});

it('a stopping server serves, not ready, until the load balancer has had time; each answer closes its connection', async () => {
  const { connections, held, port, seen } = await asked(0);
  const steps: string[] = [];
  let leave = (): void => undefined;
  const left = new Promise<void>((resolve) => (leave = resolve));
  const app = {
    unready: () => steps.push('not ready'),
    async drain(closed: Promise<void>) {
      steps.push('pages cut');
      await closed;
      steps.push('work done');
    },
  };
  const drained = drain(connections, app, { left, quietMs: QUIET_MS });

  // Requests in progress, and one on a new connection.
  held[0]?.end('done');
  await expect.poll(() => held.length).toBe(2);
  const another = await connection(port, 'GET / HTTP/1.1\r\nHost: calls\r\n\r\n');
  await expect.poll(() => held.length).toBe(3);
  for (const response of held) response.end('done');
  await expect.poll(() => another.ended).toBe(true);
  expect(seen.slice(0, 2)).toEqual(['200 close', '200 close']);
  expect(steps).toEqual(['not ready']);

  leave();
  const answering = setInterval(() => held.at(-1)?.end('done'), 5);
  await drained;
  clearInterval(answering);
  expect(steps).toEqual(['not ready', 'pages cut', 'work done']);
  await expect.poll(() => seen.at(-1)).toBe('refused');
});
