import type { Conference, ConferenceEvent, Membership } from './conference.js';
import { rfc2822 } from './params.js';
import type { World } from './world.js';

const LONG_NAMES: Partial<Record<ConferenceEvent, string>> = {
  start: 'conference-start',
  end: 'conference-end',
  join: 'participant-join',
  leave: 'participant-leave',
};

/** Sends a conference event if the first participant subscribed to it. */
export function sendConferenceEvent(
  world: World,
  conference: Conference,
  event: ConferenceEvent,
  options: { name?: string; member?: Membership; more?: [string, string][] } = {},
): void {
  const name = options.name ?? LONG_NAMES[event] ?? event;
  const { member, more = [] } = options;
  world.record('conference', conference.sid, `${conference.name}: ${name}${member ? ` ${member.call.sid}` : ''}`, {
    event: name,
    call: member?.call.sid,
    ...Object.fromEntries(more),
  });
  const callback = conference.rules.callback;
  if (!callback?.events.has(event)) return;
  const params: [string, string][] = [
    ['StatusCallbackEvent', name],
    ['ConferenceSid', conference.sid],
    ['FriendlyName', conference.name],
    ['AccountSid', world.accountSid],
    ['SequenceNumber', String(conference.sequence++)],
    ['Timestamp', rfc2822(world.clock.now())],
  ];
  if (member !== undefined) {
    params.push(
      ['CallSid', member.call.sid],
      ['Muted', String(member.muted)],
      ['Hold', String(member.hold)],
      ['Coaching', 'false'],
      ['EndConferenceOnExit', String(member.settings.endOnExit)],
      ['StartConferenceOnEnter', String(member.settings.startOnEnter)],
    );
    if (member.settings.label !== undefined) params.push(['ParticipantLabel', member.settings.label]);
  }
  params.push(...more, ['SimulatorUnknownParameter', 'ignore me']);
  world.notify({
    url: callback.url,
    method: callback.method,
    params,
    about: conference.sid,
    name,
    failureCode: 16011,
  });
}
