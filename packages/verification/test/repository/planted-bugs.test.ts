import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BUGS, WORLDS } from '../../src/planted-bugs/bugs.js';
import { readRecorded } from '../../src/explore/recorded.js';
import { ROOT } from '../helpers/sources.js';

/** Every file of tests; what a bug names is part of a path. */
const TESTS = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.test.ts'], {
  cwd: ROOT,
  encoding: 'utf8',
}).split('\n');

const source = ({ at = 'packages/core/src/', file }: (typeof BUGS)[number]): string => `${ROOT}${at}${file}`;

describe('every planted bug', () => {
  it.each(BUGS)('$name: its place is in the code', (bug) => {
    const code = readFileSync(source(bug), 'utf8');
    const { from, to, also, by } = bug;
    expect(code).toContain(from);
    if (also !== undefined) expect(code).toContain(also[0]);
    expect(to).not.toBe(from);
    if (typeof by === 'string') expect(Object.keys(readRecorded())).toContain(WORLDS[by]);
    else
      for (const path of by)
        expect(
          TESTS.filter((test) => test.includes(path)),
          path,
        ).not.toEqual([]);
  });
});
