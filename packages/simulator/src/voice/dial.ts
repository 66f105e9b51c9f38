import type { Element } from '../twiml/element.js';
import { allowsChild } from '../twiml/schema.js';
import { waitsAlone } from '../people/behaviour.js';
import type { ConferenceEvent, EntrySettings } from './conference.js';
import { enter, leave } from './conference-room.js';
import type { Call } from './call.js';
import { playNumber } from './dial-number.js';
import { durationSeconds } from './status-callback.js';
import { playQueue } from './queue.js';
import { playWait, prepareWait } from './wait.js';
import { goTo, methodOf, NEXT, numberOf, refuseNoun, resolveUrl } from './verbs.js';
import type { Stage, Step } from './verbs.js';

const EVENTS = new Set('start end join leave mute hold modify speaker announcement'.split(' '));
const MOST_PARTICIPANTS = 250;

interface Ended {
  readonly status: string;
  readonly bridged: boolean;
  readonly child?: Call;
}

function childParams(child: Call): [string, string][] {
  return [
    ['DialCallSid', child.sid],
    ['DialCallDuration', String(durationSeconds(child))],
  ];
}

function playNoun(stage: Stage, dial: Element, noun: Element): Promise<Ended | undefined> {
  if (noun.name === 'Queue') return playQueue(stage, dial, noun);
  return noun.name === 'Number' ? playNumber(stage, dial, noun) : playConference(stage, dial, noun);
}

function settingsOf(stage: Stage, noun: Element): EntrySettings {
  const { attributes } = noun;
  const callback = attributes['statusCallback'];
  const url = callback === undefined || callback === '' ? undefined : resolveUrl(stage, callback);
  const beep = attributes['beep'];
  return {
    name: noun.text,
    startOnEnter: attributes['startConferenceOnEnter'] !== 'false',
    endOnExit: attributes['endConferenceOnExit'] === 'true',
    muted: attributes['muted'] === 'true',
    beep: beep === 'false' || beep === 'onEnter' || beep === 'onExit' ? beep : 'true',
    maxParticipants: numberOf(noun, 'maxParticipants', MOST_PARTICIPANTS),
    label: attributes['participantLabel'],
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

async function playConference(stage: Stage, dial: Element, noun: Element): Promise<Ended> {
  const { world, call, run } = stage;
  const settings = settingsOf(stage, noun);
  const wait = await prepareWait(stage, noun, world.rooms.get(settings.name)?.started === true);
  if (wait === 'failed') return { status: 'failed', bridged: false };
  const bridgesBefore = call.bridges.length;
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
    // Entering may have ended it all at once: somebody hung up in the moment they were bridged.
    if (call.membership !== member) return;
    if (dial.attributes['hangupOnStar'] === 'true') {
      call.listener = (digit) => {
        if (digit !== '*') return false;
        leave(world, member, 'participant_hung_up', 'in-progress');
        done(true);
        return true;
      };
    }
    if (!member.conference.started) playWait(stage, member, wait);
    if (member.conference.members.size < 2) waitsAlone(world, call);
  });
  return { status: entered ? 'answered' : 'failed', bridged: call.bridges.length > bridgesBefore };
}

/** `<Dial>` (twilio.com/docs/voice/twiml/dial), for conferences and for callers of TaskRouter. */
export async function playDial(stage: Stage, dial: Element): Promise<Step> {
  const { world, call } = stage;
  const nouns = dial.children.filter((child) => allowsChild('Dial', child.name));
  const noun = nouns[0];
  if (noun === undefined || !['Conference', 'Queue', 'Number'].includes(noun.name)) {
    return refuseNoun(stage, noun?.name ?? 'Number');
  }
  if (noun.name === 'Number' && (nouns.length > 1 || Object.keys(noun.attributes).length > 0)) {
    return refuseNoun(stage, 'Number> with attributes, or several <Number');
  }
  const action = dial.attributes['action'];
  const method = methodOf(dial);
  if (action !== undefined && action !== '') {
    const url = resolveUrl(stage, action);
    if (url === undefined) return { to: 'error' };
    call.dialAction = { url, method };
  }
  const what = noun.name === 'Queue' ? (noun.attributes['reservationSid'] ?? noun.text) : noun.text;
  const kind = noun.name.toLowerCase();
  world.record('verb', call.sid, `Dial ${kind} ${what}`, { verb: 'Dial', [kind]: what });
  const ended = await playNoun(stage, dial, noun);
  if (ended === undefined) return refuseNoun(stage, `Number>${noun.text}: nobody is at this number<`);
  call.dialAction = undefined;
  if (action === undefined || action === '') return NEXT;
  return goTo(stage, action, method, [
    ['DialCallStatus', ended.status],
    ...(ended.child === undefined ? [] : childParams(ended.child)),
    ['DialBridged', String(ended.bridged)],
  ]);
}
