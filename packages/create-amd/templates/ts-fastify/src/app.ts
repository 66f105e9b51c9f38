import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CallForwarding, createCallForwarding, type StartOptions } from '@amd/core/twilio';
import { fastify } from 'fastify';

/** From .env in production, from the simulator in `npm run dev` and in tests. */
export interface Settings extends Omit<StartOptions, 'app' | 'hooks'> {
  readonly forwardTo: readonly (string | { readonly to: string; readonly name: string })[];
}

export function createApp(settings: Settings): CallForwarding {
  // Your own routes. Twilio's requests do not pass through them.
  const web = fastify();
  web.get('/', () => 'Waiting for calls.');

  return createCallForwarding({
    ringSeconds: 25,
    ...settings,
    app: async (request: IncomingMessage, response: ServerResponse) => {
      await web.ready();
      web.routing(request, response);
    },
    hooks: {
      connected({ callee, waitedMs }) {
        console.log(`${callee.name ?? 'Somebody'} talks with the caller, who waited ${Math.round(waitedMs / 1000)} s`);
      },
      missed({ others }) {
        console.log(`Nobody took the call; ${others.length} were rung`);
      },
    },
  });
}
