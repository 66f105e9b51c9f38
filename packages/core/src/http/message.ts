/** A request without any framework's types. */
export interface HttpRequest {
  readonly method: string;
  /** As received, without the query; with or without the path prefix of the public address. */
  readonly path: string;
  /** As received: undecoded and without the question mark. Twilio's signature covers it to the letter. */
  readonly query: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** `null`: longer than 64 KiB, and not kept. */
  readonly body: string | null;
}

/** A response of an endpoint: status, headers, and a body of text or bytes. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** A sound, instead of the body. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** What is left when nothing else can be said. */
export const HANGUP_XML = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>';

export function xmlResponse(body: string, status = 200): HttpResponse {
  return { status, headers: { 'content-type': 'text/xml; charset=utf-8', 'cache-control': 'no-store' }, body };
}

/** `null`: an empty body, which means "later" to TaskRouter (twilio.com/docs/taskrouter/handle-assignment-callbacks). */
export function jsonResponse(body: unknown): HttpResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: body === null ? '' : JSON.stringify(body),
  };
}

export function noContent(): HttpResponse {
  return { status: 204, headers: {}, body: '' };
}

const REASONS = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'Payload too large',
  415: 'Unsupported media type',
  500: 'Internal server error',
  503: 'Service unavailable',
} as const;

/** One and the same answer for every reason to refuse: who forges requests learns nothing from it. */
export function refusal(status: keyof typeof REASONS, allow = 'POST'): HttpResponse {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...(status === 405 ? { allow } : {}) },
    body: `${REASONS[status]}\n`,
  };
}
