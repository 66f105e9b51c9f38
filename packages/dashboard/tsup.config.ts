import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';
import { buildPage } from './build-page.mjs';

export default defineConfig({
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  dts: { compilerOptions: { ignoreDeprecations: '6.0', paths: {} } },
  clean: true,
  target: 'node20',
  removeNodeProtocol: false,
  treeshake: true,
  // The page stands beside the code, also where that is CommonJS.
  shims: true,
  onSuccess: () => buildPage(fileURLToPath(new URL('./dist/page/', import.meta.url))),
});
