import type { Move, Violation } from '../explore.js';
import { callMoves, peopleMoves, verdictMoves } from './call-moves.js';
import { withLeg } from './calls.js';
import { tell } from './hear.js';
import { relevantNotifications } from './key.js';
import type { WorldContext } from './options.js';
import {
  LEG_NOTIFICATIONS,
  notificationEvent,
  notificationKey,
  notificationName,
  type World,
  type WorldLeg,
} from './state.js';
import { isFetch, taskMoves, timerMoves } from './task-moves.js';

/**
 * With three legs, only the interplay of callees, verdicts and redirects is explored. How the calls are created is left out, and
 * notifications arrive at once: late, lost and repeated ones are explored with two legs.
 */
const DECIDES_A_RACE =
  /^(caller (asks|enters|hangs|has)|leg \d (asks|enters|is |presses [#2]|hangs up|has)|(move|redirect|end)\S* (done|→)|timer (caller|deadline))/;
const BEGINS = /^(caller asks:inbound|caller enters|create:\d:caller (made|→)|leg \d is dialled)/;
const GREETS = /^leg \d (answers|asks:leg.answered)/;

/** Keeps only moves that decide a race, with notifications arriving at once. */
function raceMoves(list: Move<World>[]): Move<World>[] {
  const news = list.find(({ name }) => name.startsWith('hears '));
  if (news !== undefined) return [{ ...news, forced: true }];
  const race = list.filter(({ name }) => DECIDES_A_RACE.test(name));
  // What remains when nobody acts: the end of a question, or a watchdog.
  const last = race.some(({ forced }) => forced) ? undefined : list.find(({ forced }) => forced);
  return last === undefined ? race : [...race, last];
}

/** One move after the other until the caller is on hold and all phones ring, or all callees have picked up and been greeted. */
function firstMoves(list: Move<World>[]): Move<World>[] {
  const find = (what: RegExp): Move<World> | undefined => list.find(({ name }) => what.test(name));
  const next = find(BEGINS) ?? find(/^hears/) ?? find(GREETS);
  return next === undefined ? [] : [{ ...next, forced: true }];
}

export function isBeginning({ from }: WorldContext, { state, legs }: World): boolean {
  if (from === 'nothing') return false;
  const isHeld = state.kind === 'call' && state.caller.held;
  const isThere = ({ call, doing }: WorldLeg): boolean =>
    call === 'over' ||
    (from === 'ringing'
      ? call !== 'none' && call !== 'queued'
      : call === 'in-progress' && doing !== 'asks:leg.answered');
  return !isHeld || !legs.every(isThere);
}

/** Returns everything that may happen next. The order counts: the first forced move happens when nobody acts. */
export function worldMoves(context: WorldContext): (world: World) => Move<World>[] {
  const hears = Array.from(
    { length: 6 + LEG_NOTIFICATIONS.length * context.legs },
    (_, notification) => `hears ${notificationName(notification)}`,
  );
  return (world) => {
    const list: Move<World>[] = [];
    const add = (name: string, forced: boolean, run: Move<World>['run']): void => {
      list.push({ name, forced, run });
    };
    taskMoves(context, world, add);
    if (!context.slowRest && world.tasks.some(isFetch)) return list;
    callMoves(context, world, add);
    timerMoves(context, world, add);
    peopleMoves(context, world, add);
    verdictMoves(context, world, add);
    const beginning = isBeginning(context, world);
    const hearsOnce = context.legs > 2 || beginning;
    const notifications = hearsOnce ? relevantNotifications(world) : world.notifications;
    // A sent notification may arrive at any later time, never, or repeatedly.
    hears.forEach((name, notification) => {
      if (context.notificationsLost || (notifications & (1 << notification)) === 0) return;
      if (!context.hears(notificationName(notification)) && !beginning) return;
      add(name, false, () =>
        hearNotification(context, hearsOnce ? heardOnce(world, notification) : world, notification),
      );
    });
    if (beginning) return firstMoves(list);
    return context.legs > 2 ? raceMoves(list) : list;
  };
}

function heardOnce(world: World, notification: number): World {
  return { ...world, notifications: world.notifications & ~(1 << notification) };
}

/** From a human verdict on, the callee must get the caller or an explanation. */
function hearNotification(context: WorldContext, world: World, notification: number): World | Violation {
  const before = world.state;
  const event = notificationEvent(world, notification);
  const after = tell(context, world, notificationKey(world, notification), () => event);
  if ('violation' in after || event.type !== 'leg.verdict' || event.answeredBy !== 'human') return after;
  const leg = before.kind === 'call' ? before.legs.find(({ id }) => id === event.leg) : undefined;
  const isNews = leg?.answeredBy === null && !['farewell', 'ending', 'ended'].includes(leg.phase);
  return isNews && after.legs[event.leg - 1]?.call === 'in-progress'
    ? withLeg(after, event.leg, { owed: true })
    : after;
}
