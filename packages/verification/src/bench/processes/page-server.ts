// A process of its own: a page over calls that change 100 times a second. Reports its port, and on request its CPU time and the
// bytes it sent.
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createMemoryStore, systemClock } from '@amd/core';
import { createCallFeed, createDashboard } from '@amd/dashboard';
import { changingCalls } from '../changing-calls.js';

/** CPU time in µs and bytes over the wire, both so far. */
export interface PageUse {
  readonly cpu: number;
  readonly bytes: number;
}

const CALLS = 200;
/** Ten changes each. */
const EVERY_MS = 100;

const withPage = process.argv[2] === 'page';
const store = createMemoryStore();
const calls = await changingCalls(store);
const sockets: Socket[] = [];
const server = createServer();
server.on('connection', (socket) => sockets.push(socket));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  if (withPage) {
    const publicBaseUrl = `http://127.0.0.1:${String(port)}`;
    const assets = { html: '', script: '', style: '' };
    const feed = createCallFeed({ store });
    nudge = () => {
      feed.nudge();
    };
    const dashboard = createDashboard({ store, publicBaseUrl, password: null, people: null, assets, feed });
    server.on('request', dashboard.handler);
    dashboard.attach(server);
  }
  process.send?.(port);
});
let nudge = (): void => undefined;
let next = 0;
setInterval(() => {
  void (async () => {
    for (let n = 0; n < 10; n += 1) {
      await calls.change(next % CALLS, systemClock.now());
      next += 1;
      nudge();
    }
  })();
}, EVERY_MS);
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const bytes = sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
  process.send?.({ cpu: user + system, bytes } satisfies PageUse);
});
process.on('disconnect', () => process.exit(0));
