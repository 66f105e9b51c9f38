import type { Call } from './call.js';
import { Conference } from './conference.js';
import type { EndReason, EntrySettings, LeaveReason, LeaveStatus, Membership } from './conference.js';
import { sendConferenceEvent } from './conference-events.js';
import { closeBridges, openBridge } from './bridge.js';
import { startRecording } from './recording.js';
import type { World } from './world.js';

function openBridges(world: World, member: Membership, others: Iterable<Membership>): void {
  let bridged = false;
  for (const other of others) {
    if (other === member) continue;
    bridged = true;
    openBridge(world, member.call, other.call);
  }
  if (!bridged) return;
  for (const one of [...others]) if (one.call.membership === one) world.moment('bridged', one.call);
}

/** Records from the start of the conference to its end, if the first participant asked for it. */
function record(world: World, conference: Conference, [first]: readonly Membership[]): void {
  const wanted = conference.rules.record;
  if (wanted === undefined || first === undefined) return;
  const { callback } = wanted;
  conference.recording = startRecording(world, {
    call: first.call,
    conference,
    source: 'Conference',
    channels: 1,
    callback,
  });
}

function startIfReady(world: World, conference: Conference): void {
  if (conference.started || conference.members.size < 2) return;
  if (![...conference.members.values()].some((member) => member.settings.startOnEnter)) return;
  conference.startedAt = world.clock.now();
  conference.status = 'in-progress';
  sendConferenceEvent(world, conference, 'start');
  const members = [...conference.members.values()];
  record(world, conference, members);
  for (const member of members) {
    member.waiting?.cancel();
    member.waiting = undefined;
  }
  const entered: Membership[] = [];
  for (const member of members) {
    for (const other of entered) {
      openBridge(world, member.call, other.call);
    }
    entered.push(member);
  }
  for (const member of members) {
    if (conference.members.get(member.call.sid) === member) world.moment('bridged', member.call);
  }
}

/** Puts a call into a room, created if needed. Returns undefined if the room is full (16020). */
export function enter(world: World, call: Call, settings: EntrySettings, release: () => void): Membership | undefined {
  let conference = world.rooms.get(settings.name);
  if (conference === undefined) {
    conference = new Conference({ sid: world.ids.sid('CF'), createdAt: world.clock.now(), rules: settings });
    world.rooms.set(settings.name, conference);
    world.conferences.set(conference.sid, conference);
  }
  if (conference.members.size >= conference.rules.maxParticipants) {
    world.debug({
      code: 16020,
      level: 'error',
      message: `Conference ${settings.name} is full (${conference.rules.maxParticipants})`,
      url: undefined,
      callSid: call.sid,
    });
    return undefined;
  }
  const member: Membership = {
    conference,
    call,
    settings,
    hold: false,
    muted: settings.muted,
    since: world.clock.now(),
    waiting: undefined,
    announcing: undefined,
    release,
  };
  conference.members.set(call.sid, member);
  call.membership = member;
  sendConferenceEvent(world, conference, 'join', { member });
  if (settings.beep === 'true' || settings.beep === 'onEnter') {
    world.record('conference', conference.sid, `${conference.name}: beep`, { event: 'beep', call: call.sid });
  }
  if (conference.started) openBridges(world, member, [...conference.members.values()]);
  else startIfReady(world, conference);
  return member;
}

/** Takes a call out of its room, and ends the room if its exit requires that. */
export function leave(
  world: World,
  member: Membership,
  reason: LeaveReason,
  status: LeaveStatus,
  kicked = false,
): void {
  const { conference, call } = member;
  if (conference.members.get(call.sid) !== member) return;
  remove(world, member, reason, status);
  const ends = member.settings.endOnExit && (conference.started || world.toggles.endOnExitWithoutStart);
  const how = kicked ? 'kicked' : 'left';
  if (ends) endConference(world, conference, `participant-with-end-conference-on-exit-${how}`, call.sid);
  else if (conference.members.size === 0) endConference(world, conference, `last-participant-${how}`, call.sid);
}

function remove(world: World, member: Membership, reason: LeaveReason, status: LeaveStatus): void {
  const { conference, call } = member;
  conference.members.delete(call.sid);
  member.waiting?.cancel();
  member.waiting = undefined;
  member.announcing?.cancel();
  member.announcing = undefined;
  call.membership = undefined;
  closeBridges(world, call);
  sendConferenceEvent(world, conference, 'leave', {
    member,
    more: [
      ['ParticipantCallStatus', status],
      ['ReasonParticipantLeft', reason],
    ],
  });
}

/** Ends a room; remaining participants go on at the action of their `<Dial>`. */
export function endConference(world: World, conference: Conference, reason: EndReason, by?: string): void {
  if (conference.status === 'completed') return;
  conference.status = 'completed';
  world.rooms.delete(conference.name);
  const members = [...conference.members.values()];
  const why = reason === 'conference-ended-via-api' ? 'conference_ended_via_api' : 'moderator_ended_conference';
  for (const member of members) remove(world, member, why, member.call.status);
  conference.endedAt = world.clock.now();
  conference.recording?.stop(true);
  conference.reasonEnded = reason;
  conference.endedBy = by;
  if (conference.started || world.toggles.conferenceEndWithoutStart) {
    const more: [string, string][] = [];
    if (by !== undefined) more.push(['CallSidEndingConference', by]);
    more.push(['ReasonConferenceEnded', reason], ['Reason', `Conference ended: ${reason}`]);
    sendConferenceEvent(world, conference, 'end', { more });
  }
  for (const member of members) member.release();
}
