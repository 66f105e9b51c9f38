import type { Move, Violation } from './explore.js';
import { callMoves, peopleMoves, verdictMoves } from './world-call-moves.js';
import { withLeg } from './world-calls.js';
import { tell } from './world-hear.js';
import type { WorldContext } from './world-options.js';
import { LEG_NOTES, noteEvent, noteKey, noteName, type World } from './world-state.js';
import { isFetch, taskMoves, timerMoves } from './world-task-moves.js';

/**
 * Of three legs, what people, verdicts and redirects do to one another. How their calls come about is left out, and what is
 * told is heard at once: that it may be late, lost or repeated is explored with two.
 */
const DECIDES_A_RACE =
  /^(caller (asks|enters|hangs|has)|leg \d (asks|enters|is |presses #|hangs up|has)|(move|redirect|end)\S* (done|→)|timer (caller|deadline))/;
const BEGINS =
  /^(caller asks:inbound|caller enters|create:\d:caller (made|→)|leg \d (is dialled|answers|asks:leg.answered))/;

/** Everybody has picked up and been greeted before anything else happens. */
function raceMoves(world: World, list: Move<World>[]): Move<World>[] {
  const [news] = list.filter(({ name }) => name.startsWith('hears '));
  if (news !== undefined) return [news];
  const isHeld = world.state.kind === 'call' && world.state.caller.held;
  const greeted = world.legs.every(
    ({ call, doing }) => call === 'over' || (call === 'in-progress' && doing !== 'asks:leg.answered'),
  );
  if (isHeld && greeted) return list.filter(({ name }) => DECIDES_A_RACE.test(name));
  return list.filter(({ name }) => BEGINS.test(name)).slice(0, 1);
}

/** Everything that may happen next. The order counts: the first forced move is what happens when nobody helps. */
export function worldMoves(context: WorldContext): (world: World) => Move<World>[] {
  const hears = Array.from({ length: 6 + LEG_NOTES.length * context.legs }, (_, note) => `hears ${noteName(note)}`);
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
    // What was sent may arrive at any time from then on, never, or again and again.
    hears.forEach((name, note) => {
      if (context.deaf || (world.notes & (1 << note)) === 0 || !context.hears(noteName(note))) return;
      add(name, false, () => hearNote(context, context.legs < 3 ? world : heardOnce(world, note), note));
    });
    return context.legs < 3 ? list : raceMoves(world, list);
  };
}

function heardOnce(world: World, note: number): World {
  return { ...world, notes: world.notes & ~(1 << note) };
}

/** A human verdict is owed a word from the moment it is heard. */
function hearNote(context: WorldContext, world: World, note: number): World | Violation {
  const before = world.state;
  const event = noteEvent(world, note);
  const after = tell(context, world, noteKey(world, note), () => event);
  if ('violation' in after || event.type !== 'leg.verdict' || event.answeredBy !== 'human') return after;
  const leg = before.kind === 'call' ? before.legs.find(({ id }) => id === event.leg) : undefined;
  const isNews = leg?.answeredBy === null && !['told', 'ending', 'ended'].includes(leg.phase);
  return isNews && after.legs[event.leg - 1]?.call === 'in-progress'
    ? withLeg(after, event.leg, { owed: true })
    : after;
}
