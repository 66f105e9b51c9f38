import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fetchTransport, type WebhookTransport } from '@amd/simulator';
import { blocksOf } from '../helpers/pages.js';
import { ROOT } from '../helpers/sources.js';

/** A command of a page, as a reader types it, and the output that the page shows below it; `null`: none. */
export interface ShownCommand {
  readonly where: string;
  readonly command: string;
  readonly shows: string | null;
}

/** Returns the commands of a page. The block of output belongs to the last command before it. */
export function commandsOf(page: string): ShownCommand[] {
  const commands: ShownCommand[] = [];
  for (const { language, code, where } of blocksOf(page)) {
    if (language === 'sh') {
      for (const command of code.trim().split('\n')) commands.push({ where, command, shows: null });
    }
    const last = commands.at(-1);
    if (language === 'text' && last !== undefined) commands[commands.length - 1] = { ...last, shows: code.trimEnd() };
  }
  return commands;
}

/** Makes a pattern of what a page shows: `…` is anything within a line, and a line of nothing else any number of lines. */
export function patternOf(shown: string): RegExp {
  const lines = shown.split('\n').map((line) => {
    if (line.trim() === '…') return '(?:.*\\n)*?';
    return `${line.split('…').map(escaped).join('.*')}\\n`;
  });
  return new RegExp(`^${lines.join('')}$`);
}

function escaped(text: string): string {
  return text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
}

/** What the terminal shows: without colours, empty lines at both ends, and blanks at the end of a line. */
export function tidied(output: string): string {
  // eslint-disable-next-line no-control-regex
  const plain = output.replace(/\u001b\[[0-9;]*m/g, '').replace(/[ \t]+$/gm, '');
  return `${plain.trim()}\n`;
}

/** A checkout of its own, with a `.env` of its own, in which a reader's commands run. */
export interface Checkout {
  readonly folder: string;
  /** Runs a command to its end, and returns what it wrote to standard output. */
  run(command: string): Promise<{ readonly code: number | null; readonly out: string; readonly stderr: string }>;
  /** Starts a command that stays, and resolves when it has printed the text. */
  start(command: string, until: string): Promise<Running>;
  read(name: string): Promise<string>;
  write(name: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

export interface Running {
  out(): string;
  /** Presses Ctrl-C, and resolves when it has ended. */
  interrupt(): Promise<void>;
}

/** No personal settings reach what is started. */
const PERSONAL = /^(npm_|INIT_CWD|TWILIO_|FORWARD_TO|PORT$|HOST$|PUBLIC_BASE_URL|AMD_|REDIS_URL|NODE_OPTIONS)/;

export async function checkOut(env: Readonly<Record<string, string>>): Promise<Checkout> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'amd-walk-')));
  for (const path of ['scripts', 'packages', 'examples', 'package.json', 'tsconfig.json', '.env.example']) {
    await cp(ROOT + path, join(folder, path), {
      recursive: true,
      filter: (source) => !/[\\/](dist|test|node_modules)$/.test(source),
    });
  }
  await symlink(`${ROOT}node_modules`, join(folder, 'node_modules'));
  // Packages of another version than at the root; each a link, so that nothing is built in the checkout of the test.
  const own = join(folder, 'packages/cli/node_modules');
  await mkdir(own);
  for (const name of await readdir(`${ROOT}packages/cli/node_modules`)) {
    if (!name.startsWith('.')) await symlink(`${ROOT}packages/cli/node_modules/${name}`, join(own, name));
  }

  const inherited = Object.entries(process.env).filter(([name]) => !PERSONAL.test(name));
  const all = { ...Object.fromEntries(inherited), NO_COLOR: '1', npm_config_update_notifier: 'false', ...env };
  const children: ChildProcess[] = [];

  // A group of its own, as in a terminal: Ctrl-C reaches npm and what it has started.
  function begin(command: string): ChildProcess {
    const child = spawn('sh', ['-c', command], {
      cwd: folder,
      env: all,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    children.push(child);
    return child;
  }

  return {
    folder,
    async run(command) {
      const child = begin(command);
      let [out, stderr] = ['', ''];
      child.stdout?.on('data', (chunk) => (out += String(chunk)));
      child.stderr?.on('data', (chunk) => (stderr += String(chunk)));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, out: tidied(out), stderr };
    },
    async start(command, until) {
      const child = begin(command);
      let said = '';
      const closed = once(child, 'close');
      await new Promise<void>((resolve, reject) => {
        for (const stream of [child.stdout, child.stderr]) {
          stream?.on('data', (chunk) => {
            said += String(chunk);
            if (said.includes(until)) resolve();
          });
        }
        void closed.then(() => {
          reject(new Error(`"${command}" ended before it said "${until}":\n${said}`));
        });
      });
      return {
        out: () => tidied(said),
        async interrupt() {
          process.kill(-(child.pid ?? 0), 'SIGINT');
          await closed;
        },
      };
    },
    read: (name) => readFile(join(folder, name), 'utf8'),
    write: (name, text) => writeFile(join(folder, name), text),
    async remove() {
      for (const { pid, exitCode, signalCode } of children) {
        if (pid === undefined || exitCode !== null || signalCode !== null) continue;
        try {
          process.kill(-pid, 'SIGKILL');
        } catch {
          // It has ended meanwhile.
        }
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A tunnel such as ngrok: for our own programs, and for the simulated Twilio. */
export function tunnel(url: string, port: number): { env: Record<string, string>; transport: WebhookTransport } {
  const script = pathToFileURL(`${ROOT}packages/verification/test/docs/tunnel.mjs`).href;
  return {
    env: { NODE_OPTIONS: `--import ${script}`, TUNNEL_URL: url, TUNNEL_PORT: String(port) },
    transport: (request) => {
      const { origin, pathname, search } = new URL(request.url);
      if (origin !== url) throw new Error(`Twilio was to call ${request.url}`);
      return fetchTransport({ ...request, url: `http://127.0.0.1:${String(port)}${pathname}${search}` });
    },
  };
}
