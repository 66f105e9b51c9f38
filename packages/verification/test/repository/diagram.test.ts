import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { ROOT } from '../helpers/sources.js';

it('docs/diagrams show what the flows do; if not: npm run diagram', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', 'diagram', '--check'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
