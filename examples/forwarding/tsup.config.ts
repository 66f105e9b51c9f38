import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    start: 'src/start.ts',
    demo: 'src/demo/demo.ts',
    race: 'src/demo/race.ts',
    chaos: 'src/demo/chaos.ts',
    'chaos-app': 'src/demo/chaos-app.ts',
  },
  format: ['esm'],
  clean: true,
  sourcemap: true,
  target: 'node20',
});
