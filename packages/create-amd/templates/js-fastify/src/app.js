import { createCallForwarding } from '@amd/core/twilio';
import { fastify } from 'fastify';

/** The settings come from .env in production, from the simulator in `npm run dev` and in tests. */
export function createApp(settings) {
  // Your own routes. Twilio's requests do not pass through them.
  const web = fastify();
  web.get('/', () => 'Waiting for calls.');

  return createCallForwarding({
    ringSeconds: 25,
    ...settings,
    app: async (request, response) => {
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
