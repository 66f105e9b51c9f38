import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import type * as Core from '@amd/core';
import type * as Http from '@amd/core/http';
import type * as Twilio from '@amd/core/twilio';
import { createTestApp } from '@amd/simulator';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { install, pack } from '../helpers/packed.js';
import { ANN, BEN, voicemailThenHuman, WON } from './calls.js';

type Bundle = typeof Core & typeof Http & typeof Twilio;

/** What a host of the web standard has, and core may use. Nothing of Node: no `process`, `Buffer`, `require` or `setImmediate`. */
const WEB = {
  ...{ AbortController, AbortSignal, Headers, Request, Response, URL, URLSearchParams, ReadableStream, fetch },
  ...{ atob, btoa, console, crypto, performance, queueMicrotask, structuredClone, TextDecoder, TextEncoder },
  ...{ clearInterval, clearTimeout, setInterval, setTimeout },
  // So that the bytes of a request of this context are bytes there.
  ...{ ArrayBuffer, Uint8Array },
};

const ENTRIES = ['@amd/core', '@amd/core/http', '@amd/core/twilio'];
const SOURCE = ENTRIES.map((entry) => `export * from '${entry}';`).join('\n');

let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'amd-bundled-'));
  const { tarball } = await pack(project, 'core');
  await writeFile(join(project, 'package.json'), '{ "name": "worker", "private": true, "type": "module" }');
  await install(project, [tarball]);
});

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

/** Bundles a program as a tool for web-standard hosts does, without anything in the place of modules of Node. */
async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: project },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'bundle',
    target: 'es2022',
    // Loaded only by who gives no client.
    external: ['twilio'],
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** Runs it where nothing but the web standard is there, and text cannot become code. */
function ran(code: string): Bundle {
  const context = createContext({ ...WEB }, { codeGeneration: { strings: false, wasm: false } });
  runInContext(code, context);
  return runInContext('bundle', context) as Bundle;
}

it('a bundle of the packed core forwards a whole signed call where there is nothing of Node', async () => {
  // Given
  const core = ran(await bundled(SOURCE));
  const said: string[] = [];
  const statuses: number[] = [];
  const app = createTestApp(({ number, ...parts }) => {
    const calls = core.createCallForwarding({
      ...parts,
      ownNumber: number,
      forwardTo: [ANN, BEN],
      log: ({ code }) => void said.push(code),
    });
    return {
      idle: () => calls.idle(),
      stop: () => calls.stop(),
      async fetch(request: Request) {
        const forged = new Request(request.clone(), { headers: altered(request.headers) });
        statuses.push((await calls.fetch(forged)).status);
        return calls.fetch(request);
      },
    };
  });
  onTestFinished(() => app.close());
  // When
  const story = await voicemailThenHuman(app);
  // Then
  expect(story).toMatchObject(WON);
  expect(new Set(statuses)).toEqual(new Set([403]));
  expect(new Set(said)).toEqual(new Set(['signature']));
});

/** With a signature of which one character is another. */
function altered(headers: Headers): Headers {
  const changed = new Headers(headers);
  const signature = headers.get('x-twilio-signature') ?? '';
  changed.set('x-twilio-signature', (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1));
  return changed;
}

it.each(ENTRIES)('%s alone can be bundled and loaded', async (entry) => {
  expect(Object.keys(ran(await bundled(`export * from '${entry}';`)))).not.toEqual([]);
});

it('an import of Node would be found', async () => {
  const planted = `${SOURCE}\nexport { createHmac } from 'node:crypto';`;
  await expect(bundled(planted)).rejects.toThrow('Could not resolve "node:crypto"');
  expect(() => ran('var bundle = Buffer.from("");')).toThrow('Buffer is not defined');
});
