import type { Person, SimulatedCall, Simulator } from '@amd/simulator';

/** Finds what may never happen on any line, whatever was planted, from Twilio's record of the calls and not from ours. */
export function checkLines(sim: Simulator): string[] {
  return sim.calls.flatMap((call) => [
    ...(call.endedAt === undefined ? [`${call.sid} (${call.direction}) is still on the line`] : []),
    ...(call.direction === 'inbound' ? talksAtOnce(call) : wrongfullyBridged(call)),
  ]);
}

/** Checks the same, and that no callee is rung twice: in these scenarios each has a number of their own and is tried once. */
export function checkCalls(sim: Simulator, people: ReadonlyMap<string, Person>): string[] {
  const problems = checkLines(sim);
  const dialled = new Map<string, number>();
  for (const { direction, to } of sim.calls) {
    if (direction !== 'inbound' && people.has(to)) dialled.set(to, (dialled.get(to) ?? 0) + 1);
  }
  for (const [to, times] of dialled) if (times > 1) problems.push(`${to} was dialled ${String(times)} times`);
  return problems;
}

function talksAtOnce(caller: SimulatedCall): string[] {
  const talks = [...caller.bridgedWith].sort((a, b) => a.since - b.since);
  const overlaps = talks.some(({ since, ms }, at) => since + ms > (talks[at + 1]?.since ?? Infinity));
  return overlaps ? [`${caller.sid} talked to two people at once`] : [];
}

/** Returns legs bridged against the default policy: a machine, a fax, or a silent party without a key. */
function wrongfullyBridged(leg: SimulatedCall): string[] {
  if (leg.bridgedWith.length === 0 || leg.answeredBy === 'human') return [];
  const asked = leg.answeredBy === 'unknown' && leg.heard.length > 0;
  return asked ? [] : [`${leg.sid} is ${String(leg.answeredBy)} and was bridged`];
}

/** How long we ask a caller to wait before we say goodbye, from the first failure, in ms. */
const PATIENCE_MS = 20_000;

/**
 * Checks calls without a record: the call was over before its first webhook was answered, the caller hung up while asked to wait,
 * or they were told that we cannot help.
 */
export function neverHeardOf(sim: Simulator, caller: string): string[] {
  const call = sim.call(caller);
  const unanswered = call?.status === 'no-answer' || call?.status === 'canceled';
  const hungUp = sim.timeline.some(({ call: sid, detail }) => sid === caller && detail?.['event'] === 'hang-up');
  const hungUpEarly = hungUp && (call?.endedAt ?? Infinity) - (call?.createdAt ?? 0) < PATIENCE_MS;
  return unanswered || hungUpEarly || (call?.heard.length ?? 0) > 0 ? [] : [`${caller} was never told anything`];
}

/** How long a leg may stay on the line after its caller, in ms. */
const AFTER_CALLER_MS = 5000;
/** The longest ringing of these scenarios, with Twilio's own delay before it, in ms. */
const RING_MS = 30_000;

/** Legs whose caller had left. */
export interface Orphans {
  /** Legs of callers who left before them. */
  readonly left: number;
  /** More than five seconds on the line without hearing anything: they rang, and could not be ended. */
  readonly late: number;
  /** Longer than they may ring: a callee is on the line alone. */
  readonly forNobody: readonly string[];
}

/** Counts them; `callerOf` finds the caller whom a number was rung for. */
export function orphansOf(sim: Simulator, callerOf: (to: string) => SimulatedCall | undefined): Orphans {
  let [left, late] = [0, 0];
  const forNobody: string[] = [];
  for (const leg of sim.calls) {
    const goneAt = leg.direction === 'inbound' ? undefined : callerOf(leg.to)?.endedAt;
    if (goneAt === undefined || leg.endedAt === undefined || leg.endedAt <= goneAt) continue;
    left += 1;
    const since = Math.max(goneAt, leg.createdAt);
    const told = leg.sounds.some(({ at }) => at >= goneAt);
    if (leg.endedAt - since <= AFTER_CALLER_MS || told) continue;
    late += 1;
    if (leg.endedAt - since > RING_MS)
      forNobody.push(`${leg.sid} was on the line ${String(leg.endedAt - since)} ms for nobody`);
  }
  return { left, late, forNobody };
}
