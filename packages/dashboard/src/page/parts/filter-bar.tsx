import type { VNode } from 'preact';
import type { CallRow } from '../../shared/protocol.js';
import { groupOf, type Group } from '../text/words.js';

export interface Filter {
  readonly group: Group | 'all';
  readonly text: string;
}

const GROUPS: readonly (readonly [Filter['group'], string])[] = [
  ['all', 'All'],
  ['waiting', 'Waiting'],
  ['talking', 'Talking'],
  ['connected', 'Connected'],
  ['missed', 'Missed'],
];

/** By number, name or CallSid. */
export function filterCalls(rows: readonly CallRow[], { group, text }: Filter): readonly CallRow[] {
  const wanted = text.trim().toLowerCase();
  if (group === 'all' && wanted === '') return rows;
  return rows.filter(
    (row) =>
      (group === 'all' || groupOf(row) === group) &&
      (wanted === '' ||
        [row.sid, row.from, row.to, ...row.legs.flatMap(({ name, to }) => [name, to])].some((value) =>
          value.toLowerCase().includes(wanted),
        )),
  );
}

export function FilterBar(props: {
  readonly filter: Filter;
  readonly setFilter: (filter: Filter) => void;
  readonly shown: number;
  readonly all: number;
}): VNode {
  const { filter, setFilter, shown, all } = props;
  return (
    <div class="filters" role="search">
      <fieldset>
        <legend class="hidden">Which calls</legend>
        {GROUPS.map(([group, words]) => (
          <label key={group}>
            <input
              type="radio"
              name="group"
              checked={filter.group === group}
              onChange={() => {
                setFilter({ ...filter, group });
              }}
            />
            <span>{words}</span>
          </label>
        ))}
      </fieldset>
      <label class="find">
        <span class="hidden">Find a number, a name or a CallSid</span>
        <input
          type="search"
          placeholder="Number, name or CallSid"
          value={filter.text}
          onInput={(event) => {
            setFilter({ ...filter, text: event.currentTarget.value });
          }}
        />
      </label>
      <p class="count">{shown === all ? `${String(all)} calls` : `${String(shown)} of ${String(all)} calls`}</p>
    </div>
  );
}
