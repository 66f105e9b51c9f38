import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  dts: { compilerOptions: { ignoreDeprecations: '6.0', paths: {} } },
  clean: true,
  target: 'node20',
  removeNodeProtocol: false,
  treeshake: true,
  esbuildOptions(options, { format }) {
    // Jest runs CommonJS in a context without dynamic import: there it becomes a `require`, evaluated as late.
    if (format === 'cjs') options.supported = { ...options.supported, 'dynamic-import': false };
  },
});
