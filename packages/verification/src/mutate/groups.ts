// What npm run mutate changes, folder by folder, and the tests that run against it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { ROOT } from '../root.js';

export const SOURCE = /(?<!\.d)\.ts$/;

const DECISIONS = 'packages/core/test/{kernel,flow,wire,taskrouter,http}/**/*.test.ts';
const SHELL = 'packages/core/test/{kernel,store,runtime,twilio,http}/**/*.test.ts';

/**
 * Folders whose own tests are in these files: other tests of its area only pass through it, which would take seconds for each
 * change.
 */
const OWN_TESTS: Readonly<Record<string, readonly string[]>> = {
  'dashboard/server/door': ['packages/dashboard/test/{door,page}.test.ts'],
};

/** A group has a bar of its own, in percent, over all its folders. */
export interface Group {
  readonly name: string;
  readonly bar: number;
  /** The packages whose change may change a result. */
  readonly reaches: readonly string[];
  /** Where its sources are, and the tests of their own area. */
  readonly parts: readonly { readonly sources: readonly string[]; readonly tests: readonly string[] }[];
}

export interface Folder {
  readonly group: Group;
  readonly name: string;
  readonly files: string;
  readonly tests: readonly string[];
}

export const GROUPS: readonly Group[] = [
  {
    name: 'core',
    bar: 85,
    reaches: ['core', 'simulator'],
    parts: [
      { sources: ['kernel', 'flows', 'wire'].map((folder) => `packages/core/src/${folder}`), tests: [DECISIONS] },
      {
        sources: ['store', 'runtime', 'twilio', 'http'].map((folder) => `packages/core/src/${folder}`),
        tests: [SHELL],
      },
    ],
  },
  ...['store-redis', 'store-sqlite'].map((name) => ({
    name,
    bar: 85,
    reaches: ['core', name],
    parts: [{ sources: [`packages/${name}/src`], tests: [`packages/${name}/test/**/*.test.ts`] }],
  })),
  {
    name: 'dashboard',
    bar: 85,
    reaches: ['core', 'dashboard', 'simulator'],
    parts: [
      {
        sources: ['server', 'numbers', 'shared'].map((folder) => `packages/dashboard/src/${folder}`),
        tests: ['packages/dashboard/test/**/*.test.ts'],
      },
    ],
  },
  {
    name: 'cli',
    bar: 70,
    reaches: ['core', 'cli', 'dashboard', 'simulator'],
    parts: [
      {
        sources: ['packages/cli/src'],
        tests: ['packages/cli/test/**/*.test.ts', 'packages/verification/test/e2e/doctor.test.ts'],
      },
    ],
  },
];

/** Returns every folder that has sources of its own, such as `core/flows/leg`. */
export function allFolders(): readonly Folder[] {
  return GROUPS.flatMap((group) =>
    group.parts.flatMap(({ sources, tests }) =>
      sources.flatMap(foldersWithin).map((path) => {
        const name = path.replace(/^packages\//, '').replace(/\/src(?=\/|$)/, '');
        return { group, name, files: `${path}/*.ts`, tests: OWN_TESTS[name] ?? tests };
      }),
    ),
  );
}

function foldersWithin(path: string): readonly string[] {
  const entries = readdirSync(ROOT + path, { withFileTypes: true });
  const own = entries.some((entry) => entry.isFile() && SOURCE.test(entry.name) && entry.name !== 'index.ts');
  const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => `${path}/${name}`);
  return [...(own ? [path] : []), ...below.flatMap(foldersWithin)];
}

/** Returns a text that changes with everything that can change the result of a folder of this group. */
export function fingerprint(group: Group): string {
  const hash = createHash('sha256');
  const paths = [
    ...group.reaches.flatMap((name) => [`packages/${name}/src`, `packages/${name}/test`]),
    ...[
      'packages/verification/test/helpers',
      'packages/verification/src/mutate',
      'vitest.config.ts',
      'package-lock.json',
    ],
  ];
  for (const path of paths.flatMap(filesAt)) hash.update(`${path}\n`).update(readFileSync(ROOT + path));
  return hash.digest('hex');
}

function filesAt(path: string): readonly string[] {
  if (/\.\w+$/.test(path)) return [path];
  return readdirSync(ROOT + path, { withFileTypes: true })
    .filter(({ name }) => name !== 'page')
    .flatMap((entry) => (entry.isDirectory() ? filesAt(`${path}/${entry.name}`) : [`${path}/${entry.name}`]))
    .sort();
}
