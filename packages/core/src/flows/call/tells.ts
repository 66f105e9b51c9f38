import type { EpochMs } from '../../kernel/flow.js';
import type { CallResult } from '../forwarding/state.js';
import { type CallFlow, type CommittedStep, msBetween } from '../metrics.js';
import type { HookRun } from '../tells.js';
import type { Reservation } from '../taskrouter/state.js';
import type { KeptCall, Recording, WaitingCaller } from './call.js';
import type { Callee, HookData } from './hooks.js';
import { type Leg, listenedMs } from './leg.js';

/** The part of a call's state, in either flow, that hooks are told of. */
interface ToldCall {
  readonly kind: 'call';
  readonly visit: number;
  readonly call: KeptCall;
  readonly caller: Pick<WaitingCaller, 'recording' | 'talks'> & {
    readonly phase: string;
    readonly takenElsewhere?: boolean;
  };
  readonly result: CallResult | null;
  readonly legs: readonly Leg[];
  readonly winner: number | null;
  /** TaskRouter only. */
  readonly reservations?: readonly Pick<Reservation, 'leg' | 'worker'>[];
  readonly timestamps: { readonly startedAt: EpochMs; readonly connectedAt?: EpochMs; readonly endedAt?: EpochMs };
}

interface NoCall {
  readonly kind: 'nothing';
}

/**
 * What the user's hooks are told of one committed step, in either flow. The ids are the same whoever computes them, so that a
 * hook recognises repeats.
 */
export function callTells(flow: CallFlow, { before, event, after }: CommittedStep<ToldCall | NoCall>): HookRun[] {
  if (after.kind !== 'call') return [];
  const known = before.kind === 'call' ? before : null;
  const visit = known?.visit === after.visit ? known : null;
  // Legs that did not change are the same objects, and a call may have 200.
  const unchanged = new Set(known?.legs);
  const changed = after.legs.filter((leg) => !unchanged.has(leg));
  return [
    ...rung(flow, known, after, changed, event.at),
    ...connected(flow, known, after, changed),
    ...recorded(flow, visit, after, event),
    ...ended(flow, visit, after, event.at),
  ];
}

function rung(
  flow: CallFlow,
  before: ToldCall | null,
  after: ToldCall,
  changed: readonly Leg[],
  at: EpochMs,
): HookRun[] {
  return changed
    .filter((leg) => hasRung(leg) && !hasRung(sameLeg(before, leg)))
    .map((leg) => {
      const waitedMs = msBetween(after.timestamps.startedAt, at);
      return run('rung', leg.id, flow, after, { callee: calleeOf(after, leg), waitedMs });
    });
}

/** A leg that answers for itself has rung, even if the notification was lost. */
function hasRung(leg: Leg | undefined): boolean {
  return leg !== undefined && (leg.timestamps.ringingAt ?? leg.timestamps.answeredAt) !== undefined;
}

function connected(flow: CallFlow, before: ToldCall | null, after: ToldCall, changed: readonly Leg[]): HookRun[] {
  if (after.caller.phase !== 'connected') return [];
  return changed
    .filter((leg) => leg.timestamps.joinedAt !== undefined && sameLeg(before, leg)?.timestamps.joinedAt === undefined)
    .map((leg) =>
      run('connected', leg.id, flow, after, {
        callee: calleeOf(after, leg),
        others: othersThan(after, leg),
        waitedMs: waitedMs(after),
      }),
    );
}

function ended(flow: CallFlow, visit: ToldCall | null, after: ToldCall, at: EpochMs): HookRun[] {
  const { result, caller, timestamps } = after;
  if (caller.phase !== 'ended' || result === null || visit?.caller.phase === 'ended') return [];
  const leg = result === 'connected' ? talkingLeg(after) : undefined;
  const callee = leg === undefined ? null : calleeOf(after, leg);
  const others = othersThan(after, leg);
  const { recording } = caller;
  const waited = waitedMs(after);
  const { connectedAt } = timestamps;
  // The caller's own end may be noticed late.
  const endedAt = Math.min(leg?.timestamps.endedAt ?? at, at);
  const talkMs = result === 'connected' && connectedAt !== undefined ? msBetween(connectedAt, endedAt) : null;
  const end = run('ended', after.visit, flow, after, { result, callee, others, waitedMs: waited, talkMs, recording });
  // Another application that took the caller out of the queue has talked with them.
  const isMissed = (result === 'unanswered' || result === 'callerLeft') && caller.takenElsewhere !== true;
  if (!isMissed) return [end];
  return [end, run('missed', after.visit, flow, after, { result, others, waitedMs: waited, recording })];
}

function recorded(
  flow: CallFlow,
  visit: ToldCall | null,
  after: ToldCall,
  event: { readonly type: string },
): HookRun[] {
  const { recording, talks } = after.caller;
  const known = visit?.caller.recording ?? null;
  const runs: HookRun[] = [];
  if (recording !== null && (known?.sid !== recording.sid || known.failed !== recording.failed)) {
    runs.push(run('voicemail', toldAs(recording), flow, after, { recording }));
  }
  const told = talks.at(-1);
  const talk = (event as { readonly recording?: Recording | null }).recording ?? null;
  if (told !== undefined && told !== visit?.caller.talks.at(-1) && talk !== null) {
    const leg = talkingLeg(after);
    const callee = leg === undefined ? null : calleeOf(after, leg);
    runs.push(run('recording', told, flow, after, { recording: talk, callee }));
  }
  return runs;
}

/** A recording as it is remembered: a file that failed is told of once more. */
export function toldAs({ sid, failed }: Recording): string {
  return failed === true ? `${sid}:failed` : sid;
}

/** Runs of one call carry its SID in their id; a recording's SID is unique by itself. */
function idOf(hook: keyof HookData, which: number | string, sid: string): string {
  return typeof which === 'number' ? `hook:${hook}:${sid}:${String(which)}` : `hook:${hook}:${which}`;
}

/** The ids of all runs that a call may have asked for. A message of an earlier visit is no longer known. */
export function hookIds({
  call,
  visit,
  lastLeg,
  caller,
}: Pick<ToldCall, 'call' | 'visit' | 'caller'> & { readonly lastLeg: number }): readonly string[] {
  const { recording, talks } = caller;
  const ids = (hook: keyof HookData, last: number): string[] =>
    Array.from({ length: last }, (_, n) => idOf(hook, n + 1, call.sid));
  return [
    ...ids('rung', lastLeg),
    ...ids('connected', lastLeg),
    ...ids('ended', visit),
    ...ids('missed', visit),
    ...(recording === null ? [] : [recording.sid, `${recording.sid}:failed`]).map((told) =>
      idOf('voicemail', told, call.sid),
    ),
    ...talks.map((told) => idOf('recording', told, call.sid)),
  ];
}

function run<Name extends keyof HookData>(
  hook: Name,
  which: number | string,
  flow: CallFlow,
  { call, visit }: ToldCall,
  rest: Omit<HookData[Name], 'v' | 'flow' | 'sid' | 'from' | 'to' | 'visit'>,
): HookRun {
  const { sid, from, to } = call;
  return { type: 'hook.run', id: idOf(hook, which, sid), hook, data: { v: 1, flow, sid, from, to, visit, ...rest } };
}

function sameLeg(call: ToldCall | null, { id }: Leg): Leg | undefined {
  return call?.legs.find((leg) => leg.id === id);
}

/** The leg that has, or last had, the caller. */
function talkingLeg({ legs, winner }: ToldCall): Leg | undefined {
  return legs.find((leg) => leg.id === winner);
}

/** Everybody else who was rung in this visit. */
function othersThan(call: ToldCall, talking: Leg | undefined): readonly Callee[] {
  const isOfVisit = ({ timestamps }: Leg): boolean => timestamps.requestedAt >= call.timestamps.startedAt;
  return call.legs.filter((leg) => leg !== talking && isOfVisit(leg)).map((leg) => calleeOf(call, leg));
}

function calleeOf({ reservations = [] }: ToldCall, leg: Leg): Callee {
  const { id, target, sid, answeredBy, result, timestamps } = leg;
  const { ringingAt, answeredAt, endedAt, keyAt } = timestamps;
  const worker = reservations.find((reservation) => reservation.leg === id)?.worker;
  const rangUntil = answeredAt ?? endedAt;
  return {
    leg: id,
    name: target.name ?? null,
    number: target.to,
    ...(worker === undefined ? {} : { worker }),
    sid,
    answeredBy,
    pressedKey: keyAt !== undefined,
    result,
    ringMs: ringingAt === undefined || rangUntil === undefined ? null : msBetween(ringingAt, rangUntil),
    detectionMs: listenedMs(timestamps),
  };
}

/** How long the caller waited, in ms: for the talk, or in all. */
function waitedMs({ timestamps }: ToldCall): number {
  const { startedAt, connectedAt, endedAt } = timestamps;
  return msBetween(startedAt, connectedAt ?? endedAt ?? startedAt);
}
