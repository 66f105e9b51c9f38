import type { IncomingMessage } from 'node:http';

const MAX_BYTES = 4096;

/** Reads a small form; `null` if it is too large, or not a form. An earlier parser leaves its result on `body`. */
export async function readForm(
  request: IncomingMessage & { readonly body?: unknown },
): Promise<URLSearchParams | null> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return null;
  if (request.readableEnded) return parsedAlready(request.body);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = Buffer.from(chunk as Uint8Array);
    bytes += part.length;
    if (bytes > MAX_BYTES) return null;
    chunks.push(part);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function parsedAlready(body: unknown): URLSearchParams | null {
  if (typeof body === 'string' || Buffer.isBuffer(body)) {
    return body.length > MAX_BYTES ? null : new URLSearchParams(body.toString('utf8'));
  }
  if (typeof body !== 'object' || body === null) return null;
  const texts = Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return new URLSearchParams(texts);
}
