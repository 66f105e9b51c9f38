import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A program that some tests need, and how to install it. */
export interface MissingProgram {
  readonly program: string;
  readonly remedy: string;
}

const BROWSERS = {
  Chromium: {
    variable: 'CHROMIUM_PATH',
    paths: ['chromium', 'chromium-browser', 'google-chrome'],
    package: 'chromium',
  },
  Firefox: { variable: 'FIREFOX_PATH', paths: ['firefox-esr', 'firefox'], package: 'firefox-esr' },
} as const;

/** Returns the path of the browser; `undefined`: it is not installed. */
export function browserPath(name: keyof typeof BROWSERS): string | undefined {
  const { variable, paths } = BROWSERS[name];
  return [process.env[variable], ...paths.map((path) => `/usr/bin/${path}`)].find(
    (path) => path !== undefined && existsSync(path),
  );
}

const found = new Map<string, boolean>();

function runs(program: string, argument: string): boolean {
  const known = found.get(program) ?? spawnSync(program, [argument]).status === 0;
  found.set(program, known);
  return known;
}

export function hasRedis(): boolean {
  return runs('redis-server', '--version');
}

/** True if openssl, which creates certificates, is installed. */
export function hasOpenssl(): boolean {
  return runs('openssl', 'version');
}

/** Lists missing programs that tests need. Those tests are skipped, and the run says so. */
export function missingPrograms(): readonly MissingProgram[] {
  const browsers = Object.entries(BROWSERS).map(([name, { variable, package: from }]) => ({
    program: name,
    isThere: browserPath(name as keyof typeof BROWSERS) !== undefined,
    remedy: `apt-get install ${from}, or set ${variable}`,
  }));
  const all = [
    ...browsers,
    { program: 'Redis', isThere: hasRedis(), remedy: 'apt-get install redis-server' },
    { program: 'TLS', isThere: hasOpenssl(), remedy: 'apt-get install openssl' },
  ];
  return all.filter(({ isThere }) => !isThere).map(({ program, remedy }) => ({ program, remedy }));
}
