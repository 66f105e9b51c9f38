import type { Person, SimulatedCall, Simulator } from '@amd/simulator';

/** What may never be on any line, whatever was planted: judged by Twilio's record of the calls, not by ours. */
export function judgeLine(sim: Simulator): string[] {
  return sim.calls.flatMap((call) => [
    ...(call.endedAt === undefined ? [`${call.sid} (${call.direction}) is still on the line`] : []),
    ...(call.direction === 'inbound' ? talksAtOnce(call) : wrongfullyBridged(call)),
  ]);
}

/** The same, and nobody is rung twice: in these scenes everybody has a number of their own, and no round is begun anew. */
export function judgeCalls(sim: Simulator, people: ReadonlyMap<string, Person>): string[] {
  const problems = judgeLine(sim);
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
