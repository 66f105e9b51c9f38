import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ROOT } from '../root.js';
import type { Section } from './figure.js';
import { atMost, interleave, median, minus, short, warmUp } from './samples.js';

const NAME = 'import of @amd/core over bare Node';

/** The built package in a fresh process, CPU time from its start on, compared with a process that imports nothing. */
export const importing: Section = {
  name: NAME,
  figures: [NAME],
  async run({ quick, progress }) {
    progress('builds the package');
    const built = buildCore();
    const start = (source: string) => (): number => {
      const told = `${source}; const { user, system } = process.cpuUsage(); console.log((user + system) / 1000)`;
      return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', told], { encoding: 'utf8' }));
    };
    const rounds = quick ? 5 : 15;
    progress(`${String(rounds)} processes each`);
    const core = start(`await import(${JSON.stringify(built)})`);
    const bare = start('');
    const contenders = { core, bare };
    await warmUp(contenders, quick ? 2 : 4);
    const samples = await interleave(rounds, contenders);
    // Single runs differ by what else the machine does, so the medians are compared.
    const over = median(samples.core) - median(samples.bare);
    const figure = atMost(NAME, minus(samples.core, samples.bare), 30, ' ms', '');
    const detail = `${short(median(samples.core))} ms, bare Node ${short(median(samples.bare))} ms, difference of medians ${short(over)} ms`;
    return [{ ...figure, verdict: over <= 30 ? 'ok' : 'below goal', detail }];
  },
};

/** Builds core as it is published, beside this program. Returns the address of its entry. */
function buildCore(): string {
  const folder = fileURLToPath(new URL('./core', import.meta.url));
  const tsup = `${ROOT}node_modules/tsup/dist/cli-default.js`;
  const args = ['--silent', '--no-dts', '--format', 'esm', '--out-dir', folder];
  const built = spawnSync(process.execPath, [tsup, ...args], { cwd: `${ROOT}packages/core`, encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`packages/core could not be built:\n${built.stdout}${built.stderr}`);
  return pathToFileURL(`${folder}/index.js`).href;
}
