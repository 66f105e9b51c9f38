import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PAGES, textOf } from '../helpers/pages.js';
import { ROOT, sourcePaths } from '../helpers/sources.js';

const OURS = ['first-call', 'options', 'troubleshooting', 'faq', 'glossary'].map((name) => `docs/${name}.md`);
const TROUBLE = 'docs/troubleshooting.md';

const read = (path: string): string => readFileSync(ROOT + path, 'utf8');
const sources = (folder: string): string => sourcePaths(folder).map(read).join('\n');
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** The text of a section, without its heading. */
function sectionOf(page: string, heading: string): string {
  const [, rest] = textOf(page).split(`\n## ${heading}\n`);
  if (rest === undefined) throw new Error(`${page} has no "${heading}"`);
  return rest.split('\n## ')[0] ?? '';
}

/** The first cells of the rows of a section's tables, without their heads. */
function firstCells(page: string, heading: string): string[] {
  const rows = sectionOf(page, heading).match(/^\|.*$/gm) ?? [];
  const cells = rows.map((row) => row.split('|')[1]?.trim() ?? '');
  return cells.slice(2);
}

const namesIn = (cells: readonly string[]): string[] =>
  cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));

/** Where a heading is on GitHub. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
}

describe('the pages for readers', () => {
  it.each(OURS)('every link of %s leads to a page and a heading that exist', (page) => {
    const dead = [...textOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].filter(
      ([, path, anchor]) => {
        const target = path === '' || path === undefined ? page : normalize(join(dirname(page), path));
        if (!existsSync(ROOT + target)) return true;
        const headings = [...textOf(target).matchAll(/^#+ (.*)$/gm)].map(([, text = '']) => anchorOf(text));
        return anchor !== undefined && !headings.includes(anchor);
      },
    );
    expect(dead.map(([link]) => link)).toEqual([]);
  });

  it.each(OURS)('a page links to %s', (page) => {
    const names = PAGES.filter((other) => other !== page).flatMap((other) =>
      [...textOf(other).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, path = '']) =>
        normalize(join(dirname(other), path)),
      ),
    );
    expect(names).toContain(page);
  });
});

describe(TROUBLE, () => {
  it('has a way to every symptom from its beginning', () => {
    const symptoms = [...textOf(TROUBLE).matchAll(/^## (?!What )(.*)$/gm)].map(([, text = '']) => anchorOf(text));
    const [beginning = ''] = textOf(TROUBLE).split('\n## ');
    expect(symptoms.length).toBeGreaterThan(9);
    for (const symptom of symptoms) expect(beginning).toContain(`(#${symptom})`);
  });

  it('has every check of the doctor, and no other', () => {
    const code = sources('packages/cli/src/doctor');
    const checks = [
      ...[...code.matchAll(/\b(?:ok|warning|error|skipped)\(\s*'([a-z-]+)'/g)].map(([, name = '']) => name),
      ...['extensions', 'destinations', 'allow-list'],
    ];
    expect(sorted(namesIn(firstCells(TROUBLE, 'What the doctor says')))).toEqual(sorted(checks));
  });

  it('has every code of the log that says that something is wrong, and no other', () => {
    const problems = [...read('packages/core/src/runtime/problem-code.ts').matchAll(/\| '([a-z.]+)'/g)];
    const others = [
      'packages/dashboard/src',
      'examples/shared/src',
      'examples/forwarding/src',
      'examples/taskrouter/src',
    ]
      .map(sources)
      .join('\n')
      .matchAll(/\bcode: '((?:feed|login|page|redis|stop|workspace)[a-z.]*)'/g);
    const written = [...problems, ...others].map(([, code = '']) => code);
    const told = namesIn(firstCells(TROUBLE, 'What the log says'));
    expect(sorted(told)).toEqual(sorted(written.filter((code) => code !== 'stopping' && code !== 'stopped')));
    // And so every code that operators are told of.
    const listed = namesIn(firstCells('docs/operating.md', 'Log'));
    expect(listed.filter((code) => !told.includes(code))).toEqual([]);
  });

  it('has every error of Twilio that the library knows, and no other', () => {
    const [, table = ''] = read('packages/core/src/twilio/classify.ts').split('const REFUSALS');
    const known = [...table.matchAll(/^ {2}(\d{5}): /gm)].map(([, code = '']) => code);
    const told = firstCells(TROUBLE, 'What Twilio says').flatMap((cell) => cell.split(', '));
    expect(known.length).toBeGreaterThan(20);
    expect(sorted(told)).toEqual(sorted(known));
    expect(told).toHaveLength(known.length);
  });

  it('quotes what the programs say', () => {
    const code = ['packages/core/src', 'packages/dashboard/src', 'examples/shared/src', 'examples/forwarding/src']
      .map(sources)
      .join('\n')
      .replace(/\$\{[^}]*\}/g, '…')
      .toLowerCase();
    const quotes = [...textOf(TROUBLE).matchAll(/“([^”]+)”/g)].map(([, quote = '']) => quote);
    /** Of Twilio, of a carrier. */
    const elsewhere = ['an application error has occurred', 'spam'];
    const missing = quotes
      .filter((quote) => !elsewhere.includes(quote))
      .filter((quote) => !quote.split('…').every((part) => code.includes(part.trim().toLowerCase())));
    expect(missing).toEqual([]);
  });
});

describe('docs/faq.md', () => {
  it('has at least twenty questions, each with an answer', () => {
    const [, ...questions] = textOf('docs/faq.md').split('\n## ');
    expect(questions.length).toBeGreaterThanOrEqual(20);
    for (const one of questions) {
      const [question = '', ...answer] = one.split('\n');
      expect(question).toMatch(/\?$/);
      expect(answer.join(' ').trim().length, question).toBeGreaterThan(40);
    }
  });
});

describe('docs/glossary.md', () => {
  const rows = [...textOf('docs/glossary.md').matchAll(/^\| (.+?) +\| (.+?) +\|$/gm)]
    .map(([, word = '', meaning = '']) => ({ word: word.replaceAll('`', ''), meaning }))
    .filter(({ word }) => word !== 'word' && !word.startsWith('-'));

  it('has each word once, in the order of the alphabet, with one sentence', () => {
    const words = rows.map(({ word }) => word.toLowerCase());
    expect(words.length).toBeGreaterThan(50);
    expect(words).toEqual(sorted(words));
    for (const { word, meaning } of rows) expect(meaning, word).toMatch(/^[A-Z][^.]*\.$/);
  });

  it('has only words that other pages use', () => {
    const others = PAGES.filter((page) => page !== 'docs/glossary.md')
      .map(textOf)
      .join('\n')
      .toLowerCase();
    expect(rows.filter(({ word }) => !others.includes(word.toLowerCase()))).toEqual([]);
  });
});
