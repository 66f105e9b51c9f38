import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import base from '../../../../vitest.config.js';

/** Runs tests with another version of the official client: main.ts says where it is. */
export default mergeConfig(
  { resolve: base.resolve ?? {} },
  {
    root: fileURLToPath(new URL('../../../..', import.meta.url)),
    resolve: { alias: [{ find: /^twilio$/, replacement: process.env['AMD_TWILIO'] ?? '' }] },
    test: {
      include: ['packages/{core,simulator}/test/**/*.test.ts'],
      isolate: false,
      testTimeout: 0,
      hookTimeout: 0,
    },
  },
);
