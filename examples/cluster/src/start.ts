import { fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import { fileURLToPath } from 'node:url';
import { onStopSignal } from '../../shared/src/operators/stop.js';
import { createBalancer, type Target } from './balancer.js';
import { watchReadiness } from './readiness.js';

// Two processes of the forwarding example on one Redis, behind a balancer. A process that ends is started again.
const envFile = fileURLToPath(new URL('../../../.env', import.meta.url));
if (existsSync(envFile)) loadEnvFile(envFile);

const port = Number(process.env['PORT'] ?? 5000);
const host = process.env['HOST'] ?? '127.0.0.1';
const count = Number(process.env['PROCESSES'] ?? 2);
if (!(Number.isInteger(port) && port > 0) || !(Number.isInteger(count) && count > 0 && count <= 32)) {
  console.error('PORT must be a port, and PROCESSES a whole number from 1 to 32.');
  process.exit(1);
}
if ((process.env['REDIS_URL'] ?? '') === '') {
  console.error(
    'Several processes need a Redis for their state: set REDIS_URL, such as redis://127.0.0.1:6379.\nTo try it: redis-server --appendonly yes',
  );
  process.exit(1);
}

const RESTART_MS = 1000;
/** A little more than a process takes to finish what is under way. */
const STOP_MS = 12_000;
const app = fileURLToPath(new URL('../../forwarding/dist/start.js', import.meta.url));
const targets: Target[] = Array.from({ length: count }, (_, index) => ({ port: port + 1 + index }));
const children = new Map<Target, ChildProcess>();
const readiness = watchReadiness(targets);
let stopping = false;

for (const target of targets) start(target);
const balancer = createBalancer(targets, readiness.isReady).listen(port, host, () => {
  const ports = targets.map((target) => String(target.port)).join(', ');
  console.log(`The balancer listens on http://${host}:${String(port)}, its ${String(count)} processes on ${ports}.`);
});
balancer.on('error', (error) => {
  console.error(`The balancer cannot listen on ${host}:${String(port)}: ${error.message}. Set PORT or HOST.`);
  stop(1);
});
onStopSignal(() => {
  stop(0);
});

function start(target: Target): void {
  const env = { ...process.env, PORT: String(target.port), HOST: '127.0.0.1' };
  const child = fork(app, [], { env });
  children.set(target, child);
  child.once('exit', (code, signal) => {
    children.delete(target);
    if (stopping) return;
    if (code !== null && code !== 0 && !readiness.wasReady()) {
      console.error('It could not be started: see above.');
      stop(1);
      return;
    }
    console.error(
      `The process on port ${String(target.port)} has ended (${signal ?? String(code)}); it is started again.`,
    );
    setTimeout(() => {
      if (!stopping) start(target);
    }, RESTART_MS);
  });
}

/** Calls on the line go on at Twilio; what is left to do for them is in Redis, for whoever starts next. */
function stop(exitCode: number): void {
  stopping = true;
  readiness.stop();
  balancer.close();
  const ended = [...children.values()].map((child) => new Promise((resolve) => child.once('exit', resolve)));
  for (const child of children.values()) child.kill('SIGTERM');
  setTimeout(() => process.exit(1), STOP_MS).unref();
  void Promise.all(ended).then(() => process.exit(exitCode));
}
