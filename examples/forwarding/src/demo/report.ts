import type { SimulatedCall } from '@amd/simulator';
import type { LiveForwarding } from '@amd/core';
import { seconds, type Line } from '../../../shared/src/demo/run.js';
import type { Played } from './tour.js';

const WHO: Readonly<Record<string, string>> = {
  human: 'a human',
  fax: 'a fax',
  unknown: 'silence: nobody can say who',
};

/** Tells one call as a story: who was rung, what answered and after how long, how long the caller waited, how it ended. */
export function story({ caller, legs, names, state }: Played): Line[] {
  const lines: Line[] = [{ ms: 0, text: `${caller.from} calls` }];
  if (state?.result === 'callerLeft' && caller.endedAt !== undefined) {
    lines.push({ ms: caller.endedAt - caller.createdAt, text: 'the caller hangs up' });
  }
  for (const leg of state?.legs ?? []) {
    const call = legs.find((candidate) => candidate.sid === leg.sid);
    const name = names.get(leg.target.to) ?? leg.target.to;
    if (leg.result?.kind === 'refused') {
      const at = leg.timestamps.endedAt ?? leg.timestamps.requestedAt;
      lines.push({ ms: at - caller.createdAt, text: `${name} cannot be rung: ${leg.result.reason}` });
    }
    if (call !== undefined) lines.push(...legStory(name, call, caller));
  }
  const { fallbackAt } = state?.timestamps ?? {};
  for (const { at, text } of fallbackAt === undefined ? [] : caller.sounds.filter((sound) => sound.at >= fallbackAt)) {
    lines.push({ ms: at - caller.createdAt, text: `the caller hears: “${text}”` });
  }
  const message = state?.caller.recording ?? null;
  if (message !== null && caller.endedAt !== undefined) {
    lines.push({
      ms: caller.endedAt - caller.createdAt,
      text: `a message of ${String(message.seconds)} s is recorded`,
    });
  }
  return lines.sort((a, b) => a.ms - b.ms);
}

/** Tells what happened on one callee's phone, ms since the caller dialled. */
export function legStory(
  name: string,
  call: SimulatedCall,
  caller: SimulatedCall,
  picksUp = `: ${silenceOf(call)}`,
): Line[] {
  const lines: Line[] = [];
  const at = (time: number | undefined, text: string): void => {
    if (time !== undefined) lines.push({ ms: time - caller.createdAt, text });
  };
  at(call.ringingAt, `${name} rings`);
  if (call.answeredAt === undefined) {
    at(call.endedAt, `${name}: ${call.status === 'canceled' ? 'no longer rung' : call.status}`);
    return lines;
  }
  at(call.answeredAt, `${name}'s phone is picked up${picksUp}`);
  if (call.verdictAt !== undefined && call.answeredBy !== undefined) {
    const who = WHO[call.answeredBy] ?? 'a machine';
    at(call.verdictAt, `it is ${who} (after ${seconds(call.verdictAt - call.answeredAt)})`);
  }
  // Once for each sentence: a question is repeated every few seconds.
  const said = new Set<string>();
  for (const sound of call.sounds) {
    if (!said.has(sound.text)) at(sound.at, `${name} hears: “${sound.text}”`);
    said.add(sound.text);
  }
  const talk = call.bridgedWith.find(({ sid }) => sid === caller.sid);
  if (talk !== undefined) {
    at(talk.since, `${name} and the caller talk`);
    at(call.endedAt, `they have talked for ${seconds(talk.ms)}`);
  } else at(call.endedAt, `${name}'s call is over`);
  return lines;
}

/** Tells how long the callee heard nothing, and how long it would have been in the other mode. */
function silenceOf({ silenceMs, answeredAt, verdictAt, heard, bridgedWith }: SimulatedCall): string {
  if (silenceMs === undefined || (heard.length === 0 && bridgedWith.length === 0)) return 'nobody speaks to it';
  const silence = `${seconds(silenceMs)} of silence`;
  if (answeredAt === undefined || verdictAt === undefined || silenceMs >= verdictAt - answeredAt) return silence;
  return `${silence} (${seconds(verdictAt - answeredAt)} with synchronous detection)`;
}

/** Describes the whole call in one line. */
export function summary({ caller, legs, names, state }: Played): string {
  const end = state?.timestamps.wonAt ?? state?.timestamps.fallbackAt ?? caller.endedAt ?? caller.createdAt;
  const waited = `waited ${seconds(end - caller.createdAt)}`;
  const talk = caller.bridgedWith[0];
  const other = legs.find(({ sid }) => sid === talk?.sid);
  return `${waited} · ${outcome(state, other === undefined ? undefined : names.get(other.to))}`;
}

function outcome(state: LiveForwarding | undefined, talkedTo: string | undefined): string {
  switch (state?.result) {
    case 'connected':
      return `connected to ${talkedTo ?? 'somebody'}`;
    case 'unanswered':
      return state.caller.recording === null
        ? 'nobody could be reached, and the caller was told'
        : 'nobody could be reached, and the caller left a message';
    case 'handedOff':
      return 'handed on';
    case 'callerLeft':
      return 'the caller left first';
    case null:
    case undefined:
      return 'not over';
  }
}

/** Returns what went wrong; empty if all is well. */
export function faults({ scenario, caller, legs, names, state, complaints }: Played): string[] {
  const wrong = complaints.map((complaint) => `the simulated Twilio complains: ${complaint}`);
  if (state?.result !== scenario.outcome) wrong.push(`outcome ${String(state?.result)} instead of ${scenario.outcome}`);
  const talked = legs.filter((leg) => leg.bridgedWith.some(({ sid }) => sid === caller.sid));
  const talkedTo = talked.map((leg) => names.get(leg.to)).join(' and ');
  const right = scenario.talksToOneOf ?? [scenario.talksTo ?? ''];
  if (!right.includes(talkedTo)) wrong.push(`talked to "${talkedTo}" instead of "${right.join(' or ')}"`);
  if (scenario.leavesMessage === true && (state?.caller.recording ?? null) === null)
    wrong.push('no message was recorded');
  for (const other of scenario.talksToOneOf?.filter((name) => name !== talkedTo) ?? []) {
    const heard = legs.find((leg) => names.get(leg.to) === other)?.heard ?? [];
    if (heard.length === 0) wrong.push(`${other} was not told why`);
  }
  // A key means a human, whatever it sounded like before.
  const byKey = new Set(state?.legs.filter(({ timestamps: { keyAt } }) => keyAt !== undefined).map(({ sid }) => sid));
  if (talked.some(({ sid, answeredBy }) => answeredBy !== 'human' && !byKey.has(sid as never)))
    wrong.push('a machine was bridged');
  const told = legs.find((leg) => names.get(leg.to) === scenario.told);
  if (scenario.told !== undefined && (told?.heard.length ?? 0) === 0) wrong.push(`${scenario.told} was not told why`);
  for (const call of [caller, ...legs]) if (call.endedAt === undefined) wrong.push(`${call.to} is still on the line`);
  return wrong;
}
