import { createServer } from 'node:http';
import { webhookUrls } from '@amd/core/http';
import { createApp } from './app.js';

const NAMES = ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_PHONE_NUMBER', 'FORWARD_TO', 'PUBLIC_BASE_URL'];
const missing = NAMES.filter((name) => (process.env[name] ?? '') === '');
if (missing.length > 0) {
  console.error(`Fill in ${missing.join(', ')} in .env, which says where to find each. "npm run dev" needs none.`);
  process.exit(1);
}

const setting = (name) => process.env[name] ?? '';
const publicBaseUrl = setting('PUBLIC_BASE_URL');
const port = Number(process.env['PORT'] ?? 3000);

const calls = createApp({
  accountSid: setting('TWILIO_ACCOUNT_SID'),
  authToken: setting('TWILIO_AUTH_TOKEN'),
  ownNumber: setting('TWILIO_PHONE_NUMBER'),
  publicBaseUrl,
  forwardTo: setting('FORWARD_TO')
    .split(',')
    .map((number) => number.trim()),
  limits: {},
});

const server = createServer(calls.listener);
server.on('error', (error) => {
  console.error(`Port ${port} cannot be used (${error.message}). Set another PORT in .env.`);
  process.exit(1);
});
server.listen(port, () => {
  const { voice, status } = webhookUrls(publicBaseUrl);
  console.log(`Waiting for calls on port ${port}. Set these at your number, both with POST:`);
  console.log(`  a call comes in      ${voice}`);
  console.log(`  call status changes  ${status}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close();
    void calls.stop().then(() => process.exit(0));
  });
}
