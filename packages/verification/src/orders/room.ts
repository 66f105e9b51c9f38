import type { CallbackRef } from '@amd/core';
import type { Call, Calls, CallEnvironment, VerbOf } from './call.js';

type Room = VerbOf<'dial.conference'>;

/** Creates the room of one caller (twilio.com/docs/voice/twiml/conference). Returns the way in. */
export function createRoom(environment: CallEnvironment, calls: Calls): (call: Call, verb: Room) => void {
  const { order } = environment;
  const inside: { call: Call; verb: Room }[] = [];
  let events: CallbackRef | null = null;
  let started = false;
  let ending = false;
  let conference = 0;

  const tellOf = (event: string, more: Readonly<Record<string, string>> = {}): void => {
    const ConferenceSid = `CF${String(conference).padStart(32, '0')}`;
    if (events !== null) calls.notify(events, { StatusCallbackEvent: event, ConferenceSid, ...more });
  };

  function enter(call: Call, verb: Room): void {
    const others = inside.filter((one) => (one.call.leg === 0) === (call.leg === 0));
    if (call.leg > 0 && others.length > 0) order.broke('two people are with one caller', 'both were sent to the room');
    if (inside.length >= verb.maxParticipants) {
      order.meet('a room that is full');
      calls.later(call, 300, () => calls.ask(call, verb.action as CallbackRef, { DialCallStatus: 'failed' }));
      return;
    }
    if (inside.length === 0) {
      conference += 1;
      // Only the first participant decides where events go (twilio.com/docs/voice/twiml/conference).
      events = verb.statusCallback as CallbackRef;
    }
    inside.push({ call, verb });
    calls.settled(call);
    call.leave = (why) =>
      exit(call, why === 'over' ? 'participant_hung_up' : 'participant_updated_via_api', why === 'over');
    tellOf('participant-join', { CallSid: call.sid });
    if (call.leg === 0 && verb.wait !== undefined && verb.wait !== 'silence' && 'purpose' in verb.wait)
      calls.overhear(call, verb.wait);
    const other = inside.find((one) => one.call !== call);
    if (other === undefined) {
      calls.waits(call);
      if (call.leg === 0 && order.trouble('the room is ended by an accident', 0.02)) {
        calls.later(call, order.below(30_000), () => end('conference_ended_via_api'));
      }
      return;
    }
    if (!started) tellOf('conference-start');
    started = true;
    const [leg, theCaller] = call.leg === 0 ? [other.call, call] : [call, other.call];
    environment.joined(leg, theCaller);
    calls.talk(leg, theCaller, (who) => calls.finish(who, 'completed', 'themselves'));
    if (order.trouble('the room is ended by an accident', 0.02)) {
      calls.later(leg, order.below(20_000), () => end('conference_ended_via_api'));
    }
  }

  function exit(call: Call, reason: string, asks: boolean): void {
    const at = inside.findIndex((one) => one.call === call);
    const one = inside[at];
    if (one === undefined) return;
    inside.splice(at, 1);
    call.leave = null;
    call.talking = false;
    calls.waits(call);
    tellOf('participant-leave', {
      CallSid: call.sid,
      ParticipantCallStatus: call.status,
      ReasonParticipantLeft: reason,
    });
    if (asks) calls.ask(call, one.verb.action as CallbackRef, { DialCallStatus: 'answered' });
    else if (order.chance(0.1) && reason === 'participant_updated_via_api') {
      order.meet('a Dial asks what now though its call was redirected');
      calls.mention(call, one.verb.action as CallbackRef, { DialCallStatus: 'answered' });
    }
    if (!ending && (one.verb.endOnExit || inside.length === 0)) end('moderator_ended_conference');
  }

  function end(reason: string): void {
    ending = true;
    for (const { call } of [...inside]) exit(call, reason, true);
    ending = false;
    tellOf('conference-end');
    started = false;
    events = null;
  }

  return enter;
}
