import { ANNOUNCEMENT, playInBackground } from './background-document.js';
import type { DocumentUrl } from './call.js';
import type { Membership } from './conference.js';
import { sendConferenceEvent } from './conference-events.js';
import { Execution } from './execution.js';
import { load } from './run.js';
import type { World } from './world.js';

/**
 * Plays a document to one participant, who stays in the room: `AnnounceUrl`
 * (twilio.com/docs/voice/api/conference-participant-resource). A second announcement replaces the first.
 */
export async function announce(world: World, member: Membership, document: DocumentUrl): Promise<void> {
  const { conference, call } = member;
  member.announcing?.cancel();
  const run = new Execution(world.clock);
  member.announcing = run;
  const params = [['ConferenceSid', conference.sid]] as const;
  const loaded = await load(world, call, run, { ...document, params }, undefined);
  const ctx = { world, call, run, base: loaded?.base };
  const end = loaded === undefined ? 'failed' : await playInBackground(ctx, loaded, ANNOUNCEMENT);
  if (member.announcing === run) member.announcing = undefined;
  const name = end === 'over' ? 'announcement-end' : 'announcement-fail';
  sendConferenceEvent(world, conference, 'announcement', { name, member });
}
