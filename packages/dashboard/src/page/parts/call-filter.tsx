import type { VNode } from 'preact';
import type { CallRow } from '../../shared/protocol.js';
import { groupOf, type Group } from '../text/words.js';
import { FilterBar, isFound, type Filter } from './filter-bar.js';

const GROUPS = [
  ['all', 'All'],
  ['waiting', 'Waiting'],
  ['talking', 'Talking'],
  ['connected', 'Connected'],
  ['missed', 'Missed'],
] as const;

export const NO_FILTER: Filter<Group> = { group: 'all', text: '' };

/** Filters by number, name or CallSid. */
export function filterCalls(rows: readonly CallRow[], { group, text }: Filter<Group>): readonly CallRow[] {
  if (group === 'all' && text.trim() === '') return rows;
  return rows.filter(
    (row) =>
      (group === 'all' || groupOf(row) === group) &&
      isFound(text, [row.sid, row.from, row.to, ...row.legs.flatMap(({ name, to }) => [name, to])]),
  );
}

export function CallFilter(props: {
  readonly filter: Filter<Group>;
  readonly setFilter: (filter: Filter<Group>) => void;
  readonly shown: number;
  readonly all: number;
}): VNode {
  return <FilterBar {...props} noun="calls" groups={GROUPS} searched="Number, name or CallSid" />;
}
