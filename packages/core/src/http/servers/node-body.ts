import type { Log } from '../../runtime/log.js';
import { MAX_BODY_BYTES } from '../../wire/params.js';
import { HANGUP_XML, type HttpResponse, xmlResponse } from '../message.js';

/** What we use of `http.IncomingMessage`, and what body parsers leave on it. */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Left by Express and its kin, which take what a middleware was mounted at off `url`. */
  readonly originalUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** True once somebody has read the stream to its end. */
  readonly readableEnded?: boolean | undefined;
  readonly body?: unknown;
  /** Left by some serverless platforms. */
  readonly rawBody?: unknown;
  // Not never[]: the requests of @types/node 26 take a listener of any[] and no other, and any is no never.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  on(event: string, listener: (...args: any[]) => void): unknown;
  pause?(): unknown;
  destroy?(): unknown;
}

/** What could be read of a body, on any host. */
export type ReadBody =
  | { readonly kind: 'body'; readonly body: string }
  | { readonly kind: 'tooLarge' }
  /** Whoever sent it hung up before it was there: nobody waits for an answer. */
  | { readonly kind: 'aborted' }
  | { readonly kind: 'unverifiable'; readonly problem: string };

/** The body as it was sent; or, when a parser was faster, what can still be verified of it. */
export function readNodeBody(request: NodeRequest): ReadBody | Promise<ReadBody> {
  return request.readableEnded === true ? parsedBody(request) : readStream(request);
}

function readStream(request: NodeRequest): ReadBody | Promise<ReadBody> {
  const announced = Number(request.headers['content-length'] ?? '0');
  if (announced > MAX_BODY_BYTES) return { kind: 'tooLarge' };
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    request.on('data', (chunk: Uint8Array | string) => {
      const part = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      bytes += part.byteLength;
      if (bytes <= MAX_BODY_BYTES) {
        chunks.push(part);
        return;
      }
      chunks.length = 0;
      request.pause?.();
      resolve({ kind: 'tooLarge' });
    });
    request.on('end', () => {
      // Who reads it at the same time and began earlier has all of it.
      const isElsewhere = bytes === 0 && hasBody(request.headers);
      resolve(isElsewhere ? parsedBody(request) : { kind: 'body', body: Buffer.concat(chunks).toString('utf8') });
    });
    const aborted = (): void => {
      resolve({ kind: 'aborted' });
    };
    request.on('error', aborted);
    request.on('close', aborted);
  });
}

/** Whether the headers announce a body: one that is not there then has been taken by somebody. */
export function hasBody(headers: NodeRequest['headers']): boolean {
  return Number(headers['content-length'] ?? '0') > 0 || headers['transfer-encoding'] !== undefined;
}

const HINT = 'Put the endpoint before the body parser, so that it reads the body itself.';

/** What a parser left of the body, as a form again. */
export function parsedBody({ body, rawBody }: Pick<NodeRequest, 'body' | 'rawBody'>, hint = HINT): ReadBody {
  if (body instanceof URLSearchParams && rawBody === undefined) return { kind: 'body', body: body.toString() };
  for (const raw of [rawBody, body]) {
    if (typeof raw === 'string') return { kind: 'body', body: raw };
    if (raw instanceof Uint8Array) return { kind: 'body', body: Buffer.from(raw).toString('utf8') };
  }
  if (typeof body !== 'object' || body === null || Object.keys(body).length === 0) {
    return { kind: 'unverifiable', problem: `somebody has read the body already and left nothing of it. ${hint}` };
  }
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== 'string') {
      return {
        kind: 'unverifiable',
        problem: `a body parser has changed the body (${JSON.stringify(name.slice(0, 40))}). ${hint}`,
      };
    }
    form.append(name, value);
  }
  // The signature covers names and decoded values only, so nothing is lost.
  return { kind: 'body', body: form.toString() };
}

/** The answer to a webhook whose body cannot be verified, which the log is told. */
export function unverifiable(log: Log, path: string, problem: string): HttpResponse {
  log({ level: 'error', code: 'body.unverifiable', path, message: `answered 500: ${problem}` });
  // Twilio turns to the fallback address; a reader of the body finds TwiML all the same.
  return xmlResponse(HANGUP_XML, 500);
}
