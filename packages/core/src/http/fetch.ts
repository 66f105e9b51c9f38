import { MAX_BODY_BYTES } from '../wire/params.js';
import { refusal, type PlainRequest, type PlainResponse } from './plain.js';

/** Web-standard request in, web-standard response out. */
export async function handleFetch(
  handle: (request: PlainRequest) => Promise<PlainResponse>,
  request: Request,
): Promise<Response> {
  const body = request.method === 'POST' ? await readBody(request) : '';
  if (body === null) return toResponse(refusal(413));
  const [, path = '/', query = ''] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)\??([^#]*)/i.exec(request.url) ?? [];
  return toResponse(
    await handle({ method: request.method, path, query, headers: Object.fromEntries(request.headers), body }),
  );
}

/** `null` when it is too long; no more than the limit is ever kept. */
async function readBody(request: Request): Promise<string | null> {
  if (request.body === null) return '';
  const decoder = new TextDecoder();
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  let bytes = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    bytes += chunk.value.byteLength;
    if (bytes > MAX_BODY_BYTES) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
  return text + decoder.decode();
}

function toResponse({ status, headers, body, bytes }: PlainResponse): Response {
  return new Response(status === 204 ? null : (bytes ?? body), { status, headers });
}
