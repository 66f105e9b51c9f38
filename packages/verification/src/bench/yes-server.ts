import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { yesAnswer } from './yes-answer.js';

/** On a port: a Twilio that accepts everything, and counts. */
export interface YesServer {
  readonly url: string;
  /** Requests so far. */
  readonly requests: number;
  close(): void;
}

export async function yesServer(): Promise<YesServer> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    void text(request).then((form) => {
      const { statusCode, body } = yesAnswer(request.url ?? '', new URLSearchParams(form).get('Url') ?? '');
      response.writeHead(statusCode, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    get requests() {
      return requests;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
