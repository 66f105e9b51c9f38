import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { loadEnvFile } from 'node:process';
import { fileURLToPath } from 'node:url';
import { isAmdError } from '@amd/core';
import { syncWorkers } from '@amd/core/twilio';
import { webhookUrls } from '@amd/core/http';
import { createWorkspaceDirectory } from '@amd/core/twilio';
import { accountOf, secretsOf } from '../../shared/src/account.js';
import { callOptions } from '../../shared/src/environment.js';
import { recordingHooks } from '../../shared/src/operators/hooks.js';
import { createLogger } from '../../shared/src/operators/logger.js';
import { openStore } from '../../shared/src/open-store.js';
import { stopGracefully } from '../../shared/src/operators/stop.js';
import { whoMaySee } from '../../shared/src/operators/who-may-see.js';
import { publicBaseUrl } from '../../shared/src/public-url.js';
import { createApp } from './app.js';
import { readEnvironment } from './environment.js';

const envFile = fileURLToPath(new URL('../../../.env', import.meta.url));
if (existsSync(envFile)) loadEnvFile(envFile);

const environment = readEnvironment(process.env);
if (!environment.ok) {
  const { missing, problems } = environment;
  console.error(`The TaskRouter example ${missing ? 'needs a Twilio account' : 'cannot start with these settings'}:`);
  for (const problem of problems) console.error(`  ${problem}`);
  if (missing) {
    console.error(
      '\nCopy .env.example to .env and fill it in, or try it without an account: npm run demo -- taskrouter',
    );
  }
  process.exit(1);
}
const env = environment.value;

const base = await publicBaseUrl(env.PUBLIC_BASE_URL, env.PORT).catch(giveUp);
const urls = webhookUrls(base);
const logger = createLogger({
  level: env.LOG_LEVEL,
  secrets: secretsOf(env),
  process: `${hostname()}:${String(env.PORT)}`,
});
const account = accountOf(env);
const directory = createWorkspaceDirectory({
  client: account.client,
  workspace: env.TWILIO_WORKSPACE,
  workflow: env.TWILIO_WORKFLOW,
  phoneAttributes: env.PHONE_ATTRIBUTES,
  activities: {
    available: env.ACTIVITY_AVAILABLE,
    unavailable: env.ACTIVITY_UNAVAILABLE,
    offline: env.ACTIVITY_OFFLINE,
  },
  onError: (error) => {
    logger.warn({ code: 'workspace.refresh', error }, 'the workspace could not be read again; what was known is kept');
  },
});
const workspace = await directory.load().catch((error: unknown) => {
  if (isAmdError(error) && error.code === 'ERR_WORKSPACE') {
    console.error(
      'A file can say how the workspace is to be: npm run amd -- taskrouter init. What is wrong is said here:',
    );
  }
  return giveUp(error);
});
const settings = {
  ...callOptions(env),
  offerMessage: env.OFFER_MESSAGE,
  afterCall: env.AFTER_CALL,
  deadlineSeconds: env.DEADLINE_SECONDS,
};
for (const [what, url, wanted] of [
  ['the assignment callback URL of the workflow', workspace.workflow.assignmentUrl, urls.assign],
  ['the event callback URL of the workspace', workspace.eventUrl, urls.events],
] as const) {
  if (url?.split('#')[0] !== wanted)
    console.warn(
      `Warning: ${what} is ${url ?? 'not set'}: set it to ${wanted}, or run "npm run amd -- taskrouter apply"`,
    );
}

const { store, clock, kept, close } = await openStore(env, logger).catch(giveUp);
const app = createApp({
  ...account,
  store,
  clock,
  directory,
  publicBaseUrl: base,
  settings,
  callsPerSecond: env.CALLS_PER_SECOND,
  hooks: recordingHooks(logger),
  coolDownSeconds: env.TEMP_UNAVAILABLE_SECONDS,
  dialAllow: env.DIAL_ALLOW,
  ownNumbers: [env.TWILIO_PHONE_NUMBER],
  limits: { atOnce: env.MAX_CALLS, perCaller: env.MAX_CALLS_PER_CALLER },
  callLogDays: env.CALL_LOG_DAYS,
  password: env.DASHBOARD_PASSWORD ?? null,
  metricsToken: env.METRICS_TOKEN ?? null,
  onEvent: ({ type, worker, task, reservation }) => {
    logger.debug({ code: 'trevent', type, worker: worker?.name, task, reservation }, type);
  },
  recoverEveryMs: 60_000,
  logger,
});

const count = await syncWorkers({ directory, workers: app.workers }).catch(giveUp);
const server = createServer(app.listener);
server.once('error', cannotListen);
server.listen(env.PORT, env.HOST, () => {
  server.off('error', cannotListen);
  // Not before: a process whose port is taken ends here, and its claimed work would wait for the lease.
  app.start();
  if (process.connected) process.send?.('listening');
  console.log(
    `Listening on http://${env.HOST}:${String(env.PORT)}, for workspace ${workspace.name} with ${String(count)} workers`,
  );
  console.log(`Set the number's voice URL to          ${urls.voice}`);
  console.log(`and its call status changes (POST) to  ${urls.status}`);
  console.log(kept);
  for (const line of whoMaySee({ page: 'page of workers', publicBaseUrl: base, ...env })) console.log(line);
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

function cannotListen({ message }: Error): never {
  giveUp(new Error(`Cannot listen on ${env.HOST}:${String(env.PORT)}: ${message}. Set PORT or HOST to another one.`));
}

function giveUp(error: unknown): never {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
