import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isAmdError } from '@amd/core';
import type { Variables } from '../../settings.js';
import { CliError, EXIT } from '../../terminal/exit.js';
import type { Kept } from './kept.js';
import { openKeptFile } from './kept-file.js';
import { openKeptRedis } from './kept-redis.js';

/**
 * Opens the store that the options name, or that the app's settings name: `AMD_DATA` or `REDIS_URL`.
 * @throws CliError
 */
export async function openKept(
  variables: Variables,
  options: {
    readonly file?: string | undefined;
    readonly redis?: string | undefined;
    readonly prefix?: string | undefined;
  },
): Promise<Kept> {
  const isNamed = options.file !== undefined || options.redis !== undefined;
  const folder = variables['AMD_DATA'];
  const file = options.file ?? (isNamed || folder === undefined ? undefined : join(folder, 'calls.db'));
  const redis = options.redis ?? (isNamed ? undefined : variables['REDIS_URL']);
  if ((file === undefined) === (redis === undefined)) {
    throw new CliError(
      file === undefined
        ? 'Where are the calls kept? Set AMD_DATA or REDIS_URL, or pass --file or --redis. The memory store forgets when its process ends.'
        : 'The calls are kept in one place: a file or Redis, not both',
    );
  }
  try {
    if (redis !== undefined) return await openKeptRedis(redis, options.prefix);
    if (!existsSync(file as string)) throw new CliError(`There is no file ${file as string}`);
    return await openKeptFile(file as string);
  } catch (error) {
    if (!isAmdError(error)) throw error;
    const isInUse = error.code === 'ERR_STORE_LOCKED';
    const details = isInUse ? ['Stop the app first, or let it call forget() of @amd/core itself'] : [];
    throw new CliError(error.message, { exit: EXIT.failed, details });
  }
}
