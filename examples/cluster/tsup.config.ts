import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { start: 'src/start.ts' },
  format: ['esm'],
  clean: true,
  sourcemap: true,
  target: 'node20',
});
