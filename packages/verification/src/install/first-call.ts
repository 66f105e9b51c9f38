import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { blocksOf } from '../../test/helpers/pages.js';

export interface FirstCall {
  /** What the simulator printed of it, a line for each event. */
  readonly lines: readonly string[];
  /** The number of whom the caller talked with, or `null`. */
  readonly talkedWith: string | null;
  readonly seconds: number;
}

const VOICEMAIL = '+14155550142';
export const HUMAN = '+14155550143';
const OURS = '+14155550199';
const PATIENCE_MS = 60_000;
/** How many times faster than real time the simulator is. */
const SPEED = '10';

/** Sends what the official client asks of Twilio to the simulator, as its README says. */
const HTTP_CLIENT = `
const httpClient = {
  async request({ method, uri, data, username, password }) {
    const { hostname, pathname, search } = new URL(uri);
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(data ?? {})) for (const one of [value].flat()) body.append(name, one);
    const response = await fetch(\`\${process.env.SIMULATOR}/\${hostname}\${pathname}\${search}\`, {
      method: method.toUpperCase(),
      headers: { Authorization: 'Basic ' + btoa(\`\${username}:\${password}\`) },
      ...(method === 'post' ? { body } : {}),
    });
    return { statusCode: response.status, body: await response.text(), headers: {} };
  },
};
`;

/**
 * Runs the app of README.md in a folder where it can find its packages, and places a call: a voicemail answers first, then a
 * human.
 */
export async function firstCallIn(project: string): Promise<FirstCall> {
  const began = performance.now();
  const port = String(await freePort());
  const base = `http://127.0.0.1:${port}`;
  writeFileSync(`${project}/app.mjs`, appOfReadme(port));
  const children: ChildProcess[] = [];
  try {
    const simulator = spawn(
      process.execPath,
      [
        ...['node_modules/@amd/simulator/dist/bin.js', '--port', '0', '--speed', SPEED, '--number', OURS],
        ...['--voice-url', `${base}/inbound`, '--status-callback', `${base}/inbound/status`],
        ...['--person', `${VOICEMAIL}=voicemail`, '--person', `${HUMAN}=human:talkMs=9000`],
      ],
      { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(simulator);
    let said = '';
    simulator.stdout.on('data', (chunk) => (said += String(chunk)));
    const [, api = '', account = '', token = ''] = await until(() =>
      /listens on (\S+)[^]*account (AC\w+) +auth token (\w+)/.exec(said),
    );
    const app = spawn(process.execPath, ['app.mjs'], {
      cwd: project,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        SIMULATOR: api,
        TWILIO_ACCOUNT_SID: account,
        TWILIO_AUTH_TOKEN: token,
        PUBLIC_BASE_URL: base,
      },
    });
    children.push(app);
    await until(async () => {
      if (app.exitCode !== null) throw new Error(`the app of README.md ended with ${String(app.exitCode)}`);
      return fetch(base).catch(() => null);
    });
    await fetch(`${api}/_simulator/calls`, {
      method: 'POST',
      body: JSON.stringify({ from: '+12125550123', to: OURS }),
    });
    const calls = await until(async () => {
      const all = (await (await fetch(`${api}/_simulator/calls`)).json()) as SimulatedCall[];
      return all.some(({ direction, status }) => direction === 'inbound' && status === 'completed') ? all : null;
    });
    const caller = calls.find(({ direction }) => direction === 'inbound');
    const leg = calls.find(({ sid }) => sid === caller?.bridgedWith[0]?.sid);
    return {
      lines: said.trim().split('\n'),
      talkedWith: leg?.to ?? null,
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    for (const child of children) child.kill();
  }
}

interface SimulatedCall {
  readonly sid: string;
  readonly direction: string;
  readonly status: string;
  readonly to: string;
  readonly bridgedWith: readonly { readonly sid: string }[];
}

/** Returns the first program of README.md with its port and its HTTP client changed. It has no types, so that Node runs it as it is. */
export function appOfReadme(port: string): string {
  const app = blocksOf('README.md').find(({ code }) => code.includes('createServer('))?.code ?? '';
  const changes: readonly (readonly [from: string, to: string])[] = [
    ['listen(5000', `listen(${port}`],
    [
      "import express from 'express';\n",
      `import express from 'express';\nimport twilio from 'twilio';\n${HTTP_CLIENT}`,
    ],
    ['  ownNumber:', '  client: twilio(TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, { httpClient }),\n  ownNumber:'],
  ];
  return changes.reduce((code, [from, to]) => {
    if (!code.includes(from)) throw new Error(`the program of README.md has no ${from}`);
    return code.replace(from, to);
  }, app);
}

/** Asks again and again until there is an answer. */
export async function until<T>(ask: () => Promise<T | null> | T | null): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const found = await ask();
    if (found !== null) return found;
    if (performance.now() > end) throw new Error(`waited ${String(PATIENCE_MS / 1000)} s for it: ${ask.toString()}`);
    await wait(50);
  }
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The version of a package that a folder has. */
export function installedVersion(project: string, name: string): string {
  const text = readFileSync(`${project}/node_modules/${name}/package.json`, 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
