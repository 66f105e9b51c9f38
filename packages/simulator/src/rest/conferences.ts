import { announce } from '../voice/announce.js';
import type { Conference, Membership } from '../voice/conference.js';
import { endConference, leave } from '../voice/conference-room.js';
import { sendConferenceEvent } from '../voice/conference-events.js';
import type { World } from '../voice/world.js';
import { RestRefusal, unsupported } from './errors.js';
import type { RestReply } from './errors.js';
import { field, methodField, onlyKnown, urlField } from './form.js';
import { page } from './list.js';
import { conferenceJson, participantJson } from './serialize.js';

/** `GET /Conferences`, filtered by `FriendlyName` and `Status`. */
export function listConferences(world: World, path: string, query: URLSearchParams): RestReply {
  const name = query.get('FriendlyName');
  const status = query.get('Status');
  const found = [...world.conferences.values()]
    .filter((one) => (name === null || one.name === name) && (status === null || one.status === status))
    .reverse();
  return page(path, query, 'conferences', found, (one) => conferenceJson(world, one));
}

/** `POST /Conferences/{Sid}`: `Status=completed` sends all participants to the action of their `<Dial>`. */
export function updateConference(world: World, conference: Conference, form: URLSearchParams): RestReply {
  onlyKnown(form, new Set(['Status']), 'Conferences/{Sid}');
  const status = field(form, 'Status');
  if (status !== undefined && status !== 'completed') throw new RestRefusal(20001, `Invalid Status: ${status}`);
  if (status === 'completed') endConference(world, conference, 'conference-ended-via-api');
  return { status: 200, body: conferenceJson(world, conference) };
}

/** Finds a conference by SID, or by the name of a room that can be entered. */
export function findConference(world: World, id: string, path: string): Conference {
  const found = world.conferences.get(id) ?? world.rooms.get(decodeURIComponent(id));
  if (found === undefined) throw new RestRefusal(20404, `The requested resource ${path} was not found`);
  return found;
}

function findMember(conference: Conference, id: string, path: string): Membership {
  const member =
    conference.members.get(id) ??
    [...conference.members.values()].find((one) => one.settings.label === decodeURIComponent(id));
  if (member === undefined) throw new RestRefusal(20404, `The requested resource ${path} was not found`);
  return member;
}

const PARTICIPANT: ReadonlySet<string> = new Set(
  'Muted Hold EndConferenceOnExit AnnounceUrl AnnounceMethod'.split(' '),
);

function updateParticipant(world: World, member: Membership, form: URLSearchParams): RestReply {
  onlyKnown(form, PARTICIPANT, 'Participants/{Sid}');
  const { conference } = member;
  const muted = field(form, 'Muted');
  const hold = field(form, 'Hold');
  const endOnExit = field(form, 'EndConferenceOnExit');
  const announceUrl = urlField(form, 'AnnounceUrl', 21205);
  const announceMethod = methodField(form, 'AnnounceMethod');
  if (muted !== undefined && member.muted !== (muted === 'true')) {
    member.muted = muted === 'true';
    sendConferenceEvent(world, conference, 'mute', {
      name: member.muted ? 'participant-mute' : 'participant-unmute',
      member,
    });
  }
  if (hold !== undefined && member.hold !== (hold === 'true')) {
    member.hold = hold === 'true';
    sendConferenceEvent(world, conference, 'hold', {
      name: member.hold ? 'participant-hold' : 'participant-unhold',
      member,
    });
  }
  if (endOnExit !== undefined) {
    member.settings = { ...member.settings, endOnExit: endOnExit === 'true' };
    sendConferenceEvent(world, conference, 'modify', { name: 'participant-modify', member });
  }
  if (announceUrl !== undefined) void announce(world, member, { url: announceUrl, method: announceMethod });
  return { status: 200, body: participantJson(world, member) };
}

/** `/Conferences/{Sid}/Participants…`: list, fetch, update, remove; adding one is refused. */
export function participants(
  world: World,
  conference: Conference,
  request: { method: string; path: string; query: URLSearchParams; form: URLSearchParams },
  id: string | undefined,
): RestReply {
  const { method, path, query, form } = request;
  if (id === undefined) {
    if (method !== 'GET') throw unsupported('adding conference participants by REST');
    return page(path, query, 'participants', [...conference.members.values()], (one) => participantJson(world, one));
  }
  const member = findMember(conference, id, path);
  if (method === 'GET') return { status: 200, body: participantJson(world, member) };
  if (method === 'POST') return updateParticipant(world, member, form);
  leave(world, member, 'participant_updated_via_api', 'in-progress', true);
  member.release();
  return { status: 204, body: undefined };
}
