import type { Clock } from '../runtime/clock.js';

export { guarded, type Log, type LogEntry, maskNumbers, reasonOf } from '../runtime/log.js';

/** Kinds that are remembered at once: whoever sends many kinds makes us say no more than these. */
const KINDS = 200;

/** Whether something of a kind may be said again: a second after it was said last. */
export function oncePerSecond(clock: Clock): (kind: string) => boolean {
  const said = new Map<string, number>();
  return (kind) => {
    const now = clock.now();
    const last = said.get(kind);
    // A clock that was set back keeps nobody silent.
    if (last !== undefined && now >= last && now - last < 1000) return false;
    if (last === undefined && said.size >= KINDS) said.clear();
    said.set(kind, now);
    return true;
  };
}
