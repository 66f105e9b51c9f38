import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.js';

/** Tests that are about decisions and the wire, quick enough to be run again for each of thousands of changes. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  resolve: base.resolve ?? {},
  test: {
    testTimeout: 20_000,
    include: ['packages/core/test/{kernel,flow,wire,taskrouter,http}/**/*.test.ts'],
    // Thousands of random examples for each of thousands of changes: what only they notice should have a test of its own.
    exclude: ['**/totality.test.ts', 'packages/core/test/http/{mutants,sounds,adapters}.test.ts'],
    setupFiles: [fileURLToPath(new URL('./few-runs.ts', import.meta.url))],
    isolate: false,
  },
});
