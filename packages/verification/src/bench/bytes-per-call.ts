import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Section } from './figure.js';
import { atMost } from './samples.js';

const NAME = 'bytes per live call';
const CHILD = fileURLToPath(new URL('./bytes.mjs', import.meta.url));

export const bytesPerCall: Section = {
  name: NAME,
  figures: [NAME],
  run({ quick, progress }) {
    const samples: number[] = [];
    for (let round = 0; round < (quick ? 1 : 3); round += 1) {
      progress(`process ${String(round + 1)}`);
      samples.push(Number(execFileSync(process.execPath, ['--expose-gc', CHILD, '10000'], { encoding: 'utf8' })));
    }
    const detail = '10,000 one-leg calls that ring, in the memory store, with their timers and commit log, after gc';
    return Promise.resolve([atMost(NAME, samples, 3500, ' bytes', detail)]);
  },
};
