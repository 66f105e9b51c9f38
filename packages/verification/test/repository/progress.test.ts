import { existsSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import type { TestCase, TestModule, TestSpecification, Vitest } from 'vitest/node';
import { Progress } from '../helpers/progress.js';
import { missingPrograms } from '../../../store-redis/test/helpers/programs.js';
import { SLOW } from '../helpers/slowest-first.js';
import { ROOT } from '../helpers/sources.js';

afterEach(() => {
  vi.useRealTimers();
});

/** A test module as vitest passes it to a reporter, as far as ours reads it. */
function moduleOf(name: string, skipped = 0): TestModule {
  return {
    moduleId: `/repository/${name}`,
    children: { allTests: () => Array.from({ length: skipped }) },
  } as unknown as TestModule;
}

function testOf(module: TestModule, fullName: string, state = 'passed'): TestCase {
  return { module, fullName, result: () => ({ state }) } as unknown as TestCase;
}

function progress(live = false) {
  vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'clearInterval', 'clearTimeout', 'performance'] });
  const said: string[] = [];
  const exits: number[] = [];
  const one = new Progress({
    atMostMs: 20 * 60_000,
    live,
    write: (text) => said.push(text.trimEnd()),
    exit: (code) => exits.push(code),
  });
  one.onInit({ config: { root: '/repository' } } as unknown as Vitest);
  one.onTestRunStart(Array<TestSpecification>(3));
  return { one, said, exits };
}

it('the reporter says every ten seconds how far a run without a live display is', () => {
  const { one, said } = progress();
  const [first, second] = [moduleOf('a.test.ts'), moduleOf('b.test.ts')];
  for (const module of [first, second]) one.onTestModuleStart(module);
  for (const state of ['passed', 'passed', 'failed']) one.onTestCaseResult(testOf(first, 'a test', state));
  one.onTestModuleEnd(first);
  vi.advanceTimersByTime(10_000);
  expect(said.at(-1)).toBe('… 1 of 3 files · 2 tests passed, 1 failed · 10 s · b.test.ts');
  one.onTestRunEnd([first, second]);
  const lines = said.length;
  vi.advanceTimersByTime(60_000);
  expect(said).toHaveLength(lines);
});

it('the reporter leaves a live display alone', () => {
  const { said } = progress(true);
  const lines = said.length;
  vi.advanceTimersByTime(60_000);
  expect(said).toHaveLength(lines);
});

it('the reporter ends a run that hangs, and names the test', () => {
  const { one, said, exits } = progress();
  const module = moduleOf('hangs.test.ts');
  one.onTestModuleStart(module);
  one.onTestCaseReady(testOf(module, 'a promise > is never kept'));
  vi.advanceTimersByTime(20 * 60_000);
  expect(exits).toEqual([1]);
  expect(said.join('\n')).toMatch(/FAIL {2}the run was ended after 20 minutes: … 0 of 3 files/);
  expect(said.at(-1)).toBe('  still running: hangs.test.ts > a promise > is never kept');
});

it('the reporter names the files that skipped tests, and what to install for them', () => {
  const { one, said } = progress();
  one.onTestRunEnd([moduleOf('a.test.ts'), moduleOf('page.test.ts', 8)]);
  expect(said).toContain('\nSKIPPED, in whole or in part: 1 of 3 files');
  expect(said).toContain('  page.test.ts (8 tests)');
  for (const { remedy } of missingPrograms()) expect(said.join('\n')).toContain(remedy);
});

it('the slowest-first list names existing files', () => {
  expect(SLOW.filter((file) => !existsSync(ROOT + file))).toEqual([]);
});
