import { once } from 'node:events';
import { createServer as createHttpServer, request as ask } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSimulatorServer, type Simulator } from '@amd/simulator';
import type { Certificate } from './certificate.js';

/** The host names of Twilio's REST API; a certificate for it needs them. */
export const TWILIO_NAMES = ['api.twilio.com', 'taskrouter.twilio.com'];

/** A simulated Twilio for an unmodified process: the official client uses the proxy in HTTP_PROXY. */
export interface TwilioByProxy {
  /** For the environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  close(): void;
}

export async function twilioByProxy(sim: Simulator, certificate: Certificate): Promise<TwilioByProxy> {
  const open = new Set<Duplex>();
  const simulated = createSimulatorServer(sim);
  const twilio = createHttpsServer(certificate, (request, response) => {
    const { method, url = '/', headers } = request;
    const host = `127.0.0.1:${String(portOf(simulated))}`;
    const path = `/${headers.host ?? ''}${url}`;
    const sent = ask({ host: '127.0.0.1', port: portOf(simulated), method, path, headers: { ...headers, host } });
    sent.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    request.pipe(sent);
  });
  const proxy = createHttpServer();
  proxy.on('connect', (_request, socket: Duplex) => {
    const behind = connect(portOf(twilio), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      behind.pipe(socket);
      socket.pipe(behind);
    });
    for (const end of [socket, behind]) {
      end.on('error', () => undefined);
      end.on('close', () => {
        socket.destroy();
        behind.destroy();
      });
    }
  });
  const servers = [simulated, twilio, proxy];
  for (const server of servers) {
    server.on('connection', (socket: Duplex) => {
      open.add(socket);
      socket.on('close', () => open.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return {
    env: { HTTP_PROXY: `http://127.0.0.1:${String(portOf(proxy))}`, NODE_EXTRA_CA_CERTS: certificate.file },
    close() {
      for (const socket of open) socket.destroy();
      for (const server of servers) server.close();
    },
  };
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
