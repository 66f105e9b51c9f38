import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { fileURLToPath } from 'node:url';
import { watchConnections } from '../../shared/src/operators/connections.js';
import { drain, FINISH_MS, onStopSignal } from '../../shared/src/operators/stop.js';
import { createBalancer, type Target } from './balancer.js';
import { createChildren } from './children.js';
import { watchReadiness } from './readiness.js';

// Two processes of the forwarding example on one Redis, behind a load balancer. A process that ends is started again.
const envFile = fileURLToPath(new URL('../../../.env', import.meta.url));
if (existsSync(envFile)) loadEnvFile(envFile);

const port = Number(process.env['PORT'] ?? 5000);
const host = process.env['HOST'] ?? '127.0.0.1';
const count = Number(process.env['PROCESSES'] ?? 2);
const drainMs = Number(process.env['DRAIN_SECONDS'] ?? 2) * 1000;
if (!(Number.isInteger(port) && port > 0) || !(Number.isInteger(count) && count > 0 && count <= 32)) {
  console.error('PORT must be a port, and PROCESSES a whole number from 1 to 32.');
  process.exit(1);
}
if (!(drainMs >= 0 && drainMs <= 40_000)) {
  console.error('DRAIN_SECONDS must be a number of seconds from 0 to 40.');
  process.exit(1);
}
if ((process.env['REDIS_URL'] ?? '') === '') {
  console.error(
    'Several processes need a Redis for their state: set REDIS_URL, such as redis://127.0.0.1:6379.\nTo try it: redis-server --appendonly yes',
  );
  process.exit(1);
}

/** A process serves longer than the load balancer, which passes the last requests on to it. */
const childDrainMs = drainMs * 1.5;
/** A little more than a process takes to finish its work in progress. */
const STOP_MS = childDrainMs + FINISH_MS + 2000;
const targets: Target[] = Array.from({ length: count }, (_, index) => ({ port: port + 1 + index }));
// Often enough to notice a process that stops before it closes.
const readiness = watchReadiness(targets, Math.min(1000, Math.max(100, drainMs / 2)));
let stopping = false;

const children = createChildren({
  script: fileURLToPath(new URL('../../forwarding/dist/start.js', import.meta.url)),
  targets,
  env: { HOST: '127.0.0.1', DRAIN_SECONDS: String(childDrainMs / 1000) },
  onHopeless: () => {
    console.error('It could not be started: see above.');
    stop(1);
  },
});
const balancer = createBalancer(targets, readiness.isReady);
const connections = watchConnections(balancer);
balancer.on('error', (error) => {
  console.error(`The balancer cannot listen on ${host}:${String(port)}: ${error.message}. Set PORT or HOST.`);
  stop(1);
});
balancer.listen(port, host, () => {
  const ports = targets.map((target) => String(target.port)).join(', ');
  console.log(`The balancer listens on http://${host}:${String(port)}, its ${String(count)} processes on ${ports}.`);
});
onStopSignal(() => {
  stop(0);
});

/** Stops everything. Calls on the line go on at Twilio; their remaining work is in Redis, for the next start. */
function stop(exitCode: number): void {
  if (stopping) return;
  stopping = true;
  setTimeout(() => {
    console.error('A process took too long to stop: it is ended.');
    children.kill();
    process.exit(1);
  }, STOP_MS).unref();
  const ended = children.stop();
  const app = {
    // Its processes count; their answers are passed on.
    unready: () => undefined,
    drain: (closed: Promise<void>) => closed,
  };
  const left = exitCode === 0 ? new Promise((resolve) => setTimeout(resolve, drainMs)) : Promise.resolve();
  void Promise.all([ended, drain(connections, app, { left, quietMs: drainMs })]).then(([worst]) => {
    readiness.stop();
    process.exit(exitCode === 0 ? worst : exitCode);
  });
}
