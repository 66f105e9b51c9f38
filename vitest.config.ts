import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from './packages/verification/test/helpers/patience.js';
import { Progress } from './packages/verification/test/helpers/progress.js';
import { SlowestFirst } from './packages/verification/test/helpers/slowest-first.js';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Files that work for long, each in a process of its own: in one that has run many others they take three times as long. */
const LONG = [
  'packages/explorer/test/*.test.ts',
  'packages/core/test/runtime/two-runtimes.test.ts',
  'packages/verification/test/chaos/*.test.ts',
  'packages/verification/test/browser/cluster-page.test.ts',
  'packages/verification/test/e2e/{cluster,crowd,races,slow-rest,taskrouter,taskrouter-crowd}.test.ts',
];

/** What CI runs besides `npm test`: packing and installing, scripts that build first, a second browser, what is generated from the flows. */
const CI = [
  'packages/verification/test/browser/door-firefox.test.ts',
  'packages/verification/test/hosts/{bundled,twilio-functions}.test.ts',
  'packages/verification/test/repository/{alerts,commands,diagram,packed,packed-test-app,runtimes,starter,starts}.test.ts',
  'packages/verification/test/site/built-site.test.ts',
];

/** Tests run on the sources: no build is needed before `npm test`. */
export default defineConfig({
  resolve: {
    alias: [
      { find: '@amd/core/http', replacement: source('./packages/core/src/http/index.ts') },
      { find: '@amd/core/twilio', replacement: source('./packages/core/src/twilio/index.ts') },
      { find: '@amd/core/testing', replacement: source('./packages/core/src/testing/index.ts') },
      { find: '@amd/core/internal', replacement: source('./packages/core/src/internal.ts') },
      { find: /^@amd\/core$/, replacement: source('./packages/core/src/index.ts') },
      { find: /^@amd\/cli$/, replacement: source('./packages/cli/src/index.ts') },
      { find: /^@amd\/dashboard$/, replacement: source('./packages/dashboard/src/index.ts') },
      { find: /^@amd\/explorer$/, replacement: source('./packages/explorer/src/index.ts') },
      { find: /^@amd\/simulator$/, replacement: source('./packages/simulator/src/index.ts') },
      { find: /^@amd\/store-redis$/, replacement: source('./packages/store-redis/src/index.ts') },
      { find: /^@amd\/store-sqlite$/, replacement: source('./packages/store-sqlite/src/index.ts') },
      { find: /^create-amd$/, replacement: source('./packages/create-amd/src/index.ts') },
    ],
  },
  test: {
    // Work is bounded, not time: a busy machine needs longer for the same. What hangs is ended, and named, by `Progress`.
    testTimeout: 0,
    hookTimeout: 0,
    expect: { poll: { timeout: PATIENCE_MS } },
    sequence: { sequencer: SlowestFirst },
    reporters: ['default', new Progress({ atMostMs: 20 * 60_000 })],
    // More than there are processors: some tests only wait, for other processes or for real time.
    maxWorkers: availableParallelism() + 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'long',
          include: LONG,
        },
      },
      {
        extends: true,
        test: {
          name: 'ci',
          include: CI,
        },
      },
      {
        extends: true,
        test: {
          name: 'short',
          include: ['packages/*/{src,test}/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...LONG, ...CI],
          // No module of ours has state (a test says so), so that short files may share what a process has loaded.
          isolate: false,
        },
      },
    ],
  },
});
