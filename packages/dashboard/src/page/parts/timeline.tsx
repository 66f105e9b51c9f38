import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { CallRow } from '../../shared/protocol.js';
import { day, duration, timeOfDay } from '../text/format.js';
import { timelineOf } from '../text/timeline.js';
import { lookOf } from '../text/words.js';

interface TimelineProps {
  readonly row: CallRow;
  readonly number: (text: string) => string;
  readonly close: () => void;
}

/** Shows one call from its first to its last moment, in a dialog that returns the focus when it closes. */
export function Timeline({ row, number, close }: TimelineProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const look = lookOf(row);
  useLayoutEffect(() => {
    const element = dialog.current;
    const opener = document.activeElement;
    element?.showModal();
    return () => {
      element?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} class="timeline" aria-labelledby="timeline-title" onClose={close} onClick={closeOutside}>
      <div class="inner">
        <header>
          <h2 id="timeline-title">
            {number(row.from)} <span aria-label="to">→</span> {number(row.to)}
          </h2>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </header>
        <p class="look" data-tone={look.tone}>
          <span aria-hidden="true">{look.icon}</span> {look.words} · {day(row.startedAt)}
        </p>
        <ol class="moments">
          {timelineOf(row, number).map(({ at, text, tone }) => (
            <li key={`${String(at)} ${text}`} data-tone={tone}>
              <time dateTime={new Date(at).toISOString()}>{timeOfDay(at)}</time>
              <span class="offset">+{duration(at - row.startedAt)}</span>
              <span>{text}</span>
            </li>
          ))}
        </ol>
        <p class="sid">
          CallSid <code>{row.sid}</code>
        </p>
      </div>
    </dialog>
  );
}

function closeOutside(event: MouseEvent): void {
  if (event.target === event.currentTarget) (event.currentTarget as HTMLDialogElement).close();
}
