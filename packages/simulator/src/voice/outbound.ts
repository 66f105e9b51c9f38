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
  world.moment('leg-ringing', call);
  if (!call.live) return;
  const { pickUp } = person;
  if (pickUp.does === 'answer' && pickUp.afterMs < timeoutMs) {
    after(world, call, pickUp.afterMs, () => pickedUp(world, call, person));
  } else if (pickUp.does === 'busy' && pickUp.afterMs < timeoutMs) {
    after(world, call, pickUp.afterMs, () =>
      endCall(world, call, { status: 'busy', sip: pickUp.sip, reason: 'engaged' }),
    );
  } else {
    after(world, call, timeoutMs, () =>
      endCall(world, call, { status: 'no-answer', sip: 487, reason: `nobody answered within ${timeoutMs / 1000} s` }),
    );
  }
}

/** Takes a created call through queue, dialling and ringing. */
export function dialOut(world: World, call: Call, person: Person, timeoutMs: number): void {
  const departure = Math.max(world.nextDeparture(), world.clock.now());
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
