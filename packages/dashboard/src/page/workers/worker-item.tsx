import type { VNode } from 'preact';
import { memo } from 'preact/compat';
import type { ActivityInfo, PresentCall, WorkerRow } from '../../shared/workers.js';
import { activityLook, isOn, presentWords } from '../text/workers.js';
import { ticking } from '../text/format.js';

interface WorkerItemProps {
  readonly row: WorkerRow;
  readonly activity: ActivityInfo | undefined;
  readonly present: PresentCall | undefined;
  readonly top: number;
  readonly height: number;
  readonly place: number;
  readonly of: number;
  readonly now: number;
  readonly number: (text: string) => string;
  readonly switchWorker: (row: WorkerRow, on: boolean) => void;
  readonly select: (call: string) => void;
}

/** Shows one worker: where they are and for how long, on which call, and the switch. */
export const WorkerItem = memo(function WorkerItem(props: WorkerItemProps): VNode {
  const { row, activity, present, top, height, place, of, now, number, switchWorker, select } = props;
  const { requested, coolDown } = row;
  const look = activityLook(activity);
  const on = isOn(row, activity);
  const asked = requested?.status === 'pending';
  const name = row.name === '' ? row.sid : row.name;
  return (
    <li
      class="worker"
      data-tone={look.tone}
      data-sid={row.sid}
      style={{ transform: `translateY(${String(top)}px)`, height: `${String(height)}px` }}
      aria-posinset={place}
      aria-setsize={of}
    >
      <p class="who">
        <b>{name}</b>
        <small>{row.phone === '' ? 'no phone number' : number(row.phone)}</small>
      </p>
      <p class="activity">
        <span class="look">
          <span aria-hidden="true">{look.icon}</span> {look.words}
        </span>
        <small>for {ticking(now - row.since)}</small>
      </p>
      <div class="doing">
        {present !== undefined && (
          <button
            type="button"
            class="link"
            aria-haspopup="dialog"
            onClick={() => {
              select(present.call.sid);
            }}
          >
            <span aria-hidden="true">☎</span> {number(present.call.from)}
            <small>{presentWords(present, now)}</small>
          </button>
        )}
        {requested?.status === 'refused' && (
          <p class="refused">
            <span aria-hidden="true">!</span> Not switched {requested.on ? 'on' : 'off'}: {requested.reason}
          </p>
        )}
        {present === undefined && requested?.status !== 'refused' && coolDown !== null && (
          <>
            <span class="left">{ticking(coolDown.until - now)} left</span>
            <button
              type="button"
              aria-label={`End cool-down of ${name}`}
              disabled={asked}
              onClick={({ currentTarget }) => {
                // This button goes away with the cool-down.
                currentTarget.closest('li')?.querySelector<HTMLElement>('[role=switch]')?.focus();
                switchWorker(row, true);
              }}
            >
              End cool-down
            </button>
          </>
        )}
      </div>
      <button
        type="button"
        role="switch"
        class="switch"
        aria-checked={on}
        aria-label={`${name} takes calls`}
        aria-busy={asked}
        onClick={() => {
          switchWorker(row, !on);
        }}
      >
        <span class="knob" aria-hidden="true" />
        <span aria-hidden="true">{asked ? '…' : on ? 'On' : 'Off'}</span>
      </button>
      {coolDown !== null && (
        <span class="cooling" aria-hidden="true" style={{ width: `${String(shareLeft(coolDown, now))}%` }} />
      )}
    </li>
  );
});

function shareLeft({ startedAt, until }: NonNullable<WorkerRow['coolDown']>, now: number): number {
  return Math.max(0, Math.min(100, (100 * (until - now)) / Math.max(1, until - startedAt)));
}
