import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInThisContext } from 'node:vm';
import { build } from 'esbuild';
import * as vitest from 'vitest';
import * as core from '@amd/core';
import * as testing from '@amd/core/testing';
import * as twilio from '@amd/core/twilio';
import * as simulator from '@amd/simulator';
import { blocksOf, textOf, type Block } from '../helpers/pages.js';
import { ROOT } from '../helpers/sources.js';

const { afterAll, beforeAll, describe, expect, it } = vitest;
const PAGE = 'docs/testing.md';
const blocks = blocksOf(PAGE);
const isTest = ({ code }: Block): boolean => /\b(it|test)\(/.test(code);
const ofRunner = (name: string): Block[] => blocks.filter((block) => isTest(block) && block.code.includes(`'${name}'`));

/** What a block may import. Jest's `test` and `expect` are those of vitest here: CI runs real Jest (own-app.jest.cjs). */
const MODULES: Readonly<Record<string, object>> = {
  vitest,
  '@jest/globals': { expect, test: it },
  '@amd/core': core,
  '@amd/core/testing': testing,
  '@amd/core/twilio': twilio,
  '@amd/simulator': simulator,
};

/** Runs a block, which defines its tests here. */
async function define({ code: written, language, where }: Block): Promise<void> {
  const { outputFiles } = await build({
    stdin: { contents: written, resolveDir: ROOT, loader: language === 'ts' ? 'ts' : 'js' },
    bundle: true,
    external: Object.keys(MODULES),
    write: false,
    format: 'cjs',
    platform: 'node',
    logLevel: 'error',
  });
  const load = createRequire(import.meta.url);
  const require = (name: string): unknown => MODULES[name] ?? load(name);
  type Run = (load: (name: string) => unknown, module: object, exports: object) => void;
  const code = outputFiles[0]?.text ?? '';
  const run = runInThisContext(`(function (require, module, exports) {${code}\n})`, where) as Run;
  run(require, { exports: {} }, {});
}

for (const runner of ['vitest', '@jest/globals']) {
  for (const block of ofRunner(runner)) {
    describe(`${block.where}, for ${runner}`, () => define(block));
  }
}

describe(PAGE, () => {
  let folder: string;

  beforeAll(async () => {
    const cache = `${ROOT}node_modules/.cache`;
    await mkdir(cache, { recursive: true });
    // Within the checkout, so that packages are found.
    folder = await mkdtemp(`${cache}/amd-testing-page-`);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has tests for each runner', () => {
    expect(
      ['vitest', '@jest/globals', 'node:test'].map((runner) => ofRunner(runner).length),
      'vitest, Jest, node:test',
    ).toEqual([5, 1, 1]);
    // Nothing that looks like a test is left out.
    expect(blocks.filter(isTest)).toHaveLength(7);
  });

  it('its test for node:test passes in node:test', async () => {
    const [block] = ofRunner('node:test');
    const file = join(folder, 'page.test.mjs');
    await build({
      stdin: { contents: block?.code ?? '', resolveDir: ROOT, loader: 'js' },
      outfile: file,
      bundle: true,
      packages: 'external',
      alias: {
        '@amd/core/twilio': `${ROOT}packages/core/src/twilio/index.ts`,
        '@amd/core/testing': `${ROOT}packages/core/src/testing/index.ts`,
        '@amd/simulator': `${ROOT}packages/simulator/src/index.ts`,
      },
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    const env = { ...process.env };
    delete env['NODE_TEST_CONTEXT'];
    const { stdout } = await promisify(execFile)(process.execPath, ['--test', '--test-reporter=tap', file], { env });
    expect(stdout).toMatch(/^# pass 1$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });

  it('links to headings that are there', () => {
    const text = textOf(PAGE);
    const slugs = [...text.matchAll(/^## (.+)$/gm)].map(([, title = '']) => slug(title));
    for (const [, anchor = ''] of text.matchAll(/\]\(#([\w-]+)\)/g)) expect(slugs).toContain(anchor);
  });
});

/** The anchor that GitHub gives a heading. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');
}
