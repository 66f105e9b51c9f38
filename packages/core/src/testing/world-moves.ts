import type { Move } from './explore.js';
import { callMoves, peopleMoves } from './world-call-moves.js';
import { tell } from './world-hear.js';
import type { WorldContext } from './world-options.js';
import { noteEvent, noteKey, noteName, type World } from './world-state.js';
import { isFetch, taskMoves, timerMoves } from './world-task-moves.js';

/** Everything that may happen next. The order counts: the first forced move is what happens when nobody helps. */
export function worldMoves(context: WorldContext): (world: World) => Move<World>[] {
  const hears = Array.from({ length: 6 + 7 * context.legs }, (_, note) => `hears ${noteName(note)}`);
  return (world) => {
    const list: Move<World>[] = [];
    const add = (name: string, forced: boolean, run: Move<World>['run']): void => {
      list.push({ name, forced, run });
    };
    taskMoves(context, world, add);
    if (!context.slowRest && world.tasks.some(isFetch)) return list;
    callMoves(context, world, add);
    timerMoves(context, world, add);
    peopleMoves(world, add);
    // What was sent may arrive at any time from then on, never, or again and again.
    hears.forEach((name, note) => {
      if (context.deaf || (world.notes & (1 << note)) === 0) return;
      add(name, false, () => tell(context, world, noteKey(world, note), () => noteEvent(world, note)));
    });
    return list;
  };
}
