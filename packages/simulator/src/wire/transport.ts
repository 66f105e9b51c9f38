/** A webhook as sent to the application. */
export interface WebhookRequest {
  readonly method: 'GET' | 'POST';
  /** Without the fragment. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Form-encoded; empty for GET. */
  readonly body: string;
  /** Aborted when the deadline has passed (in real time). */
  readonly signal: AbortSignal;
}

/** The application's answer. */
export interface WebhookResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** How long the answer took, in ms on the simulator's clock: a slow application without a slow test (default 0). */
  readonly delayMs?: number;
}

/**
 * Carries webhooks to the application. Reject with an error whose `code` is `ECONNREFUSED`, `ENOTFOUND` … for a
 * connection that failed, or `ETIMEDOUT`/`ECONNRESET` for one that broke after the request was sent.
 */
export type WebhookTransport = (request: WebhookRequest) => Promise<WebhookResponse>;

/** Returns the value of a header, in any case; `name` in lower case. */
export function header(response: WebhookResponse, name: string): string | undefined {
  const exact = response.headers[name];
  if (exact !== undefined) return exact;
  for (const [key, value] of Object.entries(response.headers)) if (key.toLowerCase() === name) return value;
  return undefined;
}

/** Sends webhooks over real HTTP. Redirects are followed by the simulator, not here. */
export const fetchTransport: WebhookTransport = async (request) => {
  const response = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    redirect: 'manual',
    signal: request.signal,
    ...(request.method === 'POST' ? { body: request.body } : {}),
  });
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
};

/** Sends webhooks into a web-standard request handler in the same process: no sockets. */
export function handlerTransport(handler: (request: Request) => Response | Promise<Response>): WebhookTransport {
  return async (request) => {
    const response = await handler(
      new Request(request.url, {
        method: request.method,
        headers: request.headers,
        ...(request.method === 'POST' ? { body: request.body } : {}),
      }),
    );
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  };
}
