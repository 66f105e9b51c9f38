import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMemoryStore, encodeState, forwarding, type Clock, type Store } from '@amd/core';
import {
  createDashboard,
  createDialRules,
  createPeopleLists,
  type Dashboard,
  type DashboardLog,
  type PhonePanel,
} from '@amd/dashboard';
import { io, type Socket } from 'socket.io-client';

export const PASSWORD = 'correct horse battery staple';
export const OURS = '+14155550199';
export const CANARY = 'canary-call-token';

export interface Served {
  readonly url: string;
  readonly store: Store;
  readonly dashboard: Dashboard;
  close(): Promise<void>;
}

/** Writes one call into the store, with a token that must never be shown. */
export async function putCall(store: Store, sid: string, now = Date.now(), expected = 0): Promise<void> {
  const state = {
    kind: 'call',
    settings: {},
    call: { sid, from: '+12125550123', to: OURS, token: CANARY },
    caller: { phase: 'held' },
    legs: [],
    winner: null,
    result: null,
    timestamps: { startedAt: now },
  };
  const data = encodeState({ schema: forwarding.schema }, { state, at: now });
  await store.commit({ key: `forwarding:${sid}`, expected, data, expiresAt: null, now, put: [], drop: [] });
}

export async function serve(options: {
  readonly password: string | null;
  /** Default: the server's own loopback address. */
  readonly publicBaseUrl?: string;
  readonly clock?: Clock;
  readonly store?: Store;
  readonly log?: DashboardLog;
  readonly phone?: PhonePanel;
  readonly sessionHours?: number;
  /** A handler before the page's, such as a form parser. */
  readonly before?: (request: IncomingMessage, next: () => void) => void;
}): Promise<Served> {
  const { password, clock, log, phone, sessionHours, before, store = createMemoryStore() } = options;
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const rules = createDialRules({ allow: ['+1415*'], ownNumbers: [OURS] });
  const dashboard = createDashboard({
    store,
    password,
    publicBaseUrl: options.publicBaseUrl ?? url,
    people: createPeopleLists({
      store,
      configured: new Map([['*', [{ name: 'Ann', to: '+14155550142' }]]]),
      inboundNumbers: [OURS],
      problem: (to) => rules.problem(to),
    }),
    clock,
    log,
    phone,
    sessionHours,
    assets: { html: '<p>behind the door</p>', script: 'js', style: 'css' },
  });
  server.on('request', (request, response) => {
    if (before === undefined) dashboard.handler(request, response);
    else
      before(request, () => {
        dashboard.handler(request, response);
      });
  });
  dashboard.attach(server);
  return {
    url,
    store,
    dashboard,
    async close() {
      await dashboard.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Sends exactly these headers: `fetch` does not let a test choose `Host`. */
export function ask(
  url: string,
  options: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method = 'GET', headers = {}, body } = options;
    const sent = request(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export function logIn(
  url: string,
  password = PASSWORD,
  headers: Record<string, string> = {},
  to = '/',
): Promise<Answer> {
  return ask(`${url}/dashboard/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: url, ...headers },
    body: new URLSearchParams({ password, to }).toString(),
  });
}

/** Returns name and value of each cookie that was set. */
export function cookiesOf({ headers }: Answer): string[] {
  return [headers['set-cookie'] ?? []].flat().map((cookie) => cookie.split(';')[0] ?? '');
}

/** Returns the session's cookie. */
export function cookieOf(answer: Answer): string {
  return cookiesOf(answer)[0] ?? '';
}

/** Returns what a socket got before it was refused or let in: `null` if it was refused. */
export async function connect(
  url: string,
  transport: 'websocket' | 'polling',
  headers: Record<string, string>,
): Promise<Socket | null> {
  const socket = io(url, {
    path: '/dashboard/socket',
    transports: [transport],
    extraHeaders: headers,
    reconnection: false,
    forceNew: true,
  });
  const events: unknown[] = [];
  socket.onAny((event: unknown) => events.push(event));
  return new Promise((resolve) => {
    socket.on('welcome', () => {
      resolve(socket);
    });
    socket.on('connect_error', () => {
      if (events.length > 0) throw new Error(`data before the refusal: ${JSON.stringify(events)}`);
      socket.close();
      resolve(null);
    });
  });
}
