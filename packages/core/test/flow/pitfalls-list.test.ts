import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const page = read('../../../../docs/pitfalls.md');
const tests = [
  './pitfalls.test.ts',
  './pitfalls-edge.test.ts',
  './pitfalls-answers.test.ts',
  './goodbye.test.ts',
  '../http/pitfalls.test.ts',
  '../runtime/pitfalls.test.ts',
  '../runtime/line.test.ts',
  '../runtime/call-limits-crowd.test.ts',
  '../taskrouter/pitfalls.test.ts',
  '../taskrouter/caller.test.ts',
  '../taskrouter/reservations.test.ts',
  '../taskrouter/worker.test.ts',
  '../taskrouter/availability.test.ts',
  '../../../cli/test/pitfalls.test.ts',
  '../../../verification/test/e2e/graceful-stop.test.ts',
  '../../../../examples/shared/test/stop-signals.test.ts',
]
  .map(read)
  .join('\n');

const numbers = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, number = '']) => number);
const byNumber = new Intl.Collator('en', { numeric: true }).compare;
const onPage = numbers(page, /^## (P-[0-9]+) /gm);
const tested = numbers(tests, /\bit\(\s*["'](P-[0-9]+) /g);

describe('docs/pitfalls.md', () => {
  it('docs/pitfalls.md numbers its pitfalls one by one', () => {
    expect(onPage).toEqual(onPage.map((_, index) => `P-${String(index + 1).padStart(2, '0')}`));
  });

  it('docs/pitfalls.md has a test for every number, and a number for every test', () => {
    expect([...tested].sort(byNumber)).toEqual(onPage);
  });

  it('docs/pitfalls.md names each test by its title', () => {
    const called = [...tests.matchAll(/\bit\(\s*(["'])(P-[0-9]+ .*?)\1,/g)].map(([, , name = '']) => name);
    const named = [...page.matchAll(/^Test: “(.*)”$/gm)].map(([, name = '']) => name);
    expect([...called].sort(byNumber)).toEqual(named);
  });
});
