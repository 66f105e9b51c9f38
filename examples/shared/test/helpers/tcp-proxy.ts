import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** An address that leads to one server now and to another later, as a name does. */
export interface TcpProxy {
  readonly port: number;
  /** Makes new connections lead there; open ones stay. */
  leadTo(port: number): void;
  /** Keeps open connections open, but passes nothing on: a firewall that forgot them. */
  silence(): void;
  close(): void;
}

/** `delayMs`: the delay in each direction. */
export async function tcpProxy(first: number, { delayMs = 0 } = {}): Promise<TcpProxy> {
  let target = first;
  const sockets = new Set<Socket>();
  const server = createServer((incoming) => {
    const onward = connect(target, '127.0.0.1');
    for (const socket of [incoming, onward]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        incoming.destroy();
        onward.destroy();
      });
    }
    for (const [from, to] of [
      [incoming, onward],
      [onward, incoming],
    ] as const) {
      if (delayMs === 0) from.pipe(to);
      else from.on('data', (chunk) => setTimeout(() => to.write(chunk), delayMs));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port) {
      target = port;
    },
    silence() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
