import { createCallForwarding } from '@amd/core/twilio';
import express from 'express';

/** The settings come from .env in production, from the simulator in `npm run dev` and in tests. */
export function createApp(settings) {
  // Your own routes. Twilio's requests do not pass through them.
  const web = express();
  web.get('/', (_request, response) => {
    response.send('Waiting for calls.');
  });

  return createCallForwarding({
    ringSeconds: 25,
    ...settings,
    app: web,
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
