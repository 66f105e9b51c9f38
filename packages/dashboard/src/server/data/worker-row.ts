import { isTaskCallFinal, currentCoolDown, type LiveTaskCall, type LiveWorker, type Reservation } from '@amd/core';
import type { WorkerRow } from '../../shared/workers.js';
import { USUAL_LEG } from '../../shared/lean.js';
import type { CallRow, LegRow } from '../../shared/protocol.js';
import { short, toLegRow } from './call-row.js';

/** Builds a worker's row, field by field, as with calls. `null`: deleted. */
export function toWorkerRow(state: LiveWorker, version: number): WorkerRow | null {
  if (state.deleted) return null;
  // A refusal is shown until the worker changes activity all the same.
  const isOld =
    state.requestedActivity?.status === 'done' ||
    (state.requestedActivity?.status === 'refused' && state.since > state.requestedActivity.askedAt);
  const requested = isOld ? null : state.requestedActivity;
  const coolDown = currentCoolDown(state);
  return {
    kind: 'worker',
    sid: state.sid,
    version,
    name: short(state.name ?? ''),
    phone: short(state.phone ?? ''),
    activity: state.activity?.sid ?? null,
    since: state.since,
    coolDown: coolDown === undefined ? null : { startedAt: coolDown.startedAt, until: coolDown.until },
    requested:
      requested === null
        ? null
        : {
            on: requested.on,
            status: requested.status === 'refused' ? 'refused' : 'pending',
            reason: short(requested.reason ?? ''),
          },
  };
}

/**
 * Builds the row of a call that waits for workers, in the form of every other call: one leg for each worker who was reserved for
 * it.
 */
export function toTaskCallRow(state: LiveTaskCall, version: number): CallRow {
  const { call, caller, timestamps } = state;
  const isJoining = caller.phase === 'waiting' && state.winner !== null;
  return {
    kind: 'call',
    sid: call.sid,
    version,
    from: short(call.from),
    to: short(call.to),
    phase: caller.phase === 'waiting' ? (isJoining ? 'joining' : 'held') : caller.phase,
    result: state.result,
    startedAt: timestamps.startedAt,
    heldAt: null,
    wonAt: timestamps.wonAt ?? null,
    connectedAt: timestamps.connectedAt ?? null,
    fallbackAt: timestamps.fallbackAt ?? null,
    endedAt: timestamps.endedAt ?? null,
    messageSeconds: caller.recording?.seconds ?? null,
    final: isTaskCallFinal(state),
    legs: state.reservations.map((reservation) => ofReservation(reservation, state)),
  };
}

function ofReservation(reservation: Reservation, { legs, winner }: LiveTaskCall): LegRow {
  const { id, timestamps, rejectTo, result } = reservation;
  const held: LegRow['reservation'] = {
    worker: reservation.worker,
    result,
    sends: rejectTo === 'unavailable' ? 'coolDown' : rejectTo,
    assignedAt: timestamps.assignedAt,
    endedAt: timestamps.endedAt ?? null,
  };
  const leg = legs.find((one) => one.id === reservation.leg);
  const name = short(reservation.workerName ?? '');
  if (leg !== undefined) return { ...toLegRow(leg, winner), id, name, reservation: held };
  return {
    ...USUAL_LEG,
    id,
    name: name || reservation.worker,
    to: '',
    phase: 'ended',
    result: 'refused',
    detail: 'no usable phone number',
    reservation: held,
    requestedAt: timestamps.assignedAt,
    endedAt: timestamps.endedAt ?? timestamps.assignedAt,
  };
}
