import type { Element } from '../twiml/element.js';
import { playInBackground, QUEUE_WAIT } from './background-document.js';
import { Execution } from './execution.js';
import { load } from './run.js';
import { endCall } from './lifecycle.js';
import { methodOf, resolveUrl } from './verbs.js';
import type { VerbContext } from './verbs.js';
import type { Queued } from './queue.js';
import { hostedByTwilio } from './wait.js';

/** Shortest time between two fetches of a wait document, ms: an empty one would be fetched in a busy loop. */
const SHORTEST_ROUND_MS = 1000;

/** Plays to a waiting caller: music, or a document that is fetched again whenever it is over. */
export function playQueueWait(ctx: VerbContext, verb: Element, queued: Queued): void {
  const { world, call } = ctx;
  const address = verb.attributes['waitUrl'];
  const url = address === undefined || address === '' ? undefined : resolveUrl(ctx, address);
  if (url === undefined || hostedByTwilio(url)) {
    world.record('verb', call.sid, `${call.from} hears hold music in the queue`, { event: 'music' });
    return;
  }
  const run = new Execution(world.clock);
  queued.waiting = run;
  const method = methodOf(verb, 'waitUrlMethod');
  void (async () => {
    for (;;) {
      const began = world.clock.now();
      const seconds = String(Math.round((began - queued.since) / 1000));
      const params = [
        ['QueueSid', queued.sid],
        ['QueuePosition', '1'],
        ['QueueTime', seconds],
        ['AvgQueueTime', '0'],
        ['CurrentQueueSize', '1'],
        ['MaxQueueSize', '1000'],
      ] as const;
      const loaded = await load(world, call, run, { url, method, params }, undefined);
      if (loaded === undefined) return;
      const end = await playInBackground({ ...ctx, run }, loaded, QUEUE_WAIT);
      if (end === 'leave') {
        queued.release('leave');
        return;
      }
      if (end === 'hangup') {
        endCall(world, call, { status: 'completed', sip: 200, reason: '<Hangup/> while waiting' });
        return;
      }
      const took = world.clock.now() - began;
      if (took < SHORTEST_ROUND_MS) await run.sleep(SHORTEST_ROUND_MS - took);
    }
  })();
}
