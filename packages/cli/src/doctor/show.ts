import type { Terminal } from '../terminal/terminal.js';
import type { Finding, Status } from './finding.js';

const SIGNS: Readonly<Record<Status, readonly [string, 'green' | 'yellow' | 'red' | 'dim']>> = {
  ok: ['✓', 'green'],
  warning: ['!', 'yellow'],
  error: ['✕', 'red'],
  skipped: ['–', 'dim'],
};

/** Formats a finding as lines to read. */
export function showFinding({ check, status, message, fix }: Finding, { paint }: Pick<Terminal, 'paint'>): string[] {
  const [sign, colour] = SIGNS[status];
  const line = `${paint(colour, sign)} ${check.padEnd(18)} ${status === 'skipped' ? paint('dim', message) : message}`;
  return fix === null ? [line] : [line, `${' '.repeat(21)}${paint('cyan', '→')} ${fix}`];
}

/** Counts findings by their status: `2 errors, 1 warning, 15 ok`. */
export function countFindings(findings: readonly Finding[]): string {
  const count = (status: Status): number => findings.filter((finding) => finding.status === status).length;
  const many = (n: number, word: string): string => `${String(n)} ${word}${n === 1 ? '' : 's'}`;
  const [errors, warnings, skipped] = [count('error'), count('warning'), count('skipped')];
  const parts = [many(errors, 'error'), many(warnings, 'warning'), `${String(count('ok'))} ok`];
  return [...parts, ...(skipped > 0 ? [`${String(skipped)} not checked`] : [])].join(', ');
}
