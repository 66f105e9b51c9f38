import type { Signed } from './calls.js';

/** Serialises a request as it goes over the wire. */
export function bytesOf({ path, query, signature, body }: Signed): Buffer {
  return Buffer.from(
    `POST ${path}${query === '' ? '' : `?${query}`} HTTP/1.1\r\nHost: example.com\r\n` +
      'Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\nAccept: */*\r\nUser-Agent: TwilioProxy/1.1\r\n' +
      `I-Twilio-Idempotency-Token: 1ec1d2ab-0a9c-4f1b-a3bb-6c7b4f2b0b0f\r\nX-Twilio-Signature: ${signature}\r\n` +
      `Content-Length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`,
  );
}
