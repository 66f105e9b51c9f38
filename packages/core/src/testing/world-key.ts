import type { ForwardingState, LiveForwarding } from '../flows/forwarding/state.js';
import { isHopeful, type Leg } from '../flows/leg/leg.js';
import type { AnsweredBy } from '../wire/answered-by.js';
import type { World, WorldTask } from './world-state.js';

/**
 * Everything that the future depends on. Left out on purpose: settings (the same all along), counters that only number
 * effects, what is written for people, and times: a timer may fire as late as it likes, so every order of them is
 * explored, and all that a clock still decides is whether the time for a key is up.
 */
export function worldKey(world: World): string {
  const { caller, legs, roomStarted, notes, stale, tasks, faults, state, now } = world;
  const parts: unknown[] = [
    caller.call,
    caller.doing,
    legs.map((leg) => [
      leg.call,
      leg.doing,
      kind(leg.verdict),
      leg.final === 'completed',
      leg.owed,
      leg.told,
      leg.bridged,
    ]),
    roomStarted,
    notes,
    stale,
    faults,
    tasks.map(taskKey).sort(),
    stateKey(state, now),
  ];
  return JSON.stringify(parts);
}

/** `end:1:7` and `end:1:9` are the same to the future; a create's id matters. */
function taskKey(task: WorldTask): string {
  if ('timer' in task.work) return task.work.timer;
  const { effect } = task.work;
  const id = effect.type === 'call.create' ? task.id : `${effect.type}:${String(effect.leg)}`;
  return `${id}#${String(Math.min(task.attempt, 2))}${task.outcome === null ? '' : JSON.stringify(task.outcome)}`;
}

function stateKey(state: ForwardingState, now: number): unknown {
  if (state.kind === 'nothing') return 0;
  const { caller } = state;
  return [
    callerKey(state),
    caller.fetching,
    caller.hangingUp,
    state.call.token,
    state.claim,
    state.nextStep,
    state.lastLeg,
    state.deadlinePassed,
    state.round,
    Object.keys(state.timers).sort(),
    state.legs.map((leg) => legKey(leg, now)),
  ];
}

/** What is only looked at in certain phases counts only in those. */
function callerKey({ caller, result }: LiveForwarding): unknown {
  if (caller.phase === 'ended') return [caller.phase, result, caller.redirecting === null];
  return [
    caller.phase,
    caller.held,
    caller.doubt,
    caller.redirecting === null,
    caller.fallbackGiven,
    caller.phase === 'joining' && caller.seenAlive,
    caller.phase === 'fallingBack' ? Math.min(caller.redirectTries, 2) : 0,
  ];
}

function legKey(leg: Leg, now: number): unknown {
  const { phase } = leg;
  const known = leg.sid !== null;
  const owed = leg.human ? leg.notice : false;
  if (phase === 'ended') return [leg.id, phase, known, owed];
  return [
    leg.id,
    phase,
    known,
    owed,
    phase === 'requested' || phase === 'ending' ? leg.callerId : 0,
    kind(leg.answeredBy),
    leg.noticeGiven,
    phase === 'told' ? [leg.notice, leg.noticeTries] : 0,
    phase === 'confirming' && leg.confirmUntil !== null && now >= leg.confirmUntil,
    phase === 'joining' && [leg.joined, leg.seenAlive],
    isHopeful(phase) && leg.overdue,
    leg.fetching,
    leg.hangingUp,
    leg.telling,
  ];
}

/** Every machine is the same to the flow's default policy. */
function kind(answeredBy: AnsweredBy | null): string | null {
  return answeredBy === 'human' || answeredBy === 'unknown' || answeredBy === null ? answeredBy : 'machine';
}
