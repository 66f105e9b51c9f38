import { execFile } from 'node:child_process';
import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from './sources.js';

const exec = promisify(execFile);

/** Runs a program that knows nothing of the test that started it, and returns what it printed. */
export async function run(cwd: string, command: string, args: readonly string[]): Promise<string> {
  // npm tells its children which project they belong to; these belong to another one.
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(config_local_prefix|package|lifecycle)|INIT_CWD|NODE_OPTIONS|NODE_ENV|NODE_TEST|VITEST|TEST$)/.test(
        name,
      ),
  );
  const env = { ...Object.fromEntries(inherited), npm_config_loglevel: 'error', NO_COLOR: '1' };
  try {
    const { stdout } = await exec(command, args, { cwd, env, maxBuffer: 16_777_216 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** A package as it would be published. */
export interface Packed {
  readonly tarball: string;
  readonly files: readonly { readonly path: string }[];
}

/** Builds and packs a package of this repository, in a copy below `folder`. */
export async function pack(folder: string, name: string): Promise<Packed> {
  const house = join(folder, `house-${name}`);
  const copy = join(house, 'packages', name);
  await mkdir(copy, { recursive: true });
  await cp(`${ROOT}packages/${name}`, copy, {
    recursive: true,
    filter: (path) => !/[\\/](dist|test|node_modules)$/.test(path),
  });
  await cp(`${ROOT}tsconfig.json`, join(house, 'tsconfig.json'));
  await symlink(`${ROOT}node_modules`, join(house, 'node_modules'));
  await run(copy, process.execPath, [`${ROOT}node_modules/tsup/dist/cli-default.js`, '--silent']);
  const [packed] = JSON.parse(await run(copy, 'npm', ['pack', '--json', '--ignore-scripts'])) as [
    { filename: string; files: { path: string }[] },
  ];
  return { tarball: join(copy, packed.filename), files: packed.files };
}

/** Installs packages into a project; scripts of packages are not run. */
export async function install(project: string, packages: readonly string[]): Promise<void> {
  await run(project, 'npm', [
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    ...packages,
  ]);
}
