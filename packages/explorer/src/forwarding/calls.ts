import type { FinalCallStatus } from '@amd/core';
import { legNotification, NEW_LEG, NOTIFICATION, type CallActivity, type World, type WorldLeg } from './state.js';

/** Twilio's calls and rooms as far as a flow can notice them. Each function returns the world after. */

export function withLeg(world: World, leg: number, change: Partial<WorldLeg>): World {
  return { ...world, legs: world.legs.map((old, index) => (index === leg - 1 ? { ...old, ...change } : old)) };
}

export function send(world: World, ...notifications: readonly number[]): World {
  return {
    ...world,
    notifications: notifications.reduce((bits, notification) => bits | (1 << notification), world.notifications),
  };
}

/** Ends a leg's call, whichever side ends it. */
export function endLegCall(
  world: World,
  leg: number,
  final: FinalCallStatus,
  options: { silent?: boolean } = {},
): World {
  const before = world.legs[leg - 1];
  if (before === undefined || before.call === 'over') return world;
  // A verdict that was reached may still be reported.
  const told = (world.notifications & (1 << legNotification(leg, 'verdict'))) !== 0;
  let after = withLeg(world, leg, { ...NEW_LEG, call: 'over', final, verdict: told ? before.verdict : null });
  if (options.silent !== true) after = send(after, legNotification(leg, 'final'));
  return before.doing === 'room' ? closeRoom(send(after, legNotification(leg, 'hungUp')), leg) : after;
}

/** Ends the caller's call. */
export function endCallerCall(world: World): World {
  if (world.caller.call === 'over') return world;
  const wasIn = world.caller.doing;
  const answered = world.caller.call === 'in-progress';
  const after = send(
    { ...world, caller: { call: 'over', final: 'completed', doing: 'nothing' } },
    NOTIFICATION.callerFinal,
  );
  if (wasIn !== 'room') return after;
  return closeRoom(send(after, NOTIFICATION.callerHungUp, ...(answered ? [NOTIFICATION.callerEndedFinal] : [])), 0);
}

/** The leaver of a room that is ended from outside. */
export const NOBODY = -1;

/** Ends the room: everyone left falls out of it, as all enter with `endConferenceOnExit`. */
export function closeRoom(world: World, leaver: number): World {
  let after: World = { ...world, roomStarted: false };
  if (leaver !== 0 && after.caller.doing === 'room') {
    after = send({ ...after, caller: { ...after.caller, doing: 'asks:caller.ended' } }, NOTIFICATION.callerLeft);
  }
  after.legs.forEach(({ doing }, index) => {
    if (doing !== 'room' || index + 1 === leaver) return;
    after = send(withLeg(after, index + 1, { doing: 'asks:leg.ended' }), legNotification(index + 1, 'left'));
  });
  return after;
}

/** Lets a call enter the room: 0 is the caller. */
export function enterRoom(world: World, who: number): World {
  let after =
    who === 0
      ? send({ ...world, caller: { ...world.caller, doing: 'room' } }, NOTIFICATION.callerJoin)
      : send(withLeg(world, who, { doing: 'room' }), legNotification(who, 'join'));
  const inside = after.legs.flatMap((leg, index) => (leg.doing === 'room' ? [index + 1] : []));
  if (inside.length + (after.caller.doing === 'room' ? 1 : 0) > 1 && !after.roomStarted) {
    after = send({ ...after, roomStarted: true }, NOTIFICATION.start);
  }
  if (after.caller.doing === 'room') for (const leg of inside) after = withLeg(after, leg, { bridged: true });
  return after;
}

/** Which requests of a redirected call are still in transit (decision 0005). */
export type LateRequests = 'all' | 'the newest of each leg' | 'none';

function withStale({ stale }: World, late: LateRequests, who: number, doing: CallActivity): World['stale'] {
  if (late === 'none') return [];
  const kept = late === 'all' ? stale : stale.filter((entry) => !entry.startsWith(`${String(who)}:`));
  return [...new Set([...kept, `${String(who)}:${doing}`])].sort();
}

/** Adds a second request whose answer is not used: it arrives later, or never. */
export function withCopy(world: World, who: number, doing: CallActivity): World {
  return { ...world, stale: [...new Set([...world.stale, `${String(who)}:${doing}`])].sort() };
}

/**
 * Returns what a call requests that is sent to a document: the caller a part of the fallback, a leg the room, or with 1 its
 * farewell.
 */
export function documentAsked(
  who: number,
  part: number | undefined,
): Extract<CallActivity, `${string}.document${string}`> {
  if (who === 0) return `asks:caller.document#${part ?? 0}`;
  return part === undefined ? 'asks:leg.document' : `asks:leg.document#${part}`;
}

/** Makes REST redirect a call to another document, of this part; its own request may still be in transit. */
export function redirectCall(world: World, who: number, late: LateRequests, part: number | undefined): World {
  const doing = who === 0 ? world.caller.doing : world.legs[who - 1]?.doing;
  let after = world;
  if (doing?.startsWith('asks:') === true) {
    after = { ...after, stale: withStale(after, late, who, doing) };
  }
  if (doing === 'room') {
    after = send(after, who === 0 ? NOTIFICATION.callerLeft : legNotification(who, 'left'));
  }
  const next = documentAsked(who, part);
  after = who === 0 ? { ...after, caller: { ...after.caller, doing: next } } : withLeg(after, who, { doing: next });
  return doing === 'room' ? closeRoom(after, who) : after;
}
