// A process of its own: the cost of a whole call while this many others are live, or of a change while the feed has this many
// rows. Answers each message with a cost in µs of CPU time.
import { createMemoryStore } from '@amd/core';
import { manualClock } from '@amd/core/testing';
import { createCallFeed } from '@amd/dashboard';
import { createBench, plain, webhooks } from '../calls.js';
import { changingCalls } from '../changing-calls.js';
import { REQUESTS, WHOLE_CALL } from '../life.js';
import { cpuMs } from '../samples.js';

const [what, given] = process.argv.slice(2);
const size = Number(given);
const run = what === 'feed' ? await feed() : await calls();
process.on('message', () => {
  run().then(
    (cost) => process.send?.(cost),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
process.send?.(0);

/** Time stands still, so live calls stay live. */
async function calls(): Promise<() => Promise<number>> {
  const { endpoint, runtime } = createBench({ clock: manualClock() });
  for (let live = 0; live < size; live += 1) {
    await endpoint.handle(plain(webhooks.inbound(live)));
    await runtime.tick();
  }
  let next = 1_000_000;
  return async () => {
    const count = 100;
    const requests = Array.from({ length: count }, (_, n) =>
      WHOLE_CALL.map(([name]) => plain(REQUESTS[name](next + n))),
    ).flat();
    next += count;
    const before = cpuMs();
    for (const request of requests) {
      await endpoint.handle(request);
      await runtime.tick();
    }
    return ((cpuMs() - before) * 1000) / count;
  };
}

/** Ten changes, a poll of the feed, and the message it sends. */
async function feed(): Promise<() => Promise<number>> {
  const clock = manualClock();
  const store = createMemoryStore();
  const changing = await changingCalls(store, { stayLive: true });
  for (let place = 0; place < size; place += 1) await changing.change(place, clock.now());
  const followed = createCallFeed({ store, clock });
  let bytes = 0;
  followed.on((delta) => (bytes += JSON.stringify(delta).length));
  followed.start();
  const passing = async (): Promise<void> => {
    await clock.advanceBy(100);
    await new Promise(setImmediate);
  };
  await passing();
  let next = 0;
  return async () => {
    const looks = 100;
    const heard = bytes;
    const before = cpuMs();
    for (let look = 0; look < looks; look += 1) {
      for (let n = 0; n < 10; n += 1) {
        await changing.change(next % size, clock.now());
        next += 1;
      }
      followed.nudge();
      await passing();
    }
    if (bytes === heard) throw new Error('the feed told of no change');
    return ((cpuMs() - before) * 1000) / looks;
  };
}
