import { createServer } from 'node:http';
import { realClock } from '@amd/simulator';
import type { Clock } from '@amd/core';
import { createApp } from '../app.js';
import { createLogger } from '../../../shared/src/operators/logger.js';
import { clientAt } from '../../../shared/src/demo/client-at.js';
import { openStore } from '../../../shared/src/open-store.js';
import { printLine } from '../../../shared/src/demo/server.js';
import type { Begin, ClockReading, FromApp, ToApp } from './chaos-messages.js';
import { remotePhone, type RemotePhone } from './remote-phone.js';

// The app as a process of its own, which the demo kills: all it knows afterwards is in its file.
const tell = (message: FromApp): void => void process.send?.(message);
let clock: FollowingClock | undefined;
let phone: RemotePhone | undefined;

process.on('message', (message: ToApp) => {
  if (message.type === 'begin') {
    begin(message).catch((error: unknown) => {
      tell({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
    });
  } else if (message.type === 'clock') clock?.follow(message.clock);
  else phone?.hear(message);
});
// Without the demo there are no callers.
process.once('disconnect', () => process.exit(0));
// A Ctrl-C at the terminal reaches both; the demo stops this process when it is done.
process.on('SIGINT', () => undefined);

async function begin(given: Begin): Promise<void> {
  const { accountSid, authToken, apiUrl, url, number, team } = given;
  clock = followingClock(given.clock);
  phone = remotePhone(given.phone, tell);
  const options = new Map(given.options);
  const logger = createLogger({ level: 'error', secrets: [authToken], destination: { write: printLine } });
  const { store } = await openStore({ AMD_DATA: given.folder }, logger);
  const app = createApp({
    client: clientAt(apiUrl, accountSid, authToken),
    accountSid,
    authTokens: [authToken],
    publicBaseUrl: url,
    configured: new Map([[number, team]]),
    callOptions: (call) => options.get(call.from),
    dialAllow: ['+1415555*'],
    ownNumbers: [number],
    limits: { atOnce: 100, perCaller: { calls: 100, seconds: 60 } },
    callLogDays: 1,
    password: null,
    phone: phone.panel,
    store,
    clock,
    logger,
  });
  const server = createServer(app.listener);
  app.attach(server);
  app.runtime.start();
  server.once('error', ({ message }) => {
    tell({ type: 'failed', reason: `${message}. Was the port taken meanwhile? Give another one with --port N` });
  });
  server.listen(given.port, given.host, () => {
    tell({ type: 'ready' });
  });
}

interface FollowingClock extends Clock {
  follow(reading: ClockReading): void;
}

/** Follows the simulator's time from another process: the same at each reading, and as fast from then on. */
function followingClock(first: ClockReading): FollowingClock {
  const own = realClock({ speed: first.speed });
  let ahead = 0;
  const follow = ({ real, simulated, speed }: ClockReading): void => {
    own.setSpeed(speed);
    ahead = simulated + (Date.now() - real) * speed - own.now();
  };
  follow(first);
  return {
    now: () => Math.round(own.now() + ahead),
    wakeAt: (at, run) => own.wakeAt(at - ahead, run),
    follow,
  };
}
