import type { Element } from '../twiml/element.js';
import { CONFERENCE_WAIT, playInBackground } from './background-document.js';
import { Execution } from './execution.js';
import type { Membership } from './conference.js';
import { load } from './run.js';
import type { Loaded } from './run.js';
import { methodOf, resolveUrl } from './verbs.js';
import type { VerbContext } from './verbs.js';

/** What a lone participant hears: silence, music that is not fetched, or a document. */
export type Wait = 'silence' | 'music' | Loaded;

/** True for audio that Twilio hosts itself, which is not fetched. */
export function hostedByTwilio(url: string): boolean {
  const host = new URL(url).hostname;
  return (
    host === 'twimlets.com' ||
    /(^|\.)twilio\.com$/.test(host) ||
    host.startsWith('com.twilio.') ||
    /(^|\.)twimlets\.com$/.test(host)
  );
}

/** Fetches the wait document before the participant enters: if it is not available, they do not enter at all. */
export async function prepareWait(ctx: VerbContext, noun: Element, started: boolean): Promise<Wait | 'failed'> {
  const { world, call, run } = ctx;
  const address = noun.attributes['waitUrl'];
  if (address === undefined) return 'music';
  if (address === '' || started) return 'silence';
  const url = resolveUrl(ctx, address);
  if (url === undefined) return 'failed';
  if (hostedByTwilio(url)) return 'music';
  const source = { url, method: methodOf(noun, 'waitMethod'), params: [['ConferenceName', noun.text]] as const };
  return (await load(world, call, run, source, undefined)) ?? 'failed';
}

/** Plays a wait document once (twilio.com/docs/voice/twiml/conference): it repeats only through its own `<Redirect>`. */
export function playWait(ctx: VerbContext, member: Membership, wait: Wait): void {
  const { world, call } = ctx;
  if (wait === 'silence') return;
  if (wait === 'music') {
    world.record('conference', member.conference.sid, `${call.sid} hears hold music`, { event: 'music' });
    return;
  }
  const run = new Execution(world.clock);
  member.waiting = run;
  void playInBackground({ ...ctx, run }, wait, CONFERENCE_WAIT);
}
