import type { Exchange } from './exchange.js';
import type { OfficialHttpClient } from './official-client.js';
import type { RestRequest } from './router.js';

/** The part of the official client's HTTP request that is used. */
export interface HttpClientRequest {
  method: string;
  uri: string;
  username?: string;
  password?: string;
  params?: Record<string, unknown>;
  data?: Record<string, unknown>;
  headers?: Record<string, unknown>;
  timeout?: number;
  authStrategy?: { getAuthString(): Promise<string> };
}

/** What the official client expects back. */
export interface HttpClientResponse {
  statusCode: number;
  body: unknown;
  headers: Record<string, string>;
}

/** What the official client uses of its `httpClient`. */
export interface SimulatorHttpClient {
  request(options: HttpClientRequest): Promise<HttpClientResponse>;
}

function fill(into: URLSearchParams, values: Record<string, unknown> | undefined): URLSearchParams {
  for (const [name, value] of Object.entries(values ?? {})) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) into.append(name, String(one));
  }
  return into;
}

/** Returns the path from the API version on; a first segment that is a host name is dropped. */
export function apiPath(pathname: string): string {
  return pathname.replace(/^\/[a-z0-9.-]+\.twilio\.com(?=\/)/i, '');
}

/** User and password of an `Authorization: Basic …` header. */
export function basicAuth(header: string | null | undefined): { username?: string; password?: string } {
  const encoded = /^Basic\s+(.+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return {};
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? {} : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function headerOf(headers: Record<string, unknown> | undefined, name: string): string | undefined {
  for (const [key, value] of Object.entries(headers ?? {})) {
    if (key.toLowerCase() === name && typeof value === 'string') return value;
  }
  return undefined;
}

/** Answers REST in process, behind the official client, as whose own HTTP client it is typed. */
export function createHttpClient(
  send: (request: RestRequest, timeoutMs: number | undefined) => Promise<Exchange>,
): SimulatorHttpClient & OfficialHttpClient {
  const client: SimulatorHttpClient = {
    async request(options) {
      const url = new URL(options.uri);
      const auth = options.username === undefined ? basicAuth(await options.authStrategy?.getAuthString()) : options;
      const reply = await send(
        {
          method: options.method.toUpperCase(),
          path: apiPath(url.pathname),
          query: fill(url.searchParams, options.params),
          form: fill(new URLSearchParams(), options.data),
          ifMatch: headerOf(options.headers, 'if-match'),
          username: auth.username,
          password: auth.password,
        },
        options.timeout,
      );
      let body: unknown = reply.body;
      try {
        body = JSON.parse(reply.body);
      } catch {
        // Left as text: the client reports how it reads it.
      }
      return { statusCode: reply.status, body, headers: { ...reply.headers } };
    },
  };
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- the official client uses `request` alone
  return client as SimulatorHttpClient & OfficialHttpClient;
}
