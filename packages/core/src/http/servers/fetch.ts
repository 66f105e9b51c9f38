import { MAX_BODY_BYTES } from '../../wire/params.js';
import { type HttpRequest, type HttpResponse, refusal } from '../message.js';

/** Web-standard request in, web-standard response out. */
export async function handleFetch(
  handle: (request: HttpRequest) => Promise<HttpResponse>,
  request: Request,
): Promise<Response> {
  const read = request.method === 'POST' ? await readBody(request) : { body: '' };
  // Whoever sent it hung up before it was there: nobody waits for an answer.
  if (read === 'aborted') return toResponse(refusal(400));
  const { body } = read;
  const [, path = '/', query = ''] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)\??([^#]*)/i.exec(request.url) ?? [];
  return toResponse(
    await handle({ method: request.method, path, query, headers: Object.fromEntries(request.headers), body }),
  );
}

/** No more than the limit is ever kept. */
async function readBody(request: Request): Promise<{ readonly body: string | null } | 'aborted'> {
  if (request.body === null) return { body: '' };
  const decoder = new TextDecoder();
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  let bytes = 0;
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      bytes += chunk.value.byteLength;
      if (bytes > MAX_BODY_BYTES) {
        await reader.cancel();
        return { body: null };
      }
      text += decoder.decode(chunk.value, { stream: true });
    }
  } catch {
    return 'aborted';
  }
  return { body: text + decoder.decode() };
}

function toResponse({ status, headers, body, bytes }: HttpResponse): Response {
  return new Response(status === 204 ? null : (bytes ?? body), { status, headers });
}
