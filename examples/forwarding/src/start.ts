import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadEnvFile } from 'node:process';
import twilio from 'twilio';
import { createApp } from './app.js';
import { readEnvironment } from './environment.js';
import { publicBaseUrl } from './public-url.js';

const envFile = fileURLToPath(new URL('../../../.env', import.meta.url));
if (existsSync(envFile)) loadEnvFile(envFile);

const environment = readEnvironment(process.env);
if (!environment.ok) {
  console.error('The forwarding example needs a Twilio account:');
  for (const problem of environment.problems) console.error(`  ${problem}`);
  console.error('\nCopy .env.example to .env and fill it in, or try it without an account: npm run demo');
  process.exit(1);
}
const env = environment.value;

const base = await publicBaseUrl(env.PUBLIC_BASE_URL, env.PORT).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
const key = env.TWILIO_API_KEY;
const client = twilio(key ?? env.TWILIO_ACCOUNT_SID, (key === undefined ? undefined : env.TWILIO_API_SECRET) ?? env.TWILIO_AUTH_TOKEN, {
  accountSid: env.TWILIO_ACCOUNT_SID,
  timeout: 8000,
});
const people = new Set([...env.FORWARD_TO.values()].flat());
const allowed = new Set(env.DIAL_ALLOW ?? people);

const { express, runtime } = createApp({
  client,
  accountSid: env.TWILIO_ACCOUNT_SID,
  authTokens: [env.TWILIO_AUTH_TOKEN, ...(env.TWILIO_AUTH_TOKEN_PREVIOUS === undefined ? [] : [env.TWILIO_AUTH_TOKEN_PREVIOUS])],
  publicBaseUrl: base,
  resolve: (call) => ({
    forwardTo: env.FORWARD_TO.get(call.to) ?? env.FORWARD_TO.get('*') ?? [],
    callerId: env.CALLER_ID,
    ownNumber: env.TWILIO_PHONE_NUMBER,
    ringSeconds: env.RING_SECONDS,
  }),
  mayDial: (to) => allowed.has(to),
  ownNumbers: [env.TWILIO_PHONE_NUMBER, ...[...env.FORWARD_TO.keys()].filter((number) => number !== '*')],
  log: ({ level, code, message }) => {
    console[level](`${new Date().toISOString()} ${level} ${code}: ${message}`);
  },
});

runtime.start();
const server = express.listen(env.PORT, env.HOST, (error) => {
  if (error !== undefined) {
    console.error(`Cannot listen on ${env.HOST}:${String(env.PORT)}: ${error.message}. Set PORT to another number.`);
    process.exit(1);
  }
  console.log(`Listening on http://${env.HOST}:${String(env.PORT)}`);
  console.log(`Set the number's voice URL to          ${base}/inbound`);
  console.log(`and its call status changes (POST) to  ${base}/inbound/status`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close();
    void runtime.stop().then(() => process.exit(0));
  });
}
