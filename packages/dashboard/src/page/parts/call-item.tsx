import type { VNode } from 'preact';
import { memo } from 'preact/compat';
import type { CallRow } from '../../shared/protocol.js';
import { day, duration, ticking, timeOfDay } from '../text/format.js';
import { lookOf } from '../text/words.js';
import { LegBar } from './leg-bar.js';

interface CallItemProps {
  readonly row: CallRow;
  readonly top: number;
  readonly height: number;
  readonly place: number;
  readonly of: number;
  readonly now: number;
  readonly number: (text: string) => string;
  readonly selected: boolean;
  readonly select: (sid: string) => void;
}

export const CallItem = memo(function CallItem(props: CallItemProps): VNode {
  const { row, top, height, place, of, now, number, selected, select } = props;
  const look = lookOf(row);
  const winner = row.connectedAt === null ? undefined : row.legs.find(({ won }) => won);
  const until = row.connectedAt ?? row.fallbackAt ?? row.endedAt;
  const waited = until === null ? ticking(now - row.startedAt) : duration(until - row.startedAt);
  return (
    <li
      class="call"
      data-tone={look.tone}
      style={{ transform: `translateY(${String(top)}px)`, height: `${String(height)}px` }}
      aria-posinset={place}
      aria-setsize={of}
    >
      <button
        type="button"
        class="head"
        aria-haspopup="dialog"
        aria-expanded={selected}
        data-sid={row.sid}
        onClick={() => {
          select(row.sid);
        }}
      >
        <span class="look">
          <span aria-hidden="true">{look.icon}</span> {look.words}
          {winner !== undefined && <b> · {winner.name || number(winner.to)}</b>}
        </span>
        <span class="parties">
          {number(row.from)} <span aria-label="to">→</span> {number(row.to)}
        </span>
        <span class="waited">
          <small>{until === null ? 'waiting' : 'waited'}</small> {waited}
        </span>
        <time class="when" dateTime={new Date(row.startedAt).toISOString()}>
          <small>{day(row.startedAt)}</small> {timeOfDay(row.startedAt)}
        </time>
      </button>
      {row.legs.length > 0 && (
        <ul class="legs">
          {row.legs.map((leg) => (
            <LegBar key={leg.id} leg={leg} row={row} now={now} number={number} />
          ))}
        </ul>
      )}
    </li>
  );
});
