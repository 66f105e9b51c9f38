import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { CallRow } from '../../shared/protocol.js';
import { day, duration, timeOfDay } from '../text/format.js';
import { storyOf } from '../text/story.js';
import { lookOf } from '../text/words.js';

interface StoryProps {
  readonly row: CallRow;
  readonly number: (text: string) => string;
  readonly close: () => void;
}

/** One call from its first to its last moment. The dialog gives the focus back by itself. */
export function Story({ row, number, close }: StoryProps): VNode {
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
    <dialog ref={dialog} class="story" aria-labelledby="story-title" onClose={close} onClick={closeOutside}>
      <div class="inner">
        <header>
          <h2 id="story-title">
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
          {storyOf(row, number).map(({ at, text, tone }) => (
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
