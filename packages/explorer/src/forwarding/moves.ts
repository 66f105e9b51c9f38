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
 * Of three legs, what people, verdicts and redirects do to one another. How their calls come about is left out, and what is
 * told is heard at once: that it may be late, lost or repeated is explored with two.
 */
const DECIDES_A_RACE =
  /^(caller (asks|enters|hangs|has)|leg \d (asks|enters|is |presses #|hangs up|has)|(move|redirect|end)\S* (done|→)|timer (caller|deadline))/;
const BEGINS = /^(caller asks:inbound|caller enters|create:\d:caller (made|→)|leg \d is dialled)/;
const GREETS = /^leg \d (answers|asks:leg.answered)/;

/** Of a race only what decides it, and what is told is heard at once. */
function raceMoves(list: Move<World>[]): Move<World>[] {
  const news = list.find(({ name }) => name.startsWith('hears '));
  if (news !== undefined) return [{ ...news, forced: true }];
  const race = list.filter(({ name }) => DECIDES_A_RACE.test(name));
  // What is left when nobody does anything: the end of a question, or a watchdog.
  const last = race.some(({ forced }) => forced) ? undefined : list.find(({ forced }) => forced);
  return last === undefined ? race : [...race, last];
}

/** One thing after the other, until the caller is on hold and everybody rings, or has picked up and been greeted. */
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

/** Everything that may happen next. The order counts: the first forced move is what happens when nobody helps. */
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
    // What was sent may arrive at any time from then on, never, or again and again.
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

/** A human verdict is owed a word from the moment it is heard. */
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
