import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TOGGLE_VALUES } from '../src/index.js';
import * as people from '../src/people/people.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

it('the README lists every toggle with all its values, and every person', () => {
  for (const [name, values] of Object.entries(TOGGLE_VALUES)) {
    const row = readme.split('\n').find((line) => line.startsWith(`| \`${name}\` `)) ?? '';
    for (const value of values) expect(row, name).toContain(`\`${String(value)}\``);
  }
  for (const name of Object.keys(people)) expect(readme).toContain(`| \`${name}(`);
});

it('the README shows a test of an app that runs: ten-lines.test.ts', () => {
  const test = readFileSync(new URL('ten-lines.test.ts', import.meta.url), 'utf8');
  expect(readme).toContain(`\`\`\`ts\n${test}\`\`\``);
});

it('no file of this package imports @amd/core, and one alone the official client, when it is needed', () => {
  const root = new URL('../src/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(30);
  // Without comments, whose examples may use either.
  const textOf = (file: string): string => readFileSync(new URL(file, root), 'utf8').replace(/^\s*\*.*$/gm, '');
  for (const file of files) expect(textOf(file), file).not.toMatch(/from '@amd\//);
  expect(files.filter((file) => /['"]twilio['"]/.test(textOf(file)))).toEqual(['rest/official-client.ts']);
  expect(textOf('rest/official-client.ts')).not.toMatch(/^import (?!type ).*'twilio'/m);
});

it('the published types import the official client first, under the line that makes it optional', () => {
  const index = readFileSync(new URL('../src/index.ts', import.meta.url), 'utf8');
  expect(index.replace(/^\/\*\*[^]*?\*\/\n/, '').split('\n')[0]).toContain("from './rest/official-client.js'");
});
