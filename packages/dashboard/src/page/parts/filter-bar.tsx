import type { VNode } from 'preact';

export interface Filter<Group extends string> {
  readonly group: Group | 'all';
  readonly text: string;
}

/** Selects which rows are shown: by group, and by text. */
export function FilterBar<Group extends string>(props: {
  readonly filter: Filter<Group>;
  readonly setFilter: (filter: Filter<Group>) => void;
  /** The plural name of the rows. */
  readonly noun: string;
  readonly groups: readonly (readonly [Group | 'all', string])[];
  /** What can be searched for: `Number, name or CallSid`. */
  readonly searched: string;
  readonly shown: number;
  readonly all: number;
}): VNode {
  const { filter, setFilter, noun, groups, searched, shown, all } = props;
  return (
    <div class="filters" role="search">
      <fieldset>
        <legend class="hidden">Which {noun}</legend>
        {groups.map(([group, words]) => (
          <label key={group}>
            <input
              type="radio"
              name={`${noun}-group`}
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
        <span class="hidden">Find: {searched}</span>
        <input
          type="search"
          placeholder={searched}
          value={filter.text}
          onInput={(event) => {
            setFilter({ ...filter, text: event.currentTarget.value });
          }}
        />
      </label>
      <p class="count">{shown === all ? `${String(all)} ${noun}` : `${String(shown)} of ${String(all)} ${noun}`}</p>
    </div>
  );
}

/** True if one of the texts contains the search text, in any case. */
export function isFound(wanted: string, texts: readonly string[]): boolean {
  const text = wanted.trim().toLowerCase();
  return text === '' || texts.some((value) => value.toLowerCase().includes(text));
}
