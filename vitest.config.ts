import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Tests run on the sources: no build is needed before `npm test`. */
export default defineConfig({
  resolve: {
    alias: [
      { find: '@amd/core/http', replacement: source('./packages/core/src/http/index.ts') },
      { find: '@amd/core/twilio', replacement: source('./packages/core/src/executor/index.ts') },
      { find: '@amd/core/testing', replacement: source('./packages/core/src/testing/index.ts') },
      { find: /^@amd\/core$/, replacement: source('./packages/core/src/index.ts') },
      { find: /^@amd\/cli$/, replacement: source('./packages/cli/src/index.ts') },
      { find: /^@amd\/dashboard$/, replacement: source('./packages/dashboard/src/index.ts') },
      { find: /^@amd\/simulator$/, replacement: source('./packages/simulator/src/index.ts') },
    ],
  },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 20_000,
    // No module of ours has state (a test says so), so that files may share what a process has loaded.
    isolate: false,
    // By itself vitest leaves one of two processors idle.
    maxWorkers: '100%',
  },
});
