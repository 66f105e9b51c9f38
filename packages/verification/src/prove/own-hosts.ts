import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSimulator, human, realClock, voicemail } from '@amd/simulator';
import { hasOpenssl } from '../../../store-redis/test/helpers/programs.js';
import { createCertificate } from '../../test/helpers/certificate.js';
import { install, pack, run } from '../../test/helpers/packed.js';
import { blocksOf } from '../../test/helpers/pages.js';
import { TWILIO_NAMES, twilioByProxy } from '../../test/helpers/twilio-by-proxy.js';
import { freePort, installedVersion, until } from '../install/first-call.js';
import type { Facts, Part } from './facts.js';

const OURS = '+14155550199';
/** The list of every page of docs/hosts. */
const [ANN, BEN] = ['+14155550142', '+14155550143'] as const;

/** A framework that is installed as its users install it, with the program of its page. */
interface OwnHost {
  /** What is installed beside @amd/core, in its newest version. */
  readonly packages: readonly string[];
  /** Those whose version is told. */
  readonly told: readonly string[];
  readonly prefix: string;
  /** By path. */
  files(port: string): Readonly<Record<string, string>>;
  /** Commands, as words behind `node`, before the start. */
  readonly builds: readonly (readonly string[])[];
  start(port: string): readonly string[];
}

const NEXT: OwnHost = {
  packages: ['next', 'react', 'react-dom', 'typescript', '@types/node', '@types/react'],
  told: ['next', 'react'],
  prefix: '/voice',
  files: () => ({ 'app/voice/[...path]/route.ts': codeOf('next') }),
  builds: [['node_modules/next/dist/bin/next', 'build']],
  start: (port) => ['node_modules/next/dist/bin/next', 'start', '--port', port, '--hostname', '127.0.0.1'],
};

const NEST_ON_FASTIFY: OwnHost = {
  packages: [
    ...['@nestjs/common', '@nestjs/core', '@nestjs/platform-fastify', 'reflect-metadata', 'rxjs'],
    ...['fastify', 'typescript', '@types/node'],
  ],
  told: ['@nestjs/core', '@nestjs/platform-fastify', 'fastify'],
  prefix: '',
  files: (port) => ({
    'main.ts': nestOnFastify(codeOf('nestjs'), codeOf('fastify')).replace('listen(5000)', `listen(${port})`),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        ...{ strict: true, target: 'es2022', module: 'nodenext', skipLibCheck: true, types: ['node'] },
        ...{ experimentalDecorators: true, emitDecoratorMetadata: true },
      },
      files: ['main.ts'],
    }),
  }),
  builds: [['node_modules/typescript/bin/tsc', '-p', '.']],
  start: () => ['main.js'],
};

/** The program of the page for NestJS, changed as the page says for Fastify: the adapter gets the plugin of Fastify's page. */
export function nestOnFastify(nest: string, fastify: string): string {
  const plugin = /^app(\.register\(async [^]*?^\}\);)$/m.exec(fastify)?.[1] ?? '';
  const changes: readonly (readonly [from: string, to: string])[] = [
    [
      "import { NestFactory } from '@nestjs/core';",
      "import { toFastifyHandler } from '@amd/core/http';\nimport { NestFactory } from '@nestjs/core';\nimport { FastifyAdapter } from '@nestjs/platform-fastify';",
    ],
    [
      'const app = await NestFactory.create(AppModule);',
      `const adapter = new FastifyAdapter();\nadapter.getInstance()${plugin}\nconst app = await NestFactory.create(AppModule, adapter);`,
    ],
    ['app.use(calls.listener);', ''],
  ];
  if (plugin === '') throw new Error('docs/hosts/fastify.md has no plugin');
  return changes.reduce((code, [from, to]) => {
    if (!code.includes(from)) throw new Error(`docs/hosts/nestjs.md has no ${from}`);
    return code.replace(from, to);
  }, nest);
}

/** Next.js itself and NestJS on Fastify, each from the registry, with the packages as they are packed. */
export const OWN_HOSTS: Readonly<Record<string, Part>> = {
  'Next.js': () => callAt(NEXT),
  'NestJS on Fastify': () => callAt(NEST_ON_FASTIFY),
};

/** Installs a host in an empty folder, builds and starts it, and plays a call at its port: a voicemail, then a human. */
async function callAt(host: OwnHost): Promise<Facts> {
  if (!hasOpenssl()) return { figures: {}, problems: [], leftOut: 'it needs openssl: apt-get install openssl' };
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'amd-host-')));
  const project = join(folder, 'project');
  const certificate = createCertificate(TWILIO_NAMES);
  const children: ChildProcess[] = [];
  const closing: (() => void)[] = [];
  try {
    const { tarball } = await pack(folder, 'core');
    const port = String(await freePort());
    for (const [path, text] of Object.entries({ 'package.json': PROJECT, ...host.files(port) })) {
      mkdirSync(join(project, path, '..'), { recursive: true });
      writeFileSync(join(project, path), text);
    }
    try {
      await install(project, [tarball, 'twilio', ...host.packages]);
    } catch (error) {
      if (!/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/.test(String(error))) throw error;
      return { figures: {}, problems: [], leftOut: 'the registry of npm cannot be reached' };
    }
    const began = performance.now();
    for (const args of host.builds) await run(project, process.execPath, args);
    const buildMs = performance.now() - began;

    const base = `http://127.0.0.1:${port}${host.prefix}`;
    const sim = createSimulator({
      // A few times faster than real time, at most: an answer takes real time.
      clock: realClock({ speed: 4 }),
      numbers: [{ phoneNumber: OURS, voiceUrl: `${base}/inbound`, statusCallback: `${base}/inbound/status` }],
      people: { [ANN]: voicemail({ ringMs: 3000 }), [BEN]: human({ ringMs: 3000, talkMs: 8000 }) },
    });
    const twilio = await twilioByProxy(sim, certificate);
    closing.push(() => {
      sim.close();
      twilio.close();
    });
    const app = spawn(process.execPath, host.start(port), {
      cwd: project,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...twilio.env,
        ...{ NODE_ENV: 'production', NO_COLOR: '1', TWILIO_ACCOUNT_SID: sim.accountSid },
        ...{ TWILIO_AUTH_TOKEN: sim.authToken, PUBLIC_BASE_URL: base },
      },
    });
    children.push(app);
    let said = '';
    for (const stream of [app.stdout, app.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    await until(() => {
      if (app.exitCode !== null) throw new Error(`it ended with ${String(app.exitCode)}: ${said}`);
      return fetch(base).catch(() => null);
    });

    const unsigned = await fetch(`${base}/inbound`, { method: 'POST', body: new URLSearchParams({ CallSid: 'CA1' }) });
    const sound = await fetch(`${base}/audio/ringback-us.wav`);
    const refusedAt = said.length;
    const caller = sim.placeCall({ from: '+12125550123', to: OURS });
    await Promise.race([caller.done, new Promise((resolve) => setTimeout(resolve, CALL_MS))]);
    const rung = sim.calls.filter(({ direction }) => direction === 'outbound-api').map(({ to }) => to);
    const talkedWith = caller.bridgedWith.map(({ sid }) => sim.call(sid)?.to);
    const complaints = said.slice(refusedAt).match(/^amd .*$/gm) ?? [];
    const wrong: (readonly [isSo: boolean, what: string])[] = [
      [unsigned.status !== 403, `an unsigned request was answered ${String(unsigned.status)}`],
      [sound.headers.get('content-type') !== 'audio/wav', `the sound was answered ${String(sound.status)}`],
      [rung.join() !== [ANN, BEN].join(), `rung were ${rung.join(', ')}`],
      [talkedWith.join() !== BEN, `the caller talked with ${talkedWith.join(', ') || 'nobody'}`],
      [caller.endedAt === undefined, `the call was not over after ${String(CALL_MS / 1000)} s`],
      [sim.debugger.length > 0, sim.debugger.map(({ code, message }) => `${String(code)} ${message}`).join('; ')],
      [complaints.length > 0, complaints.join('; ')],
    ];
    const broken = wrong.filter(([isSo]) => isSo).map(([, what]) => what);
    return {
      figures: { calls: 1, buildMs: Math.round(buildMs) },
      problems: broken.length === 0 ? [] : [...broken, said.slice(-1500)],
      tried: host.told.map((name) => `${name} ${installedVersion(project, name)}`).join(', '),
    };
  } catch (error) {
    return { figures: {}, problems: [String(error)] };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    for (const close of closing) close();
    certificate.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

const PROJECT = '{ "name": "project", "version": "1.0.0", "private": true, "type": "module" }\n';
const CALL_MS = 60_000;

/** The first block of TypeScript of a page of docs/hosts. */
function codeOf(page: string): string {
  const block = blocksOf(`docs/hosts/${page}.md`).find(({ language }) => language === 'ts');
  if (block === undefined) throw new Error(`docs/hosts/${page}.md has no program`);
  return block.code;
}
