import { allowsChild } from '../twiml/schema.js';
import { playGather } from './gather.js';
import { load } from './run.js';
import type { Loaded } from './run.js';
import { goTo, methodOf, playSound } from './verbs.js';
import type { Stage, Step } from './verbs.js';

/** A document that plays beside what its call executes: where, and which verbs it may have there. */
export interface Aside {
  readonly where: string;
  readonly verbs: ReadonlySet<string>;
}

/** How such a document came out. `failed`: the debugger says why. */
export type AsideEnd = 'over' | 'failed' | 'leave' | 'hangup';

const SOUNDS = ['Say', 'Play', 'Pause', 'Redirect'];
export const CONFERENCE_WAIT: Aside = { where: 'a conference waitUrl document', verbs: new Set(SOUNDS) };
export const ANNOUNCEMENT: Aside = { where: 'an announcement', verbs: new Set(SOUNDS) };
export const QUEUE_WAIT: Aside = {
  where: "a queue's waitUrl document",
  verbs: new Set([...SOUNDS, 'Gather', 'Leave', 'Hangup']),
};
export const QUEUE_WHISPER: Aside = {
  where: 'the document of a <Queue url>',
  verbs: new Set([...SOUNDS, 'Gather', 'Hangup']),
};

/** Plays such a document, and whatever it leads to. */
export async function playAside(stage: Stage, first: Loaded, aside: Aside): Promise<AsideEnd> {
  let loaded: Loaded | undefined = first;
  while (loaded !== undefined) {
    const step: AsideEnd | Step = await playOne({ ...stage, base: loaded.base }, loaded, aside);
    if (typeof step === 'string') return step;
    loaded = step.to === 'source' ? await load(stage.world, stage.call, stage.run, step.source, undefined) : undefined;
  }
  return 'failed';
}

async function playOne(stage: Stage, { root }: Loaded, { where, verbs }: Aside): Promise<AsideEnd | Step> {
  const { world, call, base: url } = stage;
  for (const verb of root.children.filter(({ name }) => allowsChild('Response', name))) {
    if (!verbs.has(verb.name)) {
      // The code is that of a conference's waitUrl (twilio.com/docs/api/errors/13238).
      const message = `<${verb.name}> is not allowed in ${where}`;
      world.debug({ code: 13_238, level: 'error', message, url, callSid: call.sid });
      return 'failed';
    }
    if (verb.name === 'Leave') return 'leave';
    if (verb.name === 'Hangup') return 'hangup';
    if (verb.name === 'Redirect') return goTo(stage, verb.text, methodOf(verb), []);
    if (verb.name === 'Gather') {
      const step = await playGather(stage, verb);
      if (step.to !== 'next') return step;
    } else await playSound(stage, verb);
  }
  return 'over';
}
