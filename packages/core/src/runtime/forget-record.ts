import type { EpochMs } from '../kernel/flow.js';
import type { Recording } from '../flows/call/call.js';
import { hookIds } from '../flows/call/tells.js';
import { forwarding } from '../flows/forwarding/forwarding.js';
import { type ForwardingState, isFinal, type LiveForwarding } from '../flows/forwarding/state.js';
import { firstId } from '../flows/leg/dial.js';
import { isTaskCallFinal, type LiveTaskCall, type TaskRouterState } from '../flows/taskrouter/state.js';
import { taskrouter } from '../flows/taskrouter/taskrouter.js';
import type { WorkerState } from '../flows/worker/state.js';
import { worker } from '../flows/worker/worker.js';
import { decodeState, encodeState } from '../store/envelope.js';
import type { StoredRecord } from '../store/store.js';
import { listOf } from './counted-list.js';
import { LIMITS_FROM } from './limit-keys.js';

/** A call whose record was forgotten, and its recordings, which stay at Twilio. */
export interface ForgottenCall {
  readonly key: string;
  /** SID of the inbound call. */
  readonly sid: string;
  readonly recordings: readonly Pick<Recording, 'sid' | 'url'>[];
}

/**
 * Why a record that has the number was left alone. `live`: a call that goes on. `inUse`: settings of now, such as a worker or a
 * list of people. `unreadable`: a record of another version, or a damaged one. `contested`: others changed it at every try.
 */
export type WhyKept = 'live' | 'inUse' | 'unreadable' | 'contested';

/** A record that has the number: what it is, and what is written in its place. */
export type Finding =
  | { readonly kind: 'other'; readonly data: string }
  | { readonly kind: 'kept'; readonly why: WhyKept }
  | {
      readonly kind: 'call';
      readonly data: string;
      readonly drop: readonly string[];
      readonly recordings: ForgottenCall['recordings'];
    };

/** A call that was handed off to the user's TwiML may go on for so long, in ms, unless Twilio has reported its end. */
const LONGEST_CALL_MS = 86_400_000;

/** Decides what becomes of a record that has the number. */
export function judge(record: StoredRecord, now: EpochMs): Finding {
  const { key, data } = record;
  const isGone = isExpired(record, now);
  try {
    switch (key.slice(0, key.indexOf(':') + 1)) {
      case 'forwarding:': {
        const { state, at } = decodeState(forwarding, key, data);
        return callOf(state, isGone || (isFinal(state) && hasLeft(state, at, now)), goodbyeOf(forwarding, now));
      }
      case 'taskrouter:': {
        const { state, at } = decodeState(taskrouter, key, data);
        return callOf(state, isGone || (isTaskCallFinal(state) && hasLeft(state, at, now)), goodbyeOf(taskrouter, now));
      }
      case 'worker:': {
        const { state } = decodeState(worker, key, data);
        const isOver = isGone || (state.kind === 'worker' && state.deleted);
        if (!isOver) return { kind: 'kept', why: 'inUse' };
        return { kind: 'other', data: encodeState<WorkerState>(worker, { state: { kind: 'nothing' }, at: now }) };
      }
      default:
        if (key.startsWith(LIMITS_FROM)) return { kind: 'other', data: listOf([]).data };
        return isGone ? { kind: 'other', data: '{}' } : { kind: 'kept', why: 'inUse' };
    }
  } catch {
    return isGone ? { kind: 'other', data: '{}' } : { kind: 'kept', why: 'unreadable' };
  }
}

export function isExpired({ expiresAt }: StoredRecord, now: EpochMs): boolean {
  return expiresAt !== null && expiresAt <= now;
}

/** Whoever counts calls reads it as a call that is over. */
function goodbyeOf(flow: typeof forwarding | typeof taskrouter, at: EpochMs): string {
  const { schema } = flow;
  return encodeState<ForwardingState | TaskRouterState>({ schema }, { state: { kind: 'nothing', goodbye: true }, at });
}

/** False for a caller who went on to TwiML of the user's, and may be there still. */
function hasLeft(state: ForwardingState | TaskRouterState, at: EpochMs, now: EpochMs): boolean {
  if (state.kind === 'nothing' || state.result !== 'handedOff' || state.caller.over === true) return true;
  return now - at >= LONGEST_CALL_MS;
}

function callOf(state: ForwardingState | TaskRouterState, isOver: boolean, data: string): Finding {
  if (!isOver) return { kind: 'kept', why: 'live' };
  if (state.kind === 'nothing') return { kind: 'other', data };
  return { kind: 'call', data, drop: tasksWithNumbers(state), recordings: recordingsOf(state) };
}

/** The ids of all tasks of a call that may have a number in them: a store lists no tasks. */
function tasksWithNumbers(state: LiveForwarding | LiveTaskCall): readonly string[] {
  const creates = Array.from({ length: state.lastLeg }, (_, n) =>
    (['caller', 'own'] as const).map((callerId) => firstId({ id: n + 1, callerId })),
  );
  const again = state.legs.flatMap(({ creating }) => creating ?? []);
  return [...new Set([...creates.flat(), ...again, ...hookIds(state)])];
}

/** Those that Twilio has a file of. Of a talk's recording only the SID is kept. */
function recordingsOf({ caller: { recording, talks } }: LiveForwarding | LiveTaskCall): ForgottenCall['recordings'] {
  const message = recording === null || recording.failed === true ? [] : [{ sid: recording.sid, url: recording.url }];
  const recorded = talks
    .filter((told) => !told.endsWith(':failed'))
    .map((told) => ({ sid: told, url: told.startsWith('https:') ? told : '' }));
  return [...message, ...recorded];
}
