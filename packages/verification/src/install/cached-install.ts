import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { ROOT } from '../root.js';

/**
 * Installs dependencies in a folder of their own below node_modules/.cache, and returns it. The folder is named after what it
 * holds: the same list, in which versions are exact, is installed once.
 */
export function cachedInstall(
  purpose: string,
  dependencies: Readonly<Record<string, string>>,
  overrides: Readonly<Record<string, string>> = {},
): string {
  const list = JSON.stringify([Object.entries(dependencies).sort(), overrides]);
  const key = createHash('sha256').update(list).digest('hex').slice(0, 12);
  const folder = `${ROOT}node_modules/.cache/amd-${purpose}/${key}`;
  if (existsSync(`${folder}/installed`)) return folder;
  console.log(`  … installing ${String(Object.keys(dependencies).length)} packages from the registry`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/package.json`, JSON.stringify({ private: true, dependencies, overrides }));
  npm(folder, 'install', '--ignore-scripts', '--prefer-offline', '--legacy-peer-deps');
  writeFileSync(`${folder}/installed`, '');
  return folder;
}

/** Returns the newest version that the registry has of a package. */
export function newestOf(name: string): string {
  return npm(ROOT, 'view', name, 'dist-tags.latest').trim();
}

/** Runs npm as if nobody had started this program by npm; returns what it prints. */
export function npm(cwd: string, ...args: readonly string[]): string {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(config_local_prefix|package|lifecycle)|INIT_CWD)/.test(name),
  );
  const env = {
    ...Object.fromEntries(inherited),
    npm_config_loglevel: 'error',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
  };
  return execFileSync('npm', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
