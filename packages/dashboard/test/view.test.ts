import { describe, expect, it } from 'vitest';
import type { Delta } from '../src/shared/protocol.js';
import { applyUpdate, newestFirst, type View } from '../src/shared/view.js';

describe('a view', () => {
  const totals = {} as never;
  const at = (seq: number, ...rows: readonly (readonly [string, number])[]): View => ({
    epoch: 'E1',
    seq,
    offsetMs: 0,
    rows: new Map(rows.map(([sid, version]) => [sid, { sid, version } as never])),
    totals,
  });
  const delta = (
    from: number,
    seq: number,
    rows: readonly (readonly [string, number])[],
    ...gone: string[]
  ): Delta => ({
    kind: 'delta',
    epoch: 'E1',
    from,
    seq,
    now: 1000,
    rows: rows.map(([sid, version]) => ({ sid, version }) as never),
    gone,
    totals,
  });
  const shown = (view: View | 'resync'): unknown =>
    view === 'resync'
      ? view
      : [view.seq, view.offsetMs, [...view.rows.values()].map(({ sid, version }) => [sid, version])];

  it('a view accepts rows that are newer or as new, and forgets those that are gone', () => {
    const before = at(1, ['A', 3], ['B', 3], ['C', 3]);
    const change = delta(
      1,
      2,
      [
        ['A', 4],
        ['B', 2],
        ['D', 1],
      ],
      'C',
    );
    expect(shown(applyUpdate(before, change, 400))).toEqual([
      2,
      600,
      [
        ['A', 4],
        ['B', 3],
        ['D', 1],
      ],
    ]);
    expect(before.rows.size).toBe(3);
  });

  it('a view accepts a row of the same version: its call may have been left out and come back', () => {
    const renewed = { ...delta(1, 2, []), rows: [{ sid: 'A', version: 3, phase: 'new' } as never] };
    const after = applyUpdate(at(1, ['A', 3]), renewed, 0);
    expect(after === 'resync' ? null : after.rows.get('A')).toMatchObject({ phase: 'new' });
  });

  it('a view requests a sync when it is empty, when the feed is a different one, and when something is missing', () => {
    expect(applyUpdate(null, delta(0, 1, []), 0)).toBe('resync');
    expect(applyUpdate(at(1), { ...delta(1, 2, []), epoch: 'E2' }, 0)).toBe('resync');
    expect(applyUpdate(at(1), delta(2, 3, []), 0)).toBe('resync');
  });

  it('a view stays unchanged when an answer has overtaken the change, and goes on when they overlap', () => {
    const before = at(5, ['A', 3]);
    for (const seq of [4, 5]) expect(applyUpdate(before, delta(3, seq, [['A', 9]]), 400)).toBe(before);
    expect(shown(applyUpdate(before, delta(3, 6, [['A', 9]]), 400))).toEqual([6, 600, [['A', 9]]]);
  });

  it('a view starts over with a complete update, whatever it held', () => {
    const snapshot = { ...delta(0, 9, [['Z', 1]]), kind: 'snapshot' as const, epoch: 'E2' };
    expect(shown(applyUpdate(at(5, ['A', 3]), snapshot, 400))).toEqual([9, 600, [['Z', 1]]]);
  });

  it('a view lists the newest first, and by SID within the same moment, whatever order they came in', () => {
    const row = (sid: string, startedAt: number) => ({ sid, startedAt }) as never;
    for (const rows of [
      [row('A', 1), row('B', 2), row('C', 2)],
      [row('C', 2), row('B', 2), row('A', 1)],
    ])
      expect(newestFirst(rows).map(({ sid }) => sid)).toEqual(['B', 'C', 'A']);
  });
});
