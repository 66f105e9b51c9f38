import type { SimulatedCall, Simulator, TimelineEntry } from '@amd/simulator';
import { seconds, type Line } from '../../../shared/src/demo/run.js';
import { BIN } from './bin.js';
import type { CrashScenario, Ending, Moment } from './chaos-scenarios.js';
import type { Crash } from './planned-crashes.js';
import { legStory } from './report.js';

/** One call with its crashes, by Twilio's record alone: the app's own record is not used. */
export interface CrashResult {
  readonly scenario: CrashScenario;
  readonly caller: SimulatedCall;
  readonly legs: readonly SimulatedCall[];
  /** Names by number. */
  readonly names: ReadonlyMap<string, string>;
  /** The simulator's timeline of this call. */
  readonly entries: readonly TimelineEntry[];
  readonly complaints: Simulator['debugger'];
  readonly crashes: readonly Crash[];
  /** Webhooks that were not answered, including repeats. */
  readonly inVain: number;
  /** How often the app ended without being killed. */
  readonly byItself: number;
  /** Numbers still on the line when we stopped waiting. */
  readonly stuck: readonly string[];
}

const CRASH_TEXTS: Readonly<Record<Moment, string>> = {
  calling: 'THE APP IS KILLED: somebody is about to call',
  greeted: 'THE APP IS KILLED: the caller is being greeted',
  ringing: 'THE APP IS KILLED: a phone rings',
  pickedUp: 'THE APP IS KILLED: somebody has picked up, and detection listens',
  verdict: 'THE APP IS KILLED: it has written down that this is a human, and bridged nobody yet',
  talking: 'THE APP IS KILLED: they talk',
  recording: 'THE APP IS KILLED: the caller leaves a message',
};

/** Tells one call as a story, with when the app died and when it was back. */
export function chaosStory({ caller, legs, names, entries, crashes }: CrashResult): Line[] {
  const lines: Line[] = [];
  const at = (time: number | undefined, text: string): void => {
    if (time !== undefined) lines.push({ ms: Math.max(0, time - caller.createdAt), text });
  };
  // Events of the same moment are told in this order.
  for (const crash of crashes) {
    at(crash.at, CRASH_TEXTS[crash.when]);
    if (crash.backAt !== undefined) at(crash.backAt, `the app is back, after ${seconds(crash.backAt - crash.at)}`);
  }
  at(caller.createdAt, `${caller.from} calls`);
  for (const leg of legs) lines.push(...legStory(names.get(leg.to) ?? leg.to, leg, caller, ''));
  for (const sound of caller.sounds) {
    if (!sound.text.startsWith('http')) at(sound.at, `the caller hears: “${sound.text}”`);
  }
  for (const { at: time, detail, call } of entries) {
    if (detail?.['event'] === 'hang-up' && call === caller.sid) at(time, 'the caller hangs up');
    if (detail?.['event'] === 'recorded') at(time, `a message of ${String(detail['seconds'])} s is recorded`);
  }
  return lines.sort((a, b) => a.ms - b.ms);
}

/** Returns how it ended for the caller. */
export function endingOf(played: CrashResult): Ending | 'nothing' {
  const { caller, entries } = played;
  if (talksOf(played).length > 0) return 'talk';
  if (recordedSeconds(entries) > 0) return 'message';
  const gaveUp = entries.some(({ call, detail }) => call === caller.sid && detail?.['event'] === 'hang-up');
  if (gaveUp) return 'hungUp';
  if (entries.some(({ call, detail }) => call === caller.sid && detail?.['url'] === BIN.url)) return 'fallback';
  return (caller.heard.at(-1) ?? '').startsWith('We are sorry, nobody') ? 'told' : 'nothing';
}

/** Describes how it ended in words. */
export function chaosOutcome(played: CrashResult): string {
  const ending = endingOf(played);
  switch (ending) {
    case 'talk':
      return talksOf(played)
        .map(({ name, ms }) => `talked with ${name} for ${seconds(ms)}`)
        .join(', then ');
    case 'message':
      return `left a message of ${String(recordedSeconds(played.entries))} s`;
    case 'told':
      return 'was told that nobody can be reached';
    case 'fallback':
      return 'heard the sentence for calls while the app is down';
    case 'hungUp':
      return 'hung up first';
    case 'nothing':
      return 'was left with nothing';
  }
}

/** Describes the whole call in one line. */
export function chaosSummary(played: CrashResult): string {
  const { crashes, inVain } = played;
  const times = crashes.length === 1 ? 'once' : `${String(crashes.length)} times`;
  const died =
    crashes.length === 0 ? 'the app lived' : `the app died ${times}, Twilio asked ${String(inVain)} times in vain`;
  return `${died} · the caller ${chaosOutcome(played)}`;
}

/** Returns what went wrong, by Twilio's record; empty if all is well. */
export function chaosFaults(played: CrashResult): string[] {
  const { scenario, caller, legs, names, crashes, byItself, stuck } = played;
  const wrong = complaintsWhileUp(played).map((complaint) => `the simulated Twilio complains: ${complaint}`);
  if (byItself > 0) wrong.push(`the app died ${String(byItself)} times by itself`);
  if (crashes.length !== scenario.crashes.length + byItself) {
    wrong.push(`the app was killed ${String(crashes.length)} times instead of ${String(scenario.crashes.length)}`);
  }
  for (const { backAt } of crashes) if (backAt === undefined) wrong.push('the app did not come back');
  const ending = endingOf(played);
  if (ending !== scenario.ending) wrong.push(`the caller's end is "${ending}" instead of "${scenario.ending}"`);
  const talks = talksOf(played);
  if (talks.length > 1) wrong.push(`the caller was bridged with ${talks.map(({ name }) => name).join(' and ')}`);
  for (const { name, ms, leg } of talks) {
    if (scenario.talksTo?.includes(name) !== true) wrong.push(`${name} has the caller`);
    if (ms < (scenario.talkMs ?? 0)) wrong.push(`they talked for ${seconds(ms)} only`);
    if (leg.answeredBy !== 'human') wrong.push(`${name} is not a human`);
  }
  if (caller.endedAt === undefined) wrong.push('the caller is still on the line');
  for (const to of stuck) wrong.push(`${names.get(to) ?? to} was still on the line`);
  for (const { to, endedAt } of legs) if (endedAt === undefined) wrong.push(`${to} is still on the line`);
  return wrong;
}

/** Returns complaints of the simulated Twilio, without those about an app that was down and unreachable. */
function complaintsWhileUp({ complaints, crashes }: CrashResult): readonly string[] {
  return complaints
    .filter(({ at, code }) => {
      const isDown = crashes.some((crash) => crash.at <= at && at <= (crash.backAt ?? Infinity) + GRACE_MS);
      return !(isDown && UNREACHABLE.has(code));
    })
    .map(({ code, message }) => `${String(code)} ${message}`);
}

/** For documents, status callbacks, and conference events (twilio.com/docs/api/errors). */
const UNREACHABLE = new Set([11200, 11205, 15003, 16011]);
/** A request that was in transit when the app came back. */
const GRACE_MS = 2_000;

function talksOf({ caller, legs, names }: CrashResult): readonly { name: string; ms: number; leg: SimulatedCall }[] {
  return legs.flatMap((leg) => {
    const ms = leg.bridgedWith.filter(({ sid }) => sid === caller.sid).reduce((sum, bridge) => sum + bridge.ms, 0);
    return ms === 0 ? [] : [{ name: names.get(leg.to) ?? leg.to, ms, leg }];
  });
}

function recordedSeconds(entries: readonly TimelineEntry[]): number {
  const recorded = entries.find(({ detail }) => detail?.['event'] === 'recorded' && detail['status'] === 'completed');
  return Number(recorded?.detail?.['seconds'] ?? 0);
}
