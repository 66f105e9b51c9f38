import { MAX_BODY_BYTES } from '../../wire/params.js';
import type { Log } from '../../runtime/log.js';
import { type HttpRequest, type HttpResponse, refusal } from '../message.js';
import { hasBody, type ReadBody, unverifiable } from './node-body.js';

/**
 * Web-standard request in, web-standard response out.
 * @throws TypeError that says what to write instead, if it is given something else than a request
 */
export async function handleFetch(
  handle: (request: HttpRequest) => Promise<HttpResponse>,
  request: Request,
  log: Log,
): Promise<Response> {
  refuseOthers(request);
  const [, path = '/', query = ''] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)\??([^#]*)/i.exec(request.url) ?? [];
  const headers = Object.fromEntries(request.headers);
  const read: ReadBody = request.method === 'POST' ? await readBody(request, headers) : { kind: 'body', body: '' };
  switch (read.kind) {
    case 'body':
      return toResponse(await handle({ method: request.method, path, query, headers, body: read.body }));
    case 'tooLarge':
      return toResponse(await handle({ method: request.method, path, query, headers, body: null }));
    case 'aborted':
      return toResponse(refusal(400));
    case 'unverifiable':
      return toResponse(unverifiable(log, path, read.problem));
  }
}

/** A context of Hono, a request of Node and the like have no headers of the web standard. */
function refuseOthers(request: { readonly headers?: { readonly get?: unknown } | undefined }): void {
  if (typeof request.headers?.get === 'function') return;
  throw new TypeError(
    'fetch was given something else than a web-standard Request: hand it c.req.raw of Hono; requests of Node, Express or Koa go to the listener',
  );
}

const HINT = 'Hand the request over before anything reads its body, or let the other reader read request.clone().';
const READ = `somebody has read the body already and left nothing of it. ${HINT}`;

/** No more than the limit is ever kept. */
async function readBody(request: Request, headers: Readonly<Record<string, string>>): Promise<ReadBody> {
  if (request.bodyUsed || request.body?.locked === true) return { kind: 'unverifiable', problem: READ };
  const decoder = new TextDecoder();
  const reader = (request.body as ReadableStream<unknown> | null)?.getReader();
  let text = '';
  let bytes = 0;
  try {
    for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read()) {
      const part = typeof chunk.value === 'string' ? new TextEncoder().encode(chunk.value) : chunk.value;
      if (!(part instanceof Uint8Array)) return { kind: 'unverifiable', problem: `the body is not of bytes. ${HINT}` };
      bytes += part.byteLength;
      if (bytes > MAX_BODY_BYTES) {
        await reader?.cancel();
        return { kind: 'tooLarge' };
      }
      text += decoder.decode(part, { stream: true });
    }
  } catch {
    return { kind: 'aborted' };
  }
  // Whoever made a new request of it has left the body out.
  if (bytes === 0 && hasBody(headers)) return { kind: 'unverifiable', problem: READ };
  return { kind: 'body', body: text + decoder.decode() };
}

function toResponse({ status, headers, body, bytes }: HttpResponse): Response {
  return new Response(status === 204 ? null : (bytes ?? body), { status, headers });
}
