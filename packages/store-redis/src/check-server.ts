import { AmdError, isAmdError } from '@amd/core';
import type { Commands } from './commands.js';

/** Version of what is stored under the prefix. A newer one is left alone. */
const FORMAT = 1;

/**
 * Checks that this server keeps what it is given. What a managed server does not reveal through `CONFIG` is read from `INFO`.
 * @throws AmdError `ERR_STORE_SETTINGS` naming the setting, `ERR_STORE_VERSION`, `ERR_STORE_UNAVAILABLE`
 */
export async function checkServer(
  commands: Commands,
  {
    prefix,
    allowVolatile,
    onWarning,
  }: { prefix: string; allowVolatile: boolean; onWarning: (message: string) => void },
): Promise<void> {
  const info = parseInfo(String(await commands.command('INFO')));
  const version = info.get('redis_version') ?? '0';
  if (!atLeast(version, [6, 2])) {
    throw settings(`Redis ${version} is too old: 6.2 or later is needed`);
  }
  if (info.get('role') === 'slave') {
    throw settings(
      'this server is a replica: connect to the primary (with Sentinel or Cluster, by their client options)',
    );
  }
  const config = (name: string): Promise<string | undefined> => configOf(commands, name);
  const policy = (await config('maxmemory-policy')) ?? info.get('maxmemory_policy');
  const bounded = info.get('maxmemory') !== '0';
  if (policy !== 'noeviction' && bounded) {
    throw settings(
      `"maxmemory-policy" is "${String(policy)}", so calls would be evicted when memory is short: CONFIG SET maxmemory-policy noeviction`,
    );
  }
  if (policy !== 'noeviction')
    onWarning(`"maxmemory-policy" is "${String(policy)}": with a "maxmemory" calls would be evicted`);
  await checkPersistence(info, config, allowVolatile, onWarning);
  await checkFormat(commands, prefix);
}

async function checkPersistence(
  info: ReadonlyMap<string, string>,
  config: (name: string) => Promise<string | undefined>,
  allowVolatile: boolean,
  onWarning: (message: string) => void,
): Promise<void> {
  if (info.get('aof_enabled') === '1') {
    const fsync = await config('appendfsync');
    if (fsync === 'everysec' || fsync === 'no') {
      onWarning(`"appendfsync" is "${fsync}": a machine that loses power loses its last writes ("always" keeps them)`);
    }
    return;
  }
  const save = await config('save');
  if (save === '') {
    const message =
      'it keeps nothing on disk, so a restart loses every call: CONFIG SET appendonly yes (or "allowVolatile: true", if that is meant)';
    if (!allowVolatile) throw settings(message);
    onWarning(message);
  } else {
    onWarning(
      'it has no append-only file, so a crash loses what came after the last snapshot: CONFIG SET appendonly yes',
    );
  }
}

async function checkFormat(commands: Commands, prefix: string): Promise<void> {
  const key = `${prefix}:format`;
  await commands.command('SET', key, String(FORMAT), 'NX');
  const format = Number(await commands.command('GET', key));
  if (format > FORMAT) {
    throw new AmdError(
      'ERR_STORE_VERSION',
      `the records under "${prefix}" have format ${String(format)}, this package knows up to ${String(FORMAT)}: install a newer @amd/store-redis`,
    );
  }
}

/** Reads a setting; `undefined` if the server does not reveal it. */
async function configOf(commands: Commands, name: string): Promise<string | undefined> {
  try {
    const reply = await commands.command('CONFIG', 'GET', name);
    if (Array.isArray(reply)) return reply[1] === undefined ? undefined : String(reply[1]);
    // A map in protocol 3, which node-redis may use.
    const value =
      reply instanceof Map
        ? (reply as Map<string, unknown>).get(name)
        : (reply as Record<string, unknown> | null)?.[name];
    return typeof value === 'string' ? value : undefined;
  } catch (error) {
    if (isAmdError(error) && /took longer|closed/.test(error.message)) throw error;
    return undefined;
  }
}

function parseInfo(info: string): ReadonlyMap<string, string> {
  return new Map(
    info.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
}

function atLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}

function settings(message: string): AmdError {
  return new AmdError('ERR_STORE_SETTINGS', `Redis: ${message}`);
}
