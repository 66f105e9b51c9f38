import { once } from 'node:events';
import { Agent, createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { closeServer } from '../src/operators/stop.js';

/** A server whose answers wait to be released, and a client that asks again on the same connection until it is refused. */
async function asked(againMs: number) {
  const held: ServerResponse[] = [];
  const server = createServer((_, response) => held.push(response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => {
    agent.destroy();
    server.closeAllConnections();
  });
  const seen: string[] = [];
  const ask = (): void => {
    get({ host: '127.0.0.1', port, agent }, (response) => {
      seen.push(String(response.statusCode));
      response.resume().on('end', () => setTimeout(ask, againMs));
    }).on('error', () => seen.push('refused'));
  };
  ask();
  await expect.poll(() => held.length).toBe(1);
  return { server, held, seen };
}

it('bug: a client that asked now and then on one connection held a server open that was to stop', async () => {
  const { server, held, seen } = await asked(300);
  const closed = closeServer(server);
  held[0]?.end('done');
  await closed;
  await expect.poll(() => seen).toEqual(['200', 'refused']);
});

it('bug: a client that asked without a pause held it open as well', async () => {
  const { server, held, seen } = await asked(0);
  const closed = closeServer(server);
  const answering = setInterval(() => held.at(-1)?.end('done'), 5);
  await closed;
  clearInterval(answering);
  await expect.poll(() => seen.at(-1)).toBe('refused');
  expect(seen.length).toBeLessThanOrEqual(3);
});
