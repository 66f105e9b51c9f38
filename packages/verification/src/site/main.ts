// npm run docs: the guides and the reference as a site, and the gate that the reference has something to say.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readOptions } from '../../../../scripts/options.mjs';
import { publishedPackages } from '../install/packed-packages.js';
import { PLACES, repositoryAddress } from './places.js';

const { base, check, serve } = readOptions(
  `npm run docs -- [options]

Builds the guides of docs/ and the reference of every published package into docs/.vitepress/dist: static files, with a search that
works offline, a Markdown file beside each page, and llms.txt. Exits with 1 when an export has no sentence, an entry point no example
that compiles, or when a link or an anchor leads nowhere.

  --base /amd/   the path under which the site will stand; default /
  --check        only look at the sentences and examples of the reference
  --serve        show the site at http://127.0.0.1:4173 when it is built
  --help         show this`,
  {
    base: { type: 'string', default: '/' },
    check: { type: 'boolean', default: false },
    serve: { type: 'boolean', default: false },
  },
);

const began = performance.now();
if (!/^\/([\w.-]+\/)*$/.test(base)) fail(2, [`--base must begin and end with a slash, such as /amd/; got ${base}`]);
process.env['SITE_BASE'] = base;
// Nothing of this is loaded for --help.
const { entriesOf, readReference } = await import('./reference.js');
const { countExports, examplesOf, gapLine, gapsOf } = await import('./gate.js');
const { complaintsAbout } = await import('./examples.js');

const packages = publishedPackages();
const entries = entriesOf(packages);
const repository = repositoryAddress();
step(`Reading the sources of ${entries.map(({ name }) => name).join(', ')}`);
const reference = await readReference(entries, repository);
const gaps = gapsOf(reference.project, entries);
const examples = examplesOf(reference.project, entries);
const complaints = complaintsAbout(examples);
if (gaps.length + complaints.length + reference.warnings.length > 0) {
  fail(1, [...gaps.map(gapLine), ...complaints, ...reference.warnings]);
}
step(
  `${String(countExports(reference.project, entries))} exports of ${String(entries.length)} entry points have a sentence, ` +
    `${String(examples.length)} examples compile`,
);
if (check) process.exit(0);

const { titleOf, writePages } = await import('./pages.js');
const { sidebarOf } = await import('./sidebar.js');
const { pages, dead } = writePages(
  PLACES.pages,
  repository,
  packages.map(({ folder }) => folder),
);
await reference.write(`${PLACES.pages}/reference`);
const sidebar = sidebarOf(pages, [
  { text: 'All entry points', link: '/reference/index.md' },
  ...entries.map(({ name }) => ({ text: name, link: `/reference/${name.replace('@amd/', '')}/index.md` })),
]);
writeFileSync(PLACES.sidebar, JSON.stringify(sidebar));
const markdown = readdirSync(PLACES.pages, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.md'),
);
step(`Building ${String(pages.length)} guides and ${String(markdown.length - pages.length)} pages of the reference`);

const { build, serve: show } = await import('vitepress');
rmSync(PLACES.built, { recursive: true, force: true });
try {
  await build(PLACES.docs);
} catch (error) {
  fail(1, [error instanceof Error ? error.message : String(error)]);
}

const { llmsText } = await import('./llms.js');
const { problemsOf } = await import('./built.js');
for (const name of markdown) cpSync(join(PLACES.pages, name), join(PLACES.built, name));
const summary = titleOf(readFileSync(join(dirname(PLACES.docs), 'README.md'), 'utf8')) ?? '';
writeFileSync(join(PLACES.built, 'llms.txt'), llmsText(sidebar, `${summary}.`));
// Of a link that leads nowhere the rest of the site can still be looked at.
const problems = [...dead.map((line) => `${line} leads nowhere`), ...problemsOf(PLACES.built, base)];
if (problems.length > 0) fail(1, problems);
step(
  `docs/.vitepress/dist has ${String(markdown.length)} pages; every link and anchor leads somewhere, nothing is loaded from elsewhere`,
);
if (serve) {
  if (!existsSync(PLACES.built)) fail(1, ['There is nothing to show.']);
  await show({ root: PLACES.docs, port: 4173 });
}

/** One line about how far it is, with the seconds since the start. */
function step(text: string): void {
  console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}`);
}

function fail(code: number, lines: readonly string[]): never {
  for (const line of lines) console.error(line);
  console.error(`npm run docs: ${String(lines.length)} ${lines.length === 1 ? 'problem' : 'problems'}`);
  process.exit(code);
}
