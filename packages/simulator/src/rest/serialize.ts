import type { Call } from '../voice/call.js';
import type { Conference, Membership } from '../voice/conference.js';
import { rfc2822 } from '../voice/params.js';
import { durationSeconds } from '../voice/status-callback.js';
import type { World } from '../voice/world.js';

const date = (at: number | undefined): string | null => (at === undefined ? null : rfc2822(at));

function formatted(number: string): string {
  const parts = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return parts === null ? number : `(${parts[1]}) ${parts[2]}-${parts[3]}`;
}

const account = (world: World): string => `/2010-04-01/Accounts/${world.accountSid}`;

/** A Call resource (twilio.com/docs/voice/api/call-resource); just created, its dates are null. */
export function callJson(world: World, call: Call, options: { fresh?: boolean } = {}): Record<string, unknown> {
  const uri = `${account(world)}/Calls/${call.sid}`;
  const number = world.numbers.get(call.direction === 'inbound' ? call.to : call.from);
  return {
    sid: call.sid,
    account_sid: world.accountSid,
    api_version: '2010-04-01',
    status: call.status,
    direction: call.direction,
    to: call.to,
    to_formatted: formatted(call.to),
    from: call.from,
    from_formatted: formatted(call.from),
    phone_number_sid: number?.sid ?? null,
    parent_call_sid: call.parent?.sid ?? null,
    group_sid: null,
    trunk_sid: null,
    answered_by: call.answeredBy ?? null,
    caller_name: null,
    forwarded_from: null,
    annotation: null,
    date_created: options.fresh === true ? null : date(call.createdAt),
    date_updated: options.fresh === true ? null : date(call.endedAt ?? call.answeredAt ?? call.createdAt),
    start_time: date(call.answeredAt ?? call.endedAt),
    end_time: date(call.endedAt),
    duration: call.endedAt === undefined ? null : String(durationSeconds(call)),
    price: null,
    price_unit: 'USD',
    queue_time: String(call.queueMs),
    uri: `${uri}.json`,
    subresource_uris: {
      notifications: `${uri}/Notifications.json`,
      recordings: `${uri}/Recordings.json`,
      events: `${uri}/Events.json`,
    },
  };
}

/** A Conference resource (twilio.com/docs/voice/api/conference-resource). */
export function conferenceJson(world: World, conference: Conference): Record<string, unknown> {
  const uri = `${account(world)}/Conferences/${conference.sid}`;
  return {
    sid: conference.sid,
    account_sid: world.accountSid,
    api_version: '2010-04-01',
    friendly_name: conference.name,
    status: conference.status,
    region: 'us1',
    reason_conference_ended: conference.reasonEnded ?? null,
    call_sid_ending_conference: conference.endedBy ?? null,
    date_created: date(conference.createdAt),
    date_updated: date(conference.endedAt ?? conference.startedAt ?? conference.createdAt),
    uri: `${uri}.json`,
    subresource_uris: { participants: `${uri}/Participants.json`, recordings: `${uri}/Recordings.json` },
  };
}

/** A Participant resource (twilio.com/docs/voice/api/conference-participant-resource). */
export function participantJson(world: World, member: Membership): Record<string, unknown> {
  const { conference, call } = member;
  return {
    account_sid: world.accountSid,
    conference_sid: conference.sid,
    call_sid: call.sid,
    label: member.settings.label ?? null,
    call_sid_to_coach: null,
    coaching: false,
    muted: member.muted,
    hold: member.hold,
    status: 'connected',
    queue_time: '0',
    start_conference_on_enter: member.settings.startOnEnter,
    end_conference_on_exit: member.settings.endOnExit,
    date_created: date(member.since),
    date_updated: date(member.since),
    uri: `${account(world)}/Conferences/${conference.sid}/Participants/${call.sid}.json`,
  };
}
