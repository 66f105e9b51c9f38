import type { Terminal } from '../terminal/terminal.js';
import type { Change, Plan } from './plan/change.js';

const SHOWN_ALONE = 8;

/** Formats a plan as lines to read. */
export function showPlan(plan: Plan, { paint }: Pick<Terminal, 'paint'>): string[] {
  const lines: string[] = [];
  for (const change of plan.changes) {
    const sign = change.do === 'create' ? paint('green', '+') : paint('yellow', '~');
    lines.push(`${sign} ${title(change)}`);
    for (const { field, from, to } of change.fields) {
      lines.push(`    ${field.padEnd(24)} ${from === null ? to : `${paint('dim', from)} → ${to}`}`);
    }
  }
  if (plan.same.length > 0) lines.push(paint('dim', `= already right: ${list(plan.same)}`));
  if (plan.alone.length > 0) lines.push(paint('dim', `  not in the file, left alone: ${list(plan.alone)}`));
  for (const note of plan.notes) lines.push(`  note: ${note}`);
  for (const problem of plan.problems) lines.push(`${paint('red', '✕')} ${problem}`);
  return lines;
}

export function title({ do: what, kind, name }: Pick<Change, 'do' | 'kind' | 'name'>): string {
  return `${what} ${kind} "${name}"`;
}

/** Summarises a plan as `2 to create, 1 to update`. */
export function summary({ changes }: Plan): string {
  if (changes.length === 0) return 'Nothing to change.';
  const created = changes.filter((change) => change.do === 'create').length;
  const parts = [
    created > 0 ? `${String(created)} to create` : '',
    changes.length > created ? `${String(changes.length - created)} to update` : '',
  ];
  return `${parts.filter((part) => part !== '').join(', ')}, nothing to delete.`;
}

function list(things: readonly { readonly kind: string; readonly name: string }[]): string {
  const names = things.slice(0, SHOWN_ALONE).map(({ kind, name }) => `${kind} "${name}"`);
  const more = things.length - names.length;
  return [...names, ...(more > 0 ? [`${String(more)} more`] : [])].join(', ');
}
