import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { start: 'src/start.ts', demo: 'src/demo/demo.ts' },
  format: ['esm'],
  clean: true,
  sourcemap: true,
  target: 'node20',
});
