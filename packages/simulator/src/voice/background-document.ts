import { allowsChild } from '../twiml/schema.js';
import { playGather } from './gather.js';
import { load } from './run.js';
import type { Loaded } from './run.js';
import { goTo, methodOf, playSound } from './verbs.js';
import type { VerbContext, Step } from './verbs.js';

/** A kind of document that plays beside what its call executes: where, and which verbs it may contain. */
export interface BackgroundDocument {
  readonly where: string;
  readonly verbs: ReadonlySet<string>;
}

/** How such a document ended. `failed`: the debugger says why. */
export type BackgroundEnd = 'over' | 'failed' | 'leave' | 'hangup';

const SOUNDS = ['Say', 'Play', 'Pause', 'Redirect'];
export const CONFERENCE_WAIT: BackgroundDocument = { where: 'a conference waitUrl document', verbs: new Set(SOUNDS) };
export const ANNOUNCEMENT: BackgroundDocument = { where: 'an announcement', verbs: new Set(SOUNDS) };
export const QUEUE_WAIT: BackgroundDocument = {
  where: "a queue's waitUrl document",
  verbs: new Set([...SOUNDS, 'Gather', 'Leave', 'Hangup']),
};
export const QUEUE_WHISPER: BackgroundDocument = {
  where: 'the document of a <Queue url>',
  verbs: new Set([...SOUNDS, 'Gather', 'Hangup']),
};

/** Plays such a document, and those its `<Redirect>` and `<Gather>` lead to. */
export async function playInBackground(
  ctx: VerbContext,
  first: Loaded,
  kind: BackgroundDocument,
): Promise<BackgroundEnd> {
  let loaded: Loaded | undefined = first;
  while (loaded !== undefined) {
    const step: BackgroundEnd | Step = await playOne({ ...ctx, base: loaded.base }, loaded, kind);
    if (typeof step === 'string') return step;
    loaded = step.to === 'source' ? await load(ctx.world, ctx.call, ctx.run, step.source, undefined) : undefined;
  }
  return 'failed';
}

async function playOne(
  ctx: VerbContext,
  { root }: Loaded,
  { where, verbs }: BackgroundDocument,
): Promise<BackgroundEnd | Step> {
  const { world, call, base: url } = ctx;
  for (const verb of root.children.filter(({ name }) => allowsChild('Response', name))) {
    if (!verbs.has(verb.name)) {
      // The code is that of a conference's waitUrl (twilio.com/docs/api/errors/13238).
      const message = `<${verb.name}> is not allowed in ${where}`;
      world.debug({ code: 13_238, level: 'error', message, url, callSid: call.sid });
      return 'failed';
    }
    if (verb.name === 'Leave') return 'leave';
    if (verb.name === 'Hangup') return 'hangup';
    if (verb.name === 'Redirect') return goTo(ctx, verb.text, methodOf(verb), []);
    if (verb.name === 'Gather') {
      const step = await playGather(ctx, verb);
      if (step.to !== 'next') return step;
    } else await playSound(ctx, verb);
  }
  return 'over';
}
