import type { Model, TaskWorld, World } from '@amd/explorer';

export type DrawnWorld = World | TaskWorld;

export interface Bounds {
  readonly states: number;
  /** Maximum number of states that differ only in what is in transit. */
  readonly alike: number;
}

/**
 * Walks a world, nearest states first, with at most `alike` of those that differ only in what is in transit: that reaches the end
 * of every kind of call within a few thousand states. `see` is called for every step.
 */
export function walk<Node extends DrawnWorld>(
  world: Model<Node>,
  { states, alike }: Bounds,
  see: (before: Node, after: Node) => void,
): void {
  const first = world.initial();
  const seen = new Set([world.key(first)]);
  const count = new Map<string, number>();
  let level = [first];
  while (level.length > 0) {
    const next: Node[] = [];
    for (const node of level) {
      for (const move of world.moves(node)) {
        const after = move.run();
        if ('violation' in after) throw new Error(`${world.name}: ${after.violation}`);
        if (after === node) continue;
        see(node, after);
        const kind = kindOf(after);
        const known = count.get(kind) ?? 0;
        if (known >= alike || seen.size >= states) continue;
        const key = world.key(after);
        if (seen.has(key)) continue;
        seen.add(key);
        count.set(kind, known + 1);
        next.push(after);
      }
    }
    level = next;
  }
}

/** Returns the part of a state that is drawn, and what people do in it. */
function kindOf(world: DrawnWorld): string {
  const { state, caller, legs, faults } = world;
  if (state.kind !== 'call') return '';
  const { phase } = state.caller;
  const held = 'held' in state.caller ? state.caller.held : undefined;
  const doubt = 'isUnverified' in state.caller ? state.caller.isUnverified : undefined;
  const [task, reservations] = 'task' in world ? [world.task, world.reservations] : [undefined, []];
  const phases = 'reservations' in state ? state.reservations.map((one) => one.phase) : undefined;
  const router = [task, reservations, phases, 'servedReservation' in state ? state.servedReservation : undefined];
  const known = state.legs.map((leg) => [leg.phase, leg.sid !== null, leg.human]);
  const real = [caller, ...legs].map((call) => [call.call, call.doing, 'verdict' in call ? call.verdict : undefined]);
  const claim = 'winner' in state ? state.winner : undefined;
  return JSON.stringify([phase, held, doubt, claim, faults, known, real, router]);
}
