import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ROOT } from '../helpers/sources.js';

const rowsOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => /^\| .* \| +\d+ +\| +\d+ +\|$/.test(line))
    .map((line) => line.replace(/ +/g, ' '));

it('the way of each event through the code is as long as the docs say', () => {
  const { stdout } = spawnSync(process.execPath, ['scripts/run.mjs', 'trace', '--table'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  const docs = readFileSync(`${ROOT}docs/how-it-works.md`, 'utf8');
  const [, section = ''] = /## The way of one event\n([^]*?)\n## /.exec(docs) ?? [];
  expect(rowsOf(stdout)).toHaveLength(6);
  expect(rowsOf(section)).toEqual(rowsOf(stdout));
});
