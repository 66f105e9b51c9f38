import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from '../helpers/pages.js';
import { ROOT } from '../helpers/sources.js';

const ACCOUNT = `AC${'1'.repeat(32)}`;
const GOOD = {
  TWILIO_ACCOUNT_SID: ACCOUNT,
  TWILIO_AUTH_TOKEN: 'secret',
  PUBLIC_BASE_URL: 'https://calls.example.com',
};

let folder: string;
const started: ChildProcess[] = [];

/** README's program, on a port that is free; `change` makes the mistake that is told. */
async function program(name: string, change: (code: string) => string = (code) => code): Promise<string> {
  const block = blocksOf('README.md').find(({ code }) => code.includes('createCallForwarding'));
  const written = block?.code.replace('listen(5000', 'listen(0') ?? '';
  const code = change(written);
  const out = join(folder, `${name}.mjs`);
  await build({
    // As if it stood in the checkout, where tsconfig.json finds our sources.
    stdin: { contents: code, resolveDir: ROOT, loader: 'ts' },
    outfile: out,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    absWorkingDir: ROOT,
    tsconfig: `${ROOT}tsconfig.json`,
    logLevel: 'error',
  });
  return out;
}

/** Runs it, and returns what it has printed once `until` is in it, or when it has ended. */
async function printed(path: string, env: Record<string, string>, until: string): Promise<string> {
  const child = spawn(process.execPath, [path], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let said = '';
  const found = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += String(chunk);
        if (said.includes(until)) resolve();
      });
    }
  });
  await Promise.race([found, once(child, 'close')]);
  child.kill();
  return said;
}

beforeAll(async () => {
  // Within the checkout, so that packages are found.
  folder = await mkdtemp(`${ROOT}node_modules/.cache/amd-readme-`);
});

afterAll(async () => {
  for (const child of started) child.kill();
  await rm(folder, { recursive: true, force: true });
});

const READY = 'Waiting for calls';

describe("README's program", () => {
  it('has no more than 15 lines, starts, and says nothing but that it waits', async () => {
    const block = blocksOf('README.md').find(({ code }) => code.includes('createCallForwarding'));
    expect(block?.code.trim().split('\n').length).toBeLessThanOrEqual(15);
    expect(await printed(await program('good'), GOOD, READY)).toBe('Waiting for calls on port 5000\n');
  });

  it.each([
    ['without an address', { TWILIO_AUTH_TOKEN: 'secret' }, '"publicBaseUrl" must be the absolute http(s) address'],
    ['without a token', { PUBLIC_BASE_URL: GOOD.PUBLIC_BASE_URL }, '"authToken" must be the auth token'],
    ['with a wrong account', { ...GOOD, TWILIO_ACCOUNT_SID: 'AC1' }, '"accountSid" must be an Account SID'],
  ])('%s ends with a sentence that names the option', async (_, env, sentence) => {
    expect(await printed(await program('good'), env as Record<string, string>, sentence)).toContain(sentence);
  });

  it('warns of an address that Twilio cannot reach', async () => {
    const said = await printed(await program('good'), { ...GOOD, PUBLIC_BASE_URL: 'http://localhost:5000' }, READY);
    expect(said).toContain('amd url.local Twilio cannot reach "publicBaseUrl" http://localhost:5000: run a tunnel');
  });

  it.each([
    ['a misspelt option', 'forwardTo:', 'forwardto:', '"forwardto" (a list) is not an option of createCallForwarding'],
    ['a misspelt hook', 'app:', 'hooks: { voiceMail() {} }, app:', '"hooks.voiceMail" is never run by "forwarding"'],
    ['a store that is a promise', 'app:', 'store: Promise.resolve(), app:', '"store" is a promise: await it first'],
    ['a number with a mistake', '+14155550142', '4155550142', 'forwardTo'],
  ])('refuses %s', async (name, from, to, sentence) => {
    const path = await program(name.replaceAll(' ', '-'), (code) => code.replace(from, to));
    expect(await printed(path, GOOD, sentence)).toContain(sentence);
  });
});
