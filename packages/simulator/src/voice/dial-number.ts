import type { Element } from '../twiml/element.js';
import { talks } from '../people/behaviour.js';
import type { Person } from '../people/person.js';
import { openBridge, closeBridges } from './bridge.js';
import { Call } from './call.js';
import { endCall, markAnswered } from './lifecycle.js';
import { after } from './world.js';
import { numberOf, type Stage } from './verbs.js';
import type { World } from './world.js';

interface Ended {
  readonly status: string;
  readonly bridged: boolean;
  readonly child: Call;
}

/** From the `<Dial>` to ringing, ms. */
const DIAL_MS = 1000;

/**
 * `<Dial><Number>` (twilio.com/docs/voice/twiml/number): a child leg is rung, and whoever picks up, a machine included, has
 * the caller. One number, without `url` and detection.
 */
export async function playNumber(stage: Stage, dial: Element, noun: Element): Promise<Ended | undefined> {
  const { world, call, run } = stage;
  const to = noun.text.trim();
  const person = world.person(to);
  if (person === undefined) return undefined;
  const child = new Call({
    sid: world.ids.sid('CA'),
    direction: 'outbound-dial',
    from: dial.attributes['callerId'] ?? call.from,
    to,
    status: 'queued',
    createdAt: world.clock.now(),
  });
  child.person = person;
  world.calls.set(child.sid, child);
  world.live += 1;
  world.record('call', child.sid, `queued: ${child.from} → ${to}`, { status: 'queued', to, from: child.from });
  const timeoutMs = numberOf(dial, 'timeout', 30) * 1000;
  const limitMs = numberOf(dial, 'timeLimit', 14_400) * 1000;
  await new Promise<void>((resolve) => {
    const over = (): void => {
      closeBridges(world, child);
      if (run.alive) resolve();
    };
    child.onEnd(over);
    run.onCancel(() =>
      endCall(world, child, {
        status: child.answeredAt === undefined ? 'canceled' : 'completed',
        sip: 200,
        reason: 'the caller is gone',
      }),
    );
    after(world, child, DIAL_MS, () => ring(world, call, child, person, { timeoutMs, limitMs }));
  });
  return { status: child.status, bridged: child.bridges.length > 0, child };
}

function ring(
  world: World,
  call: Call,
  child: Call,
  person: Person,
  times: { timeoutMs: number; limitMs: number },
): void {
  const { pickUp } = person;
  if (pickUp.does === 'fail' || pickUp.does === 'refuse') {
    endCall(world, child, { status: 'failed', sip: 404, reason: 'SIP 404' });
    return;
  }
  child.status = 'ringing';
  child.ringingAt = world.clock.now();
  world.record('call', child.sid, `ringing ${child.to}`, { status: 'ringing' });
  if (pickUp.does === 'ring' || pickUp.afterMs >= times.timeoutMs) {
    after(world, child, times.timeoutMs, () =>
      endCall(world, child, { status: 'no-answer', sip: 487, reason: 'nobody answered' }),
    );
  } else if (pickUp.does === 'busy') {
    after(world, child, pickUp.afterMs, () =>
      endCall(world, child, { status: 'busy', sip: pickUp.sip, reason: 'engaged' }),
    );
  } else {
    after(world, child, pickUp.afterMs, () => {
      markAnswered(world, child);
      openBridge(world, call, child);
      world.moment('bridged', call);
      talks(world, child);
      if (person.hangUpAfterMs !== undefined) {
        after(world, child, person.hangUpAfterMs, () =>
          endCall(world, child, { status: 'completed', sip: 200, reason: 'they hung up' }),
        );
      }
      after(world, child, times.limitMs, () =>
        endCall(world, child, { status: 'completed', sip: 200, reason: 'time limit' }),
      );
    });
  }
}
