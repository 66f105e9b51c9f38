import { defineConfig } from 'tsup';

export default defineConfig([
  {
    entry: { index: 'src/index.ts' },
    format: ['esm', 'cjs'],
    dts: {
      // Stands above the import of `twilio`, an optional peer: without it its types are `any`, and nothing is wrong.
      banner: '// @ts-ignore twilio is an optional peer',
      compilerOptions: { ignoreDeprecations: '6.0', paths: {} },
    },
    clean: true,
    target: 'node20',
    removeNodeProtocol: false,
    treeshake: true,
    esbuildOptions(options, { format }) {
      // Jest runs CommonJS in a context that has no dynamic import: there it becomes a `require`, as late.
      if (format === 'cjs') options.supported = { ...options.supported, 'dynamic-import': false };
    },
  },
  {
    entry: { bin: 'src/bin.ts' },
    format: ['esm'],
    target: 'node20',
    removeNodeProtocol: false,
    banner: { js: '#!/usr/bin/env node' },
  },
]);
