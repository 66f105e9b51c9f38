import type { Reservation } from '@amd/core';
import type { SimulatedCall } from '@amd/simulator';
import { seconds, type Line } from '../../../shared/src/demo/run.js';
import type { Played } from './tour.js';

const WHO: Readonly<Record<string, string>> = {
  human: 'a human',
  fax: 'a fax',
  unknown: 'silence: nobody can say who',
};

/** Tells callers, reservations and phones in order of time, and what TaskRouter did with its workers. */
export function story(played: Played): Line[] {
  const began = played.callers[0]?.createdAt ?? 0;
  const lines: Line[] = [];
  const at = (time: number | undefined, text: string): void => {
    if (time !== undefined) lines.push({ ms: time - began, text });
  };
  for (const [index, caller] of played.callers.entries()) {
    at(caller.createdAt, `${caller.from} calls and waits in the queue`);
    const state = played.states[index];
    if (state?.result === 'callerLeft') at(caller.endedAt, `${caller.from} hangs up`);
    const said = caller.heard.at(-1);
    if (state?.result === 'unanswered' && said !== undefined)
      at(state.timestamps.fallbackAt, `${caller.from} hears: “${said}”`);
    for (const { timestamps: times, workerName } of state?.reservations ?? []) {
      at(times.assignedAt, `${workerName ?? 'a worker'} is reserved`);
    }
  }
  // At the same moment a phone comes before its consequences.
  for (const leg of played.legs) lines.push(...legStory(leg, played, began));
  for (const reservation of played.states.flatMap((state) => state?.reservations ?? [])) {
    at(reservation.timestamps.endedAt, ending(reservation));
  }
  for (const { at: time, text } of played.news) {
    const moved = /^worker\.activity\.update: Worker (.+) updated to (.+) Activity$/.exec(text);
    if (moved !== null && time > began) at(time, `${moved[1] ?? ''} is now ${moved[2] ?? ''}`);
  }
  return lines.filter(({ text }) => text !== '').sort((a, b) => a.ms - b.ms);
}

function ending({ result, workerName, rejectTo }: Reservation): string {
  const who = workerName ?? 'the worker';
  switch (result) {
    case 'rejected':
      return `${who}'s reservation is rejected: ${rejectTo === 'offline' ? 'the number must be mended' : 'a rest'}`;
    case 'timeout':
      return `${who}'s reservation has timed out`;
    case 'canceled':
      return `${who}'s reservation is cancelled`;
    case 'rescinded':
      return `${who}'s reservation is taken back`;
    case 'accepted':
    case null:
      return '';
  }
}

function legStory(call: SimulatedCall, { callers, names }: Played, began: number): Line[] {
  const lines: Line[] = [];
  const name = names.get(call.to) ?? call.to;
  const at = (time: number | undefined, text: string): void => {
    if (time !== undefined) lines.push({ ms: time - began, text });
  };
  at(call.ringingAt, `${name} rings`);
  if (call.answeredAt === undefined) {
    at(call.endedAt, `${name}: ${call.status === 'canceled' ? 'no longer rung' : call.status}`);
    return lines;
  }
  at(call.answeredAt, `${name}'s phone is picked up`);
  if (call.verdictAt !== undefined && call.answeredBy !== undefined) {
    const who = WHO[call.answeredBy] ?? 'a machine';
    at(call.verdictAt, `it is ${who} (after ${seconds(call.verdictAt - call.answeredAt)})`);
  }
  const said = new Set<string>();
  for (const sound of call.sounds) {
    if (!said.has(sound.text)) at(sound.at, `${name} hears: “${sound.text}”`);
    said.add(sound.text);
  }
  const talk = call.bridgedWith.find(({ sid }) => callers.some((caller) => caller.sid === sid));
  if (talk !== undefined) {
    at(talk.since, `${name} and the caller talk`);
    at(call.endedAt, `they have talked for ${seconds(talk.ms)}`);
  }
  return lines;
}

/** Describes the whole in one line. */
export function summary({ callers, legs, names, states }: Played): string {
  return callers
    .map((caller, index) => {
      const state = states[index];
      const end = state?.timestamps.connectedAt ?? state?.timestamps.fallbackAt ?? caller.endedAt ?? caller.createdAt;
      const leg = legs.find(({ sid }) => sid === caller.bridgedWith[0]?.sid);
      const who = leg === undefined ? '' : ` to ${names.get(leg.to) ?? leg.to}`;
      return `waited ${seconds(end - caller.createdAt)} · ${state?.result ?? 'not over'}${who}`;
    })
    .join('; ');
}

/** Returns what went wrong; empty if all is well. */
export function faults({ scenario, callers, legs, states, workers, names, openTasks, complaints }: Played): string[] {
  const wrong = complaints.map((complaint) => `the simulated Twilio complains: ${complaint}`);
  for (const state of states) {
    if (state?.result !== scenario.outcome) {
      wrong.push(`outcome ${String(state?.result)} instead of ${scenario.outcome}`);
    }
  }
  const isCaller = (sid: string): boolean => callers.some((caller) => caller.sid === sid);
  const talked = legs.filter((leg) => leg.bridgedWith.some(({ sid }) => isCaller(sid)));
  const talks = talked.map((leg) => names.get(leg.to) ?? leg.to).sort();
  const wanted = [...(scenario.talks ?? [])].sort();
  if (talks.join() !== wanted.join()) wrong.push(`talked with "${talks.join()}" instead of "${wanted.join()}"`);
  if (talked.some(({ answeredBy }) => answeredBy !== 'human' && answeredBy !== 'unknown'))
    wrong.push('a machine was bridged');
  const told = legs.find((leg) => names.get(leg.to) === scenario.told);
  if (scenario.told !== undefined && (told?.heard.length ?? 0) === 0) wrong.push(`${scenario.told} was not told why`);
  for (const call of [...callers, ...legs])
    if (call.endedAt === undefined) wrong.push(`${call.to} is still on the line`);
  if (openTasks > 0) wrong.push(`${String(openTasks)} tasks are not over`);
  for (const { friendlyName, activity, holding } of workers) {
    if (!(friendlyName in scenario.workers)) continue;
    const end = scenario.end?.[friendlyName as keyof typeof scenario.end] ?? 'Available';
    if (activity !== end) wrong.push(`${friendlyName} is ${activity} instead of ${end}`);
    if (holding > 0) wrong.push(`${friendlyName}'s voice slot is still taken`);
  }
  return wrong;
}
