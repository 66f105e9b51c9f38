import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { run } from '../src/program.js';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'create-amd-')), 'My App');
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

/** Runs the program for somebody who gives these answers; the end of them is Ctrl-C. */
async function runWith(args: readonly string[], answers: readonly string[] | null) {
  const left = [...(answers ?? [])];
  const asked: string[] = [];
  const said: string[] = [];
  const code = await run(args, {
    out: (text) => said.push(text),
    error: (text) => said.push(text),
    ask:
      answers === null
        ? null
        : async (question) => {
            asked.push(question);
            return left.shift() ?? null;
          },
  });
  return { code, asked, said: said.join('\n') };
}

it('asks for the folder, the server and the language', async () => {
  const { code, asked, said } = await runWith([], [folder, 'fastify', 'js']);
  expect(code).toBe(0);
  expect(asked).toEqual(['Folder (my-app): ', 'Server, express or fastify (express): ', 'Language, ts or js (ts): ']);
  expect(said).toContain(': JavaScript, Fastify.');
  expect(readFileSync(join(folder, 'src/app.js'), 'utf8')).toContain("from 'fastify'");
});

it('takes Enter for the first choice, and asks for nothing that was given', async () => {
  const { code, asked } = await runWith([folder, '--language', 'js'], ['']);
  expect([code, asked]).toEqual([0, ['Server, express or fastify (express): ']]);
  expect(readFileSync(join(folder, 'src/app.js'), 'utf8')).toContain("from 'express'");
});

it('asks again when the answer is none of the choices', async () => {
  const { code, asked, said } = await runWith([folder, '--language', 'js'], ['koa', 'Express']);
  expect([code, asked.length]).toEqual([0, 2]);
  expect(said).toContain('Type express or fastify, or press Enter for express.');
});

it.each([[[]], [['X']], [['X', 'express']]])('writes nothing when the user gives up after %j', async (answers) => {
  const given = answers.map((one) => (one === 'X' ? folder : one));
  const { code, said } = await runWith([], given);
  expect([code, said]).toEqual([130, 'Nothing was written.']);
  expect(existsSync(folder)).toBe(false);
});

it('refuses a folder that is not empty before it asks for more', async () => {
  const { asked, code, said } = await runWith([], [join(folder, '..', '..')]);
  expect([code, asked.length]).toEqual([2, 1]);
  expect(said).toContain('Choose another folder, or empty this one.');
});

it('says what to do where it may not write', async () => {
  writeFileSync(folder, '');
  const { code, said } = await runWith([join(folder, 'below'), '--yes'], null);
  expect(code).toBe(2);
  expect(said).toContain('Choose a folder that you may write to.');
});

it('gives the app a name that npm accepts, and quotes its folder', async () => {
  const { said } = await runWith([folder, '--yes'], null);
  expect(said).toMatch(/cd ".*My App"/);
  expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({ name: 'my-app' });
});
