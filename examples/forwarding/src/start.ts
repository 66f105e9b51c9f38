import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadEnvFile } from 'node:process';
import twilio from 'twilio';
import { createApp, type AppOptions } from './app.js';
import { ownNumbers, readEnvironment, warningsOf } from './environment.js';
import { publicBaseUrl } from './public-url.js';

const envFile = fileURLToPath(new URL('../../../.env', import.meta.url));
if (existsSync(envFile)) loadEnvFile(envFile);

const environment = readEnvironment(process.env);
if (!environment.ok) {
  const { missing, problems } = environment;
  console.error(`The forwarding example ${missing ? 'needs a Twilio account' : 'cannot start with these settings'}:`);
  for (const problem of problems) console.error(`  ${problem}`);
  if (missing) console.error('\nCopy .env.example to .env and fill it in, or try it without an account: npm run demo');
  process.exit(1);
}
const env = environment.value;
for (const warning of warningsOf(env)) console.warn(`Warning: ${warning}`);

const base = await publicBaseUrl(env.PUBLIC_BASE_URL, env.PORT).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
const key = env.TWILIO_API_KEY;
const client = twilio(key ?? env.TWILIO_ACCOUNT_SID, env.TWILIO_API_SECRET ?? env.TWILIO_AUTH_TOKEN, {
  accountSid: env.TWILIO_ACCOUNT_SID,
  timeout: 8000,
});
const people = new Set([...env.FORWARD_TO.values()].flat());
const allowed = new Set(env.DIAL_ALLOW ?? people);
const previous = env.TWILIO_AUTH_TOKEN_PREVIOUS;
const log: AppOptions['log'] = ({ level, code, message }) => {
  console[level](`${new Date().toISOString()} ${level} ${code}: ${message}`);
};

const { express, runtime } = createApp({
  client,
  accountSid: env.TWILIO_ACCOUNT_SID,
  authTokens: previous === undefined ? [env.TWILIO_AUTH_TOKEN] : [env.TWILIO_AUTH_TOKEN, previous],
  publicBaseUrl: base,
  resolve: ({ to }) => {
    const forwardTo = env.FORWARD_TO.get(to) ?? env.FORWARD_TO.get('*') ?? [];
    if (forwardTo.length === 0)
      log({ level: 'warn', code: 'nobody', message: `FORWARD_TO has nobody for calls to ${to}` });
    return { forwardTo, callerId: env.CALLER_ID, ownNumber: env.TWILIO_PHONE_NUMBER, ringSeconds: env.RING_SECONDS };
  },
  mayDial: (to) => allowed.has(to),
  ownNumbers: [...ownNumbers(env)],
  log,
});

runtime.start();
const server = express.listen(env.PORT, env.HOST, (error) => {
  if (error !== undefined) {
    const inUse = 'code' in error && error.code === 'EADDRINUSE';
    const remedy = inUse
      ? 'Set PORT to another number.'
      : 'HOST must be an address of this machine and PORT be allowed.';
    console.error(`Cannot listen on ${env.HOST}:${String(env.PORT)}: ${error.message}. ${remedy}`);
    process.exit(1);
  }
  console.log(`Listening on http://${env.HOST}:${String(env.PORT)}`);
  // The fragment asks Twilio to try again (twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
  console.log(`Set the number's voice URL to          ${base}/inbound#rc=3&rp=5xx,ct,rt`);
  console.log(`and its call status changes (POST) to  ${base}/inbound/status#rc=3&rp=5xx,ct,rt`);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close();
    void runtime.stop().then(() => process.exit(0));
  });
}
