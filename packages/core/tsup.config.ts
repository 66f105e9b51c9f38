import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    http: 'src/http/index.ts',
    twilio: 'src/twilio/index.ts',
    testing: 'src/testing/index.ts',
    internal: 'src/internal.ts',
  },
  format: ['esm', 'cjs'],
  dts: { compilerOptions: { ignoreDeprecations: '6.0', paths: {} } },
  clean: true,
  target: 'node20',
  // What the entries have in common stands once, in CommonJS as well: a class is the same from each of them.
  splitting: true,
  removeNodeProtocol: false,
  treeshake: true,
  esbuildOptions(options, { format }) {
    // Jest runs CommonJS in a context that has no dynamic import: there it becomes a `require`, as late.
    if (format === 'cjs') options.supported = { ...options.supported, 'dynamic-import': false };
  },
});
