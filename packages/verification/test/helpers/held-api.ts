import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Twilio's REST API as one process of the app reaches it; a test may hold back its answers. */
export interface HeldApi {
  readonly url: string;
  /** Makes requests that change something wait, unexecuted, from now on. */
  hold(): void;
  /** Releases those that wait, and all later ones. */
  release(): void;
  /** How many requests wait to create a call, and how many to change one. */
  waiting(): { readonly creates: number; readonly updates: number };
  close(): void;
}

export async function heldApi(simulated: Server): Promise<HeldApi> {
  let holds = false;
  let held: (readonly [IncomingMessage, ServerResponse])[] = [];
  const server = createServer((request, response) => {
    if (holds && request.method === 'POST') held.push([request, response]);
    else simulated.emit('request', request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    hold() {
      holds = true;
    },
    release() {
      holds = false;
      // A request whose sender is gone is not executed: it was in transit when the sender died.
      const alive = held.filter(([, response]) => !response.destroyed);
      held = [];
      for (const [request, response] of alive) simulated.emit('request', request, response);
    },
    waiting() {
      const creates = held.filter(([{ url }]) => url?.endsWith('/Calls.json')).length;
      return { creates, updates: held.length - creates };
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
