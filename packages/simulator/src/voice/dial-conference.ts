import type { Element } from '../twiml/element.js';
import { waitsAlone } from '../people/behaviour.js';
import type { ConferenceEvent, EntrySettings } from './conference.js';
import { enter, leave } from './conference-room.js';
import type { Dialling, DialOutcome } from './dialling.js';
import { recordingCallback } from './recording.js';
import { playWait, prepareWait } from './wait.js';
import { methodOf, numberOf, resolveUrl } from './verbs.js';
import type { VerbContext } from './verbs.js';

const EVENTS = new Set('start end join leave mute hold modify speaker announcement'.split(' '));
const MOST_PARTICIPANTS = 250;

function settingsOf(ctx: VerbContext, noun: Element): EntrySettings {
  const { attributes } = noun;
  const callback = attributes['statusCallback'];
  const url = callback === undefined || callback === '' ? undefined : resolveUrl(ctx, callback);
  const beep = attributes['beep'];
  return {
    name: noun.text,
    startOnEnter: attributes['startConferenceOnEnter'] !== 'false',
    endOnExit: attributes['endConferenceOnExit'] === 'true',
    muted: attributes['muted'] === 'true',
    beep: beep === 'false' || beep === 'onEnter' || beep === 'onExit' ? beep : 'true',
    maxParticipants: numberOf(noun, 'maxParticipants', MOST_PARTICIPANTS),
    label: attributes['participantLabel'],
    record: attributes['record'] === 'record-from-start' ? { callback: recordingCallback(ctx, noun) } : undefined,
    callback:
      url === undefined
        ? undefined
        : {
            url,
            method: methodOf(noun, 'statusCallbackMethod'),
            events: new Set(
              (attributes['statusCallbackEvent'] ?? '').split(/\s+/).filter((event) => EVENTS.has(event)),
            ) as ReadonlySet<ConferenceEvent>,
          },
  };
}

/** Executes `<Dial><Conference>` (twilio.com/docs/voice/twiml/conference); returns whether they could enter. */
export async function dialConference(
  ctx: VerbContext,
  dial: Element,
  noun: Element,
  dialling: Dialling,
): Promise<DialOutcome> {
  const { world, call, run } = ctx;
  const settings = settingsOf(ctx, noun);
  const wait = await prepareWait(ctx, noun, world.rooms.get(settings.name)?.started === true);
  if (wait === 'failed') return { status: 'failed' };
  const entered = await new Promise<boolean>((resolve) => {
    const done = (value: boolean): void => {
      stopLimit();
      call.listener = undefined;
      if (run.alive) resolve(value);
    };
    const stopLimit = world.clock.wakeAt(world.clock.now() + numberOf(dial, 'timeLimit', 14_400) * 1000, () => {
      if (call.membership !== undefined) leave(world, call.membership, 'participant_hung_up', 'in-progress');
      done(true);
    });
    run.onCancel(stopLimit);
    const member = enter(world, call, settings, () => done(true));
    if (member === undefined) {
      done(false);
      return;
    }
    // Entering may have ended it all at once: a party may hang up at the moment they are bridged.
    if (call.membership !== member) return;
    dialling.recording.answered();
    if (dial.attributes['hangupOnStar'] === 'true') {
      call.listener = (digit) => {
        if (digit !== '*') return false;
        leave(world, member, 'participant_hung_up', 'in-progress');
        done(true);
        return true;
      };
    }
    if (!member.conference.started) playWait(ctx, member, wait);
    if (member.conference.members.size < 2) waitsAlone(world, call);
  });
  return { status: entered ? 'answered' : 'failed' };
}
