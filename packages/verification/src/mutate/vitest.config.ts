import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import base from '../../../../vitest.config.js';
import { keepThread } from './kept-thread.js';
import { QuickestFirst } from './quickest-first.js';

/** The tests of one folder's own area, quick enough to run for each of thousands of changes: main.ts names them. */
export default defineConfig({
  root: fileURLToPath(new URL('../../../..', import.meta.url)),
  resolve: base.resolve ?? {},
  plugins: [keepThread],
  test: {
    // A change that makes a test hang is noticed here, before Stryker has to restart everything.
    testTimeout: 10_000,
    include: (process.env['MUTATE_TESTS'] ?? '').split('\n').filter((pattern) => pattern !== ''),
    // Thousands of random examples, or real processes, for each of thousands of changes: what only they notice should have a test
    // of its own.
    exclude: ['**/{totality,two-runtimes}.test.ts', 'packages/core/test/http/signed-requests-altered.test.ts'],
    setupFiles: [fileURLToPath(new URL('./few-runs.ts', import.meta.url))],
    isolate: false,
    sequence: { sequencer: QuickestFirst },
  },
});
