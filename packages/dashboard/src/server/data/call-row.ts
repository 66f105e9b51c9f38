import type { Leg, LegResult, LiveForwarding } from '@amd/core';
import type { CallRow, LegRow } from '../../shared/protocol.js';

/** Longer than any meaningful number or name; text that a caller controls has no other limit. */
const MAX_TEXT = 120;

/**
 * Builds a call's row for pages and logs, field by field, so that new fields of the state stay inside: it holds the call's
 * `CallToken`, which is a credential.
 */
export function toCallRow(state: LiveForwarding, version: number): CallRow {
  const { call, caller, timestamps } = state;
  const legs = state.legs.map((leg) => toLegRow(leg, state.winner));
  return {
    kind: 'call',
    sid: call.sid,
    version,
    from: short(call.from),
    to: short(call.to),
    phase: caller.phase,
    result: state.result,
    startedAt: timestamps.startedAt,
    heldAt: timestamps.heldAt ?? null,
    wonAt: timestamps.wonAt ?? null,
    connectedAt: timestamps.connectedAt ?? null,
    fallbackAt: timestamps.fallbackAt ?? null,
    endedAt: timestamps.endedAt ?? null,
    messageSeconds: caller.recording?.seconds ?? null,
    final: caller.phase === 'ended' && legs.every(({ phase }) => phase === 'ended'),
    legs,
  };
}

/** Builds the row of a leg of either flow. */
export function toLegRow(leg: Leg, claim: number | null): LegRow {
  const { timestamps, result } = leg;
  return {
    id: leg.id,
    name: short(leg.target.name ?? ''),
    to: short(leg.target.to),
    phase: leg.phase,
    answeredBy: leg.answeredBy,
    result: result?.kind ?? null,
    detail: result === null ? '' : short(detailOf(result)),
    won: claim === leg.id || result?.kind === 'bridged',
    reservation: null,
    requestedAt: timestamps.requestedAt,
    queuedMs:
      timestamps.initiatedAt === undefined || timestamps.placedAt === undefined
        ? null
        : timestamps.initiatedAt - timestamps.placedAt,
    ringingAt: timestamps.ringingAt ?? null,
    answeredAt: timestamps.answeredAt ?? null,
    greetedAt: timestamps.greetedAt ?? null,
    verdictAt: timestamps.verdictAt ?? null,
    keyAt: timestamps.keyAt ?? null,
    screened: leg.screened !== null,
    joinedAt: timestamps.joinedAt ?? null,
    endedAt: timestamps.endedAt ?? null,
  };
}

function detailOf(result: LegResult): string {
  switch (result.kind) {
    case 'answered':
      return result.by;
    case 'notReached':
      return result.sipCode === null ? result.status : `${result.status} (SIP ${String(result.sipCode)})`;
    case 'refused':
      return result.reason;
    case 'bridged':
    case 'declined':
    case 'hungUp':
    case 'stopped':
    case 'lost':
      return '';
  }
}

export function short(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;
}
