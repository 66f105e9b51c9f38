import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { ROOT } from '../root.js';
import { rewriteLinks, type Target } from './links.js';
import type { SidebarPage } from './sidebar.js';

/** Pages that are made of something else than a Markdown file of docs/. */
interface Made {
  readonly page: string;
  /** The file or folder of the repository that a link means by it. */
  readonly source: string;
  readonly text: string;
}

export interface Written {
  readonly pages: readonly SidebarPage[];
  /** `docs/set-up.md: consle.md` */
  readonly dead: readonly string[];
}

const DOCS = 'docs/';

/** Writes every guide as a page into a folder, with links that work there. */
export function writePages(folder: string, repository: string, packages: readonly string[]): Written {
  rmSync(folder, { recursive: true, force: true });
  const made = [
    ...markdownIn(DOCS).map((source): Made => {
      return { source, page: pageOf(source), text: read(source) };
    }),
    { source: 'README.md', page: 'overview.md', text: readme() },
    ...packages.map((one): Made => {
      const source = `${one}/README.md`;
      return {
        source,
        page: `packages/${posix.basename(one)}.md`,
        text: existsSync(ROOT + source) ? read(source) : '',
      };
    }),
    ...codeIn(`${DOCS}recipes/`),
  ].filter(({ text }) => text !== '');
  made.push(...indexesOf(made));
  const bySource = new Map(made.map(({ source, page }) => [source, page]));
  const find = (path: string): Target => {
    const page = bySource.get(path) ?? bySource.get(`${path}/README.md`) ?? bySource.get(`${path}/index.md`);
    if (page !== undefined) return { kind: 'site', path: page };
    if (!existsSync(ROOT + path)) return { kind: 'nothing' };
    if (/\.(png|svg|jpe?g|gif|webp)$/.test(path)) return { kind: 'site', path: fileOf(path) };
    return { kind: 'repository', path, folder: statSync(ROOT + path).isDirectory() };
  };
  const twice = made.find(({ page }, index) => made.findIndex((one) => one.page === page) !== index);
  if (twice !== undefined) throw new Error(`${twice.source}: there is another page ${twice.page}`);
  const dead: string[] = [];
  for (const { source, page, text } of made) {
    const rewritten = rewriteLinks(text, { source, page, find, repository });
    dead.push(...rewritten.dead.map((target) => `${source}: ${target}`));
    for (const file of rewritten.files.flatMap((one) => [one, darkOf(one)])) copy(file, folder);
    write(`${folder}/${page}`, rewritten.text);
  }
  return { pages: made.map(({ page, text }) => ({ path: page, title: titleOf(text) ?? page })), dead };
}

/** The first heading, without its markup. */
export function titleOf(text: string): string | undefined {
  return /^# (.+)$/m
    .exec(text)?.[1]
    ?.replace(/[`*]/g, '')
    .replace(/^0*(\d+)[.:] /, '$1. ');
}

/** The same picture for the dark theme, if there is one. */
export function darkOf(picture: string): string {
  return picture.replace(/\.png$/, '-dark.png');
}

/** README.md is the overview: its first heading says what this is, and the page needs a name. */
function readme(): string {
  return read('README.md').replace(/^# (.+)$/m, '# Overview\n\n**$1.**');
}

function markdownIn(folder: string): readonly string[] {
  return readdirSync(ROOT + folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    if (entry.isDirectory()) return markdownIn(`${folder}${entry.name}/`);
    return entry.name.endsWith('.md') ? [folder + entry.name] : [];
  });
}

/** A file of code as a page, to read and to copy. */
function codeIn(folder: string): readonly Made[] {
  if (!existsSync(ROOT + folder)) return [];
  return readdirSync(ROOT + folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({
      source: folder + name,
      page: pageOf(folder + name).replace(/\.ts$/, '-ts.md'),
      text: `# ${name}\n\n\`\`\`ts\n${read(folder + name)}\`\`\`\n`,
    }));
}

/** A page for each folder that has pages and no README: a list of them. */
function indexesOf(made: readonly Made[]): readonly Made[] {
  const folders = new Map<string, Made[]>();
  for (const one of made.filter(({ source }) => source.startsWith(DOCS))) {
    const folder = posix.dirname(one.source);
    if (`${folder}/` !== DOCS) folders.set(folder, [...(folders.get(folder) ?? []), one]);
  }
  return [...folders]
    .filter(([folder]) => !made.some(({ page }) => page === `${folder.slice(DOCS.length)}/index.md`))
    .map(([folder, inside]) => {
      const name = posix.basename(folder);
      const list = inside.map(({ source, text }) => `- [${titleOf(text) ?? source}](${posix.basename(source)})`);
      return {
        source: `${folder}/README.md`,
        page: `${folder.slice(DOCS.length)}/index.md`,
        text: `# ${name.charAt(0).toUpperCase()}${name.slice(1)}\n\n${list.join('\n')}\n`,
      };
    });
}

function pageOf(source: string): string {
  return source.slice(DOCS.length).replace(/(^|\/)README\.md$/, '$1index.md');
}

/** Where a file stands beside the pages. */
function fileOf(path: string): string {
  return path.startsWith(DOCS) ? path.slice(DOCS.length) : path;
}

function copy(path: string, folder: string): void {
  if (!existsSync(ROOT + path)) return;
  const to = `${folder}/${fileOf(path)}`;
  mkdirSync(dirname(to), { recursive: true });
  cpSync(ROOT + path, to);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function read(path: string): string {
  return readFileSync(ROOT + path, 'utf8');
}
