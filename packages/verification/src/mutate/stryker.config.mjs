// npm run mutate calls it for one folder at a time: see main.ts and CONTRIBUTING.md.
export default {
  mutate: process.env.MUTATE_PLACES?.split('\n'),
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'packages/verification/src/mutate/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // Changes of what is computed once, when a module is loaded, need a new process each: hours more, and they are tables.
  ignoreStatic: true,
  incremental: true,
  reporters: ['progress-append-only'],
  // The bar is over all folders: main.ts adds them up.
  thresholds: { high: 95, low: 85, break: null },
  timeoutMS: 8000,
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['docs', 'reports', 'coverage', '**/dist'],
};
