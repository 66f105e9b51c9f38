import type { Person } from '../people/person.js';
import type { Call } from './call.js';
import { pickedUp } from './detection.js';
import { endCall } from './lifecycle.js';
import { sendStatus } from './status-callback.js';
import { after } from './world.js';
import type { World } from './world.js';

/** From the create to leaving the queue when nothing is ahead, ms. */
const QUEUE_MS = 200;
/** From dialling to ringing, ms. */
const DIAL_MS = 800;

function ring(world: World, call: Call, person: Person, timeoutMs: number): void {
  call.status = 'ringing';
  call.ringingAt = world.clock.now();
  world.record('call', call.sid, `ringing ${call.to}`, { status: call.status });
  sendStatus(world, call, 'ringing');
  call.tie?.rings();
  world.moment('leg-ringing', call);
  if (!call.live) return;
  const { pickUp } = person;
  // Unless it was picked up by hand meanwhile.
  const unlessAnswered = (afterMs: number, run: () => void): void => {
    after(world, call, afterMs, () => {
      if (call.status === 'ringing') run();
    });
  };
  if (pickUp.does === 'answer' && pickUp.afterMs < timeoutMs) {
    unlessAnswered(pickUp.afterMs, () => pickedUp(world, call, person));
  } else if (pickUp.does === 'busy' && pickUp.afterMs < timeoutMs) {
    unlessAnswered(pickUp.afterMs, () => decline(world, call, pickUp.sip));
  } else {
    unlessAnswered(timeoutMs, () =>
      endCall(world, call, { status: 'no-answer', sip: 487, reason: `nobody answered within ${timeoutMs / 1000} s` }),
    );
  }
}

function decline(world: World, call: Call, sip: number): void {
  endCall(world, call, { status: 'busy', sip, reason: 'engaged' });
}

/** Picks up by hand, or declines; returns false if the call does not ring. */
export function byHand(world: World, call: Call, does: 'answer' | 'decline'): boolean {
  const { person } = call;
  if (call.direction === 'inbound' || call.status !== 'ringing' || person === undefined) return false;
  if (does === 'answer') pickedUp(world, call, person);
  else decline(world, call, 486);
  return true;
}

/**
 * Takes a created call through queue, dialling and ringing. The calls-per-second limit applies to calls created by REST, not by
 * `<Dial>`.
 */
export function dialOut(world: World, call: Call, person: Person, timeoutMs: number): void {
  const free = call.direction === 'outbound-api' ? world.nextDeparture() : 0;
  const departure = Math.max(free, world.clock.now());
  call.queueMs = departure - world.clock.now();
  after(world, call, call.queueMs + QUEUE_MS, () => {
    call.initiated = true;
    world.record('call', call.sid, `dialling ${call.to}`, { status: 'initiated' });
    sendStatus(world, call, 'initiated');
    const { pickUp } = person;
    if (pickUp.does === 'fail' || pickUp.does === 'refuse') {
      const sip = pickUp.does === 'fail' ? pickUp.sip : 404;
      const afterMs = pickUp.does === 'fail' ? pickUp.afterMs : 0;
      after(world, call, afterMs, () => endCall(world, call, { status: 'failed', sip, reason: `SIP ${sip}` }));
      return;
    }
    after(world, call, DIAL_MS, () => ring(world, call, person, timeoutMs));
  });
}
