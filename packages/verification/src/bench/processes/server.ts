// A process of its own: one of the compared servers. Reports its port, and its CPU time on request; ends with its parent.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SERVERS, type ServerName } from '../servers.js';

const listener: RequestListener = await SERVERS[process.argv[2] as ServerName]();
const server = createServer(listener);
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.on('disconnect', () => process.exit(0));
