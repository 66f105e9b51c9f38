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

it('no file of this package imports @amd/core or the official client', () => {
  const root = new URL('../src/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(30);
  for (const file of files)
    expect(readFileSync(new URL(file, root), 'utf8'), file).not.toMatch(/from '@amd\/|from 'twilio'/);
});
