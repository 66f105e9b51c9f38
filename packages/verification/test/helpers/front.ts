import { once } from 'node:events';
import { createServer as createHttpServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Certificate } from './certificate.js';

/** What a proxy in front of an app does to the traffic. */
export interface FrontManners {
  /**
   * `forwarded`: keeps `Host` and adds X-Forwarded-*. `nginx`: nginx's defaults, `Host` is the address behind, nothing is added.
   */
  headers: 'forwarded' | 'nginx';
  /** Websockets: passed on; answered 501; passed on without `Upgrade`, as nginx does by default; or never answered. */
  upgrade: 'pass' | 'refuse' | 'strip' | 'swallow';
  /** `strip`: no cookie reaches the browser, as when it keeps none. */
  cookies: 'pass' | 'strip';
  /** Paths with these prefixes are answered 502 here. */
  cut: readonly string[];
}

export interface Front {
  readonly port: number;
  /** May be changed at any time. */
  readonly manners: FrontManners;
  /** Requests for a websocket, and polling requests that got through, since the start. */
  readonly seen: { upgrades: number; polls: number };
  /** Sets the port it leads to, possibly later, when the app has started. */
  leadTo(port: number): void;
  /** Restores the initial behaviour. */
  reset(): void;
  close(): void;
}

const GOOD: FrontManners = { headers: 'forwarded', upgrade: 'pass', cookies: 'pass', cut: [] };

/** Starts a proxy on this machine: over https with a certificate, otherwise over http. */
export async function startFront(certificate: Certificate | null): Promise<Front> {
  const manners = { ...GOOD };
  const seen = { upgrades: 0, polls: 0 };
  let target = 0;
  const server = certificate === null ? createHttpServer(pass) : createHttpsServer(certificate, pass);
  const open = new Set<Duplex>();
  server.on('connection', (socket: Duplex) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
  });

  function onward({ headers }: IncomingMessage): IncomingMessage['headers'] {
    if (manners.headers === 'nginx') return { ...headers, host: `127.0.0.1:${String(target)}` };
    const proto = certificate === null ? 'http' : 'https';
    return { ...headers, 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': proto };
  }

  function pass(request: IncomingMessage, response: ServerResponse): void {
    const { method, url = '/' } = request;
    if (manners.cut.some((path) => url.startsWith(path))) {
      response.writeHead(502).end('Bad gateway');
      return;
    }
    const sent = ask({ host: '127.0.0.1', port: target, method, path: url, headers: onward(request) }, (answer) => {
      const headers = { ...answer.headers };
      if (manners.cookies === 'strip') delete headers['set-cookie'];
      if (answer.statusCode === 200 && url.includes('transport=polling')) seen.polls += 1;
      response.writeHead(answer.statusCode ?? 502, headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    sent.on('error', () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end('Bad gateway');
    });
    response.on('close', () => sent.destroy());
    request.pipe(sent);
  }

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    seen.upgrades += 1;
    const isCut = manners.cut.some((path) => request.url?.startsWith(path) ?? false);
    if (manners.upgrade === 'swallow' && !isCut) return;
    if (manners.upgrade === 'refuse' || isCut) {
      socket.end('HTTP/1.1 501 Not Implemented\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const headers = onward(request);
    if (manners.upgrade === 'strip') {
      delete headers.upgrade;
      headers.connection = 'close';
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    const behind = connect(target, '127.0.0.1', () => {
      behind.write(`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1\r\n${lines.join('')}\r\n`);
      behind.write(head);
      behind.pipe(socket);
      socket.pipe(behind);
    });
    behind.on('error', () => socket.destroy());
    behind.on('close', () => socket.destroy());
    socket.on('close', () => behind.destroy());
  });

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    manners,
    seen,
    leadTo(port) {
      target = port;
    },
    reset() {
      Object.assign(manners, GOOD);
    },
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
