import type { VNode } from 'preact';
import type { WorkersEvents } from '../../shared/worker-events.js';
import { eventWords } from '../text/workers.js';
import { timeOfDay } from '../text/format.js';

/** More would need a page of its own. */
const MOST = 50;

/** Lists what TaskRouter reported to this server, the newest first, on request. */
export function EventLog(props: {
  readonly events: WorkersEvents | null;
  readonly on: boolean;
  readonly turn: (on: boolean) => void;
  readonly number: (text: string) => string;
  readonly select: (call: string) => void;
}): VNode {
  const { events, on, turn, number, select } = props;
  const newest = (events?.events ?? []).slice(-MOST).reverse();
  return (
    <section class="panel events" aria-labelledby="events-title">
      <header>
        <h2 id="events-title">Events of TaskRouter</h2>
        <button
          type="button"
          aria-pressed={on}
          onClick={() => {
            turn(!on);
          }}
        >
          {on ? 'Hide' : 'Show'}
        </button>
      </header>
      {on && newest.length === 0 && <p class="hint">No events since this server started.</p>}
      {on && newest.length > 0 && (
        <ol tabIndex={0} aria-label="The newest events, newest first">
          {newest.map((event) => (
            <li key={event.id}>
              <time dateTime={new Date(event.at).toISOString()}>{timeOfDay(event.at)}</time>
              <span>
                {eventWords(event, number)}
                <small>{event.type}</small>
              </span>
              {event.call !== null && (
                <button
                  type="button"
                  class="link"
                  aria-label={`The call of ${number(event.caller)}`}
                  onClick={() => {
                    if (event.call !== null) select(event.call);
                  }}
                >
                  call
                </button>
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
