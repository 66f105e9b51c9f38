import type { Person, SimulatedCall, Simulator } from '@amd/simulator';

/** What may never be, whatever was planted: judged by Twilio's record of the calls, not by ours. */
export function judgeCalls(sim: Simulator, people: ReadonlyMap<string, Person>): string[] {
  const problems: string[] = [];
  const dialled = new Map<string, number>();
  for (const call of sim.calls) {
    if (call.endedAt === undefined) problems.push(`${call.sid} (${call.direction}) is still on the line`);
    if (call.direction === 'inbound') problems.push(...talksAtOnce(call));
    else {
      problems.push(...wrongfullyBridged(call));
      dialled.set(call.to, (dialled.get(call.to) ?? 0) + 1);
    }
  }
  // In these scenes everybody has a number of their own, and no round is ever begun anew.
  for (const [to, times] of dialled) {
    if (times > 1 && people.has(to)) problems.push(`${to} was dialled ${String(times)} times`);
  }
  return problems;
}

function talksAtOnce(caller: SimulatedCall): string[] {
  const talks = [...caller.bridgedWith].sort((a, b) => a.since - b.since);
  const overlaps = talks.some(({ since, ms }, at) => since + ms > (talks[at + 1]?.since ?? Infinity));
  return overlaps ? [`${caller.sid} talked to two people at once`] : [];
}

/** By default no machine, no fax, and of those who said nothing only who pressed a key. */
function wrongfullyBridged(leg: SimulatedCall): string[] {
  if (leg.bridgedWith.length === 0 || leg.answeredBy === 'human') return [];
  const asked = leg.answeredBy === 'unknown' && leg.heard.length > 0;
  return asked ? [] : [`${leg.sid} is ${String(leg.answeredBy)} and was bridged`];
}

/** We know nothing of the call: then it was over before its first webhook was answered, or it was told that we cannot help. */
export function neverHeardOf(sim: Simulator, caller: string): string[] {
  const call = sim.call(caller);
  const unanswered = call?.status === 'no-answer' || call?.status === 'canceled';
  return unanswered || (call?.heard.length ?? 0) > 0 ? [] : [`${caller} was never told anything`];
}
