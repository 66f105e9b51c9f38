import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as send, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Server, type AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import type { CallForwarding } from '@amd/core/twilio';
import { createTestApp, type TestApp, type TestAppParts } from '@amd/simulator';
import { build, transform } from 'esbuild';
import { onTestFinished, vi } from 'vitest';
import { blocksOf } from '../helpers/pages.js';
import { ROOT } from '../helpers/sources.js';

const BASE = 'https://calls.example.com';

/** The port that every page listens on, which is any free one here. */
const PORT = 5000;

/** What a page's program gets that it does not name: Twilio, and the clock. */
const PLACE = Symbol.for('amd.page');
interface Place {
  parts?: Pick<TestAppParts, 'client' | 'clock'>;
  calls?: CallForwarding;
}

/** What pages import of us. */
const CORE = `
export * from './packages/core/src/http/index.ts';
import { createCallForwarding as create } from './packages/core/src/twilio/index.ts';
export const createCallForwarding = (options) => {
  const place = globalThis[Symbol.for('amd.page')];
  place.calls = create({ ...options, ...place.parts });
  return place.calls;
};`;

export interface PageOptions {
  /** Changes the code, for a mistake that the page tells of. */
  readonly change?: (code: string) => string;
  /** Another package in place of one that the page names. */
  readonly instead?: Readonly<Record<string, string>>;
  readonly publicBaseUrl?: string;
  /** The address that the program is told, when that is the mistake. */
  readonly told?: string;
  /** What a proxy in front does to the path. */
  readonly path?: (path: string) => string;
  /** Where Twilio asks what to do with a call. */
  readonly voiceUrl?: string;
  /** Sends a request to the port that the program listens on. Default: over HTTP, with the headers of a proxy that ended TLS. */
  readonly carry?: Carry;
  /** In place of HTTP: what answers requests, such as the handlers that the program exports. */
  readonly handler?: (
    exported: Readonly<Record<string, unknown>>,
  ) => (request: Request) => Response | Promise<Response>;
}

/** Begins a request that is to reach a port of this machine. */
export type Carry = (
  port: number,
  options: Omit<RequestOptions, 'headers'> & { readonly headers: Readonly<Record<string, string>> },
  onAnswer: (response: IncomingMessage) => void,
) => ClientRequest;

const plainly: Carry = (port, { headers, ...options }, onAnswer) =>
  send(
    { ...options, port, headers: { ...headers, 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' } },
    onAnswer,
  );

export interface RunningPage {
  readonly app: TestApp;
  /** Asks the program itself, as nobody signed. */
  ask(path: string, init?: { method?: string; body?: string; headers?: Record<string, string> }): Promise<Response>;
}

/** The first block of TypeScript of a page of docs/hosts. */
export function codeOf(page: string): string {
  const block = blocksOf(`docs/hosts/${page}.md`).find(({ language }) => language === 'ts');
  if (block === undefined) throw new Error(`docs/hosts/${page}.md has no code`);
  return block.code;
}

/** Runs a page's program as it stands there, with the framework that it imports, beside a simulated Twilio. Ends with the test. */
export async function runPage(page: string, options: PageOptions = {}): Promise<RunningPage> {
  const { change = (code: string) => code, publicBaseUrl = BASE, told = publicBaseUrl, handler } = options;
  const file = await built(change(codeOf(page)), options.instead ?? {});
  let answer: ((request: Request) => Response | Promise<Response>) | undefined;
  const app = createTestApp(
    async ({ client, clock, accountSid, authToken }) => {
      vi.stubEnv('TWILIO_ACCOUNT_SID', accountSid);
      vi.stubEnv('TWILIO_AUTH_TOKEN', authToken);
      vi.stubEnv('PUBLIC_BASE_URL', told);
      const place: Place = { parts: { client, clock } };
      (globalThis as Record<symbol, unknown>)[PLACE] = place;
      const { exported, server } = await started(file, handler === undefined);
      answer = handler === undefined ? overHttp(server, options) : handler(exported);
      return {
        fetch: answer,
        idle: async () => place.calls?.idle(),
        async stop() {
          vi.unstubAllEnvs();
          server?.close();
          await place.calls?.stop();
        },
      };
    },
    { publicBaseUrl, ...(options.voiceUrl === undefined ? {} : { voiceUrl: options.voiceUrl }) },
  );
  onTestFinished(() => app.close());
  return {
    app,
    async ask(path, { method = 'GET', ...init } = {}) {
      if (answer === undefined) throw new Error('no call has started the program yet');
      return answer(new Request(publicBaseUrl + path, { method, ...init }));
    },
  };
}

/** A module of its own for each run. */
async function built(code: string, instead: Readonly<Record<string, string>>): Promise<string> {
  const core = await (bundledCore ??= bundleCore());
  const { code: js } = await transform(code, { loader: 'ts', target: 'node20', format: 'esm' });
  const named = js.replace(/(?<=^import .*?")[^"]+(?=";$)/gm, (name) =>
    /^@amd\/core\/(twilio|http)$/.test(name) ? core.file : (instead[name] ?? name),
  );
  const file = `${core.folder}/page-${String((runs += 1))}.mjs`;
  writeFileSync(file, named);
  return file;
}

let runs = 0;
let bundledCore: Promise<{ readonly folder: string; readonly file: string }> | undefined;

/** Core, once for all programs of this process. */
async function bundleCore(): Promise<{ readonly folder: string; readonly file: string }> {
  // Within the checkout, so that packages are found.
  mkdirSync(`${ROOT}node_modules/.cache`, { recursive: true });
  const folder = mkdtempSync(`${ROOT}node_modules/.cache/amd-hosts-`);
  const file = `${folder}/core.mjs`;
  await build({
    stdin: { contents: CORE, resolveDir: ROOT, loader: 'ts' },
    outfile: file,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'error',
  });
  return { folder, file };
}

/** After the last test of a file: a process of tests is ended without notice. */
export async function removePrograms(): Promise<void> {
  const made = await bundledCore;
  bundledCore = undefined;
  if (made !== undefined) rmSync(made.folder, { recursive: true, force: true });
}

/** Imports a program, and waits until it listens. */
async function started(
  file: string,
  listens: boolean,
): Promise<{ exported: Readonly<Record<string, unknown>>; server: Server | undefined }> {
  const original = Server.prototype.listen;
  let server: Server | undefined;
  const listening = new Promise<void>((resolve) => {
    Server.prototype.listen = function (this: Server, ...given: unknown[]) {
      server = this.once('listening', resolve);
      const [port, ...rest] = given;
      const free = typeof port === 'object' && port !== null ? { ...port, port: 0 } : 0;
      if ((typeof port === 'object' ? (port as { port?: unknown }).port : port) !== PORT) {
        throw new Error('a page listens on port 5000');
      }
      return original.apply(this, [free, ...rest] as unknown as Parameters<typeof original>);
    } as typeof original;
  });
  try {
    const exported = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
    if (listens) await listening;
    return { exported, server };
  } finally {
    Server.prototype.listen = original;
  }
}

/** Carries requests to where the program listens. `Host` is that of the public address. */
function overHttp(server: Server | undefined, { path = (same) => same, carry = plainly }: PageOptions) {
  const { port } = server?.address() as AddressInfo;
  return async (request: Request): Promise<Response> => {
    const { pathname, search, host } = new URL(request.url);
    const body = request.method === 'POST' ? Buffer.from(await request.arrayBuffer()) : undefined;
    const headers = {
      ...Object.fromEntries(request.headers),
      ...(body === undefined ? {} : { 'content-length': String(body.byteLength) }),
      ...{ host, connection: 'close' },
    };
    return new Promise((resolve, reject) => {
      const where = { host: '127.0.0.1', method: request.method, path: path(pathname) + search, headers };
      const sent = carry(port, where, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const status = response.statusCode ?? 0;
          const given = Object.entries(response.headers).map(([name, value]): [string, string] => [
            name,
            String(value),
          ]);
          resolve(new Response([204, 304].includes(status) ? null : Buffer.concat(chunks), { status, headers: given }));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  };
}
