import type { Element } from '../twiml/element.js';
import { Execution } from './execution.js';
import { playGather } from './gather.js';
import { load } from './run.js';
import type { Loaded } from './run.js';
import { endCall } from './lifecycle.js';
import { goTo, methodOf, playSound, resolveUrl } from './verbs.js';
import type { Stage } from './verbs.js';
import type { Queued } from './queue.js';
import { hostedByTwilio } from './wait.js';

/** A document that says nothing is not asked for again in a busy loop, ms. */
const SHORTEST_ROUND_MS = 1000;

/** What a waiting caller hears: music, or a document that is asked for again whenever it is over. */
export function playQueueWait(stage: Stage, verb: Element, queued: Queued): void {
  const { world, call } = stage;
  const address = verb.attributes['waitUrl'];
  const url = address === undefined || address === '' ? undefined : resolveUrl(stage, address);
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
      let loaded = await load(world, call, run, { url, method, params }, undefined);
      if (loaded === undefined) return;
      while (loaded !== undefined) loaded = await playOnce({ ...stage, run, base: loaded.base }, loaded, queued);
      const took = world.clock.now() - began;
      if (took < SHORTEST_ROUND_MS) await run.sleep(SHORTEST_ROUND_MS - took);
    }
  })();
}

/** One document; the next one if it leads to another. */
async function playOnce(stage: Stage, loaded: Loaded, queued: Queued): Promise<Loaded | undefined> {
  const { world, call, run } = stage;
  for (const verb of loaded.root.children) {
    switch (verb.name) {
      case 'Say':
      case 'Play':
      case 'Pause':
        await playSound(stage, verb);
        break;
      case 'Gather': {
        const step = await playGather(stage, verb);
        if (step.to === 'source') return load(world, call, run, step.source, undefined);
        break;
      }
      case 'Redirect': {
        const step = goTo(stage, verb.text, methodOf(verb), []);
        return step.to === 'source' ? load(world, call, run, step.source, undefined) : undefined;
      }
      case 'Leave':
        queued.release('leave');
        return run.guard(new Promise(() => undefined));
      case 'Hangup':
        endCall(world, call, { status: 'completed', sip: 200, reason: '<Hangup/> while waiting' });
        return undefined;
      default:
        world.debug({
          code: 13238,
          level: 'error',
          message: `<${verb.name}> is not allowed in a queue's waitUrl document`,
          url: loaded.base,
          callSid: call.sid,
        });
    }
  }
  return undefined;
}
