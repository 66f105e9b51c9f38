import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The servers that an app can be written for. */
export const SERVERS = ['express', 'fastify'] as const;
/** The languages that an app can be written in: TypeScript and JavaScript. */
export const LANGUAGES = ['ts', 'js'] as const;
/** The server of an app; one of `SERVERS`. */
export type Server = (typeof SERVERS)[number];
/** The language of an app; one of `LANGUAGES`. */
export type Language = (typeof LANGUAGES)[number];

/** Where an app is written, for which server, and in which language. */
export interface AppOptions {
  /** Where the app is written. It must not exist, or be empty. */
  readonly folder: string;
  readonly server: Server;
  readonly language: Language;
}

/** What the user can put right. The message says how. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** npm leaves out files with these names, or reads them itself, so that templates have others. */
const RENAMED = { _gitignore: '.gitignore', '_tsconfig.json': 'tsconfig.json', _env: '.env.example' } as const;

/** Beside the program when it is built, one folder up when it runs from the source. */
const TEMPLATES = ['./templates', '../templates']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find((path) => existsSync(path));

/** The version of this package, which is the version of every package of its release. */
export function releaseVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * Writes an app into a folder.
 * @throws Error that says what to do, when the folder is not empty or cannot be written
 */
export async function writeApp({ folder, server, language }: AppOptions): Promise<void> {
  if (TEMPLATES === undefined) throw new Error('create-amd has lost its templates: install it again.');
  await demandEmpty(folder);
  try {
    await mkdir(folder, { recursive: true });
    // The app with Express is whole; the other has what differs.
    const layers = ['both', language, ...(server === 'fastify' ? [`${language}-fastify`] : [])];
    for (const layer of layers) await cp(join(TEMPLATES, layer), folder, { recursive: true });
    for (const [from, to] of Object.entries(RENAMED)) {
      if (existsSync(join(folder, from))) await rename(join(folder, from), join(folder, to));
    }
    await cp(join(folder, '.env.example'), join(folder, '.env'));
    await fillIn(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new Refusal(`"${folder}" cannot be written (${message}). Choose a folder that you may write to.`);
  }
}

/** @throws Refusal when something is there */
export async function demandEmpty(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => null);
  if (found === null) return;
  if (!found.isDirectory()) throw new Refusal(`"${folder}" is a file. Choose another name for the folder.`);
  const [first, ...others] = await readdir(folder);
  if (first === undefined) return;
  const more = others.length === 0 ? '' : ` and ${String(others.length)} more`;
  throw new Refusal(`"${folder}" is not empty: it has "${first}"${more}. Choose another folder, or empty this one.`);
}

/** Puts in what no template can know: the name of the app, and the versions of the release. */
async function fillIn(folder: string): Promise<void> {
  const name = packageName(folder);
  const path = join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  const ranges = (versions: Versions): Versions =>
    Object.fromEntries(
      Object.entries(versions).map(([one, range]) => [one, one.startsWith('@amd/') ? `^${releaseVersion()}` : range]),
    );
  const filled = {
    ...manifest,
    name,
    dependencies: ranges(manifest.dependencies),
    devDependencies: ranges(manifest.devDependencies),
  };
  await writeFile(path, `${JSON.stringify(filled, null, 2)}\n`);
  const readme = join(folder, 'README.md');
  await writeFile(readme, (await readFile(readme, 'utf8')).replace('# my-app', `# ${name}`));
}

type Versions = Readonly<Record<string, string>>;

interface Manifest {
  readonly dependencies: Versions;
  readonly devDependencies: Versions;
}

/** A name that npm accepts, as like that of the folder as possible. */
function packageName(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
  return name === '' ? 'my-app' : name.slice(0, 200);
}
