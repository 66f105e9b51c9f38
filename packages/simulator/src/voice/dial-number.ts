import type { Element } from '../twiml/element.js';
import { closeBridges, openBridge } from './bridge.js';
import type { Call } from './call.js';
import { makeChild } from './child-leg.js';
import type { Dialling, DialOutcome } from './dialling.js';
import { endCall, markAnswered } from './lifecycle.js';
import { dialOut } from './outbound.js';
import { numberOf } from './verbs.js';
import type { VerbContext } from './verbs.js';
import type { World } from './world.js';

function drop(world: World, child: Call, reason: string): void {
  const silent = !child.initiated;
  if (child.answeredAt === undefined) endCall(world, child, { status: 'canceled', sip: 487, reason, silent });
  else endCall(world, child, { status: 'completed', sip: 200, reason });
}

/**
 * Executes `<Dial><Number>` (twilio.com/docs/voice/twiml/number): all ring at once, or with `sequential` one after the other. The
 * first to pick up, a machine included, gets the caller once its own document is over; the others are hung up on.
 */
export async function dialNumbers(
  ctx: VerbContext,
  dial: Element,
  nouns: readonly Element[],
  d: Dialling,
): Promise<void> {
  if (dial.attributes['sequential'] !== 'true') {
    await race(ctx, dial, nouns, d);
    return;
  }
  for (const noun of nouns) if (await race(ctx, dial, [noun], d)) return;
}

/** Rings these until the one that got the caller is over, or all are; returns whether one of them won. */
function race(ctx: VerbContext, dial: Element, nouns: readonly Element[], dialling: Dialling): Promise<boolean> {
  const { world, call: parent, run } = ctx;
  const live = new Set<Call>();
  let winner: Call | undefined;

  const wins = (child: Call): void => {
    winner ??= child;
    if (winner !== child) return;
    for (const other of [...live]) if (other !== child) drop(world, other, 'somebody else picked up');
  };

  return new Promise((resolve) => {
    const gone = (child: Call, outcome: DialOutcome): void => {
      if (!live.delete(child)) return;
      child.tie = undefined;
      closeBridges(world, child);
      // If several all failed, the last one is reported.
      if (winner === undefined || winner === child) dialling.outcome = outcome;
      if (live.size > 0) return;
      parent.listener = undefined;
      if (run.alive) resolve(winner !== undefined);
    };
    const connect = (child: Call): void => {
      wins(child);
      markAnswered(world, parent);
      world.record('conference', parent.sid, `${child.to} has the caller ${parent.from}`, { event: 'bridge' });
      if (dial.attributes['hangupOnStar'] === 'true') {
        parent.listener = (digit) => {
          if (digit !== '*') return false;
          drop(world, child, 'the caller pressed *');
          return true;
        };
      }
      openBridge(world, parent, child);
      world.moment('bridged', parent);
      if (child.live) world.moment('bridged', child);
    };

    run.onCancel(() => {
      for (const child of [...live]) drop(world, child, 'the caller is gone');
    });
    const legs = nouns.map((noun) => makeChild(ctx, dial, noun));
    for (const { child } of legs) {
      live.add(child);
      child.tie = {
        rings: () => dialling.recording.rings(),
        picksUp() {
          dialling.recording.answered();
          if (world.toggles.dialRace === 'first-pick-up') wins(child);
        },
        connect: () => connect(child),
        letGo: () => gone(child, { status: 'completed', child, away: true }),
      };
      child.onEnd(() => gone(child, { status: child.status, child }));
    }
    const timeoutMs = numberOf(dial, 'timeout', 30) * 1000;
    for (const { child, person } of legs) dialOut(world, child, person, timeoutMs);
  });
}
