import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { loadEnvFile } from 'node:process';
import { fileURLToPath } from 'node:url';
import { webhookUrls } from '@amd/core/http';
import { createApp } from './app.js';
import { dialAllow, ownNumbers, readEnvironment, warningsOf } from './environment.js';
import { accountOf, secretsOf } from '../../shared/src/account.js';
import { callOptions } from '../../shared/src/environment.js';
import { recordingHooks } from '../../shared/src/operators/hooks.js';
import { createLogger } from '../../shared/src/operators/logger.js';
import { openStore } from '../../shared/src/open-store.js';
import { stopGracefully } from '../../shared/src/operators/stop.js';
import { whoMaySee } from '../../shared/src/operators/who-may-see.js';
import { publicBaseUrl } from '../../shared/src/public-url.js';

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
const urls = webhookUrls(base);
const logger = createLogger({
  level: env.LOG_LEVEL,
  secrets: secretsOf(env),
  process: `${hostname()}:${String(env.PORT)}`,
});
const account = accountOf(env);

const { store, clock, kept, close } = await openStore(env, logger).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
const app = createApp({
  ...account,
  store,
  clock,
  publicBaseUrl: base,
  configured: new Map([...env.FORWARD_TO].map(([inbound, list]) => [inbound, list.map((to) => ({ name: '', to }))])),
  callSettings: callOptions(env),
  callsPerSecond: env.CALLS_PER_SECOND,
  hooks: recordingHooks(logger),
  dialAllow: dialAllow(env),
  ownNumbers: [...ownNumbers(env)],
  limits: { atOnce: env.MAX_CALLS, perCaller: env.MAX_CALLS_PER_CALLER },
  callLogDays: env.CALL_LOG_DAYS,
  password: env.DASHBOARD_PASSWORD ?? null,
  metricsToken: env.METRICS_TOKEN ?? null,
  recoverEveryMs: 60_000,
  logger,
});

const server = createServer(app.listener);
server.once('error', cannotListen);
server.listen(env.PORT, env.HOST, () => {
  server.off('error', cannotListen);
  // Not before: a process whose port is taken ends here, and its claimed work would wait for the lease.
  app.start();
  if (process.connected) process.send?.('listening');
  console.log(`Listening on http://${env.HOST}:${String(env.PORT)}`);
  console.log(`Set the number's voice URL to          ${urls.voice}`);
  console.log(`and its call status changes (POST) to  ${urls.status}`);
  console.log(kept);
  for (const line of whoMaySee({ page: 'page of calls', publicBaseUrl: base, ...env })) console.log(line);
});
// A client that sends headers or a body this slowly is not Twilio.
server.headersTimeout = 10_000;
server.requestTimeout = 10_000;
app.attach(server);
stopGracefully({
  server,
  app,
  drainSeconds: env.DRAIN_SECONDS,
  close,
  logger,
});

function cannotListen(error: Error): never {
  const inUse = 'code' in error && error.code === 'EADDRINUSE';
  const remedy = inUse ? 'Set PORT to another number.' : 'HOST must be an address of this machine and PORT be allowed.';
  console.error(`Cannot listen on ${env.HOST}:${String(env.PORT)}: ${error.message}. ${remedy}`);
  process.exit(1);
}
