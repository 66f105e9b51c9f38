import type { VNode } from 'preact';
import { PATHS } from '../../shared/protocol.js';
import type { Pause } from '../connection/paused.js';

const SIGNS = { Connecting: '◌', Reconnecting: '◌', Paused: '❚❚', Live: '●' } as const;

interface HeaderProps {
  readonly state: keyof typeof SIGNS;
  readonly pause: Pause;
  readonly theme: string;
  readonly setTheme: (theme: string) => void;
  readonly numbers: string;
  readonly setNumbers: (numbers: string) => void;
  readonly canLogOut: boolean;
  /** Called before a logout leaves the page. */
  readonly onLogOut: () => void;
}

export function Header({
  state,
  pause,
  theme,
  setTheme,
  numbers,
  setNumbers,
  canLogOut,
  onLogOut,
}: HeaderProps): VNode {
  const { paused, waiting } = pause;
  return (
    <header class="top">
      <p class="brand">
        <span class="mark" aria-hidden="true" />
        First human wins
      </p>
      <p class="state" data-state={state}>
        <span aria-hidden="true">{SIGNS[state]}</span> {state}
      </p>
      <div class="tools">
        <button
          type="button"
          onClick={() => {
            pause.toggle();
          }}
          aria-pressed={paused}
        >
          {paused ? `Resume${waiting > 0 ? ` (${String(waiting)} changed)` : ''}` : 'Pause updates'}
        </button>
        <button
          type="button"
          aria-pressed={numbers === 'full'}
          onClick={() => {
            setNumbers(numbers === 'full' ? 'masked' : 'full');
          }}
        >
          Show numbers
        </button>
        <label class="theme">
          <span>Theme</span>
          <select
            value={theme}
            onChange={(event) => {
              setTheme(event.currentTarget.value);
            }}
          >
            <option value="auto">Auto</option>
            <option value="light">Light</option>
            <option value="dark">Dark</option>
          </select>
        </label>
        {/* Without "download": if the login has ended, the answer is the form. */}
        <a class="button" href={PATHS.callsCsv.slice(1)}>
          Call log
        </a>
        {canLogOut && (
          <form method="post" action={PATHS.logout.slice(1)} onSubmit={onLogOut}>
            <button type="submit">Log out</button>
          </form>
        )}
      </div>
    </header>
  );
}
