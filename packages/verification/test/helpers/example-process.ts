import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPage } from '../../../dashboard/build-page.mjs';
import { bundle } from '../../../../scripts/bundle.mjs';
import { freePort } from '../../../store-redis/test/helpers/free-port.js';

/** An example as its users start it: a process of its own, configured by its environment. */
export interface ExampleProcess {
  readonly port: number;
  /** At the address of this machine. */
  readonly url: string;
  /** Everything it has printed. */
  said(): string;
  /** Resolves with its exit code; `null`: it was ended by the signal. */
  signal(name: NodeJS.Signals): Promise<number | null>;
  /** Disconnects, as if this process, its parent, had died. */
  disconnect(): void;
  stop(): Promise<void>;
}

/** Builds the start of an example and the files of its page from the sources. */
export async function buildExample(name: 'forwarding' | 'taskrouter'): Promise<string> {
  const script = fileURLToPath(await bundle(`examples/${name}/src/start.ts`, undefined, { native: true }));
  await buildPage(join(dirname(script), 'page'));
  return script;
}

export async function startExample(script: string, env: Readonly<Record<string, string>>): Promise<ExampleProcess> {
  const port = await freePort();
  // Empty means unset, even where a developer's .env file has a value.
  const unset = { AMD_DATA: '', REDIS_URL: '', METRICS_TOKEN: '', TWILIO_API_KEY: '', TWILIO_API_SECRET: '' };
  const child: ChildProcess = spawn(process.execPath, [script], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...unset, HOST: '127.0.0.1', PORT: String(port), ...env },
  });
  let said = '';
  const exit = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        said += String(chunk);
        if (said.includes('Listening on')) resolve();
      });
    }
    void exit.then(() => {
      reject(new Error(`the example ended before it listened:\n${said}`));
    });
  });
  return {
    port,
    url: `http://127.0.0.1:${String(port)}`,
    said: () => said,
    async signal(name) {
      child.kill(name);
      const [code] = (await exit) as [number | null];
      return code;
    },
    disconnect() {
      child.disconnect();
    },
    async stop() {
      child.kill('SIGKILL');
      await exit;
    },
  };
}
