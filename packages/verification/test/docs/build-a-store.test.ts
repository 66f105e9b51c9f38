import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import { build } from 'esbuild';
import * as testing from '@amd/core/testing';
import { createCallForwarding } from '@amd/core/twilio';
import { createTestApp, human, voicemail } from '@amd/simulator';
import Database from 'libsql';
import * as vitest from 'vitest';
import { createSmallStore } from '../../../../docs/recipes/small-store.js';
import { blocksOf } from '../helpers/pages.js';
import { ROOT } from '../helpers/sources.js';

const { describe, expect, it } = vitest;
const PAGE = 'docs/build-a-store.md';
const FILE = 'docs/recipes/small-store.ts';
const blocks = blocksOf(PAGE).filter(({ language }) => language === 'ts' || language === 'js');
const isAcceptance = ({ code }: { readonly code: string }): boolean => code.includes('storeContract(');

/** Runs the acceptance test of the page, which defines the contract's tests here. */
async function acceptance(): Promise<void> {
  const modules: Readonly<Record<string, object>> = { vitest, '@amd/core/testing': testing };
  const { outputFiles } = await build({
    stdin: { contents: blocks.find(isAcceptance)?.code ?? '', resolveDir: `${ROOT}docs`, loader: 'js' },
    bundle: true,
    external: [...Object.keys(modules), 'libsql'],
    write: false,
    format: 'cjs',
    platform: 'node',
    logLevel: 'error',
  });
  const load = createRequire(import.meta.url);
  const require = (name: string): unknown => modules[name] ?? load(name);
  type Run = (load: (name: string) => unknown, module: object, exports: object) => void;
  const code = outputFiles[0]?.text ?? '';
  const run = runInThisContext(`(function (require, module, exports) {${code}\n})`, PAGE) as Run;
  run(require, { exports: {} }, {});
}

describe(`the store of ${PAGE}`, acceptance);

describe(PAGE, () => {
  const withoutImports = (code: string): string => code.replace(/^import [^;]*;\n/gm, '').trim();

  it(`shows all of ${FILE}, piece by piece`, () => {
    const file = withoutImports(readFileSync(ROOT + FILE, 'utf8'));
    const pieces = blocks.filter((block) => !isAcceptance(block)).map(({ code }) => withoutImports(code));
    expect(pieces.length).toBeGreaterThan(6);
    expect(pieces.join('\n\n')).toBe(file);
  });

  it('has a store that carries a call from the first ring to the end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'amd-small-store-'));
    const database = new Database(join(folder, 'calls.db'));
    const store = createSmallStore(database);
    const app = createTestApp(({ number, ...parts }) =>
      createCallForwarding({ ...parts, store, ownNumber: number, forwardTo: ['+14155550142', '+14155550143'] }),
    );
    const story = await app.call({ people: { '+14155550142': voicemail(), '+14155550143': human() } });
    expect(story).toMatchObject({ talkedWith: '+14155550143', problems: [] });
    await app.close();
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });
});
