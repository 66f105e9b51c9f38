import type { parseArgs, ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

export function readOptions<const Given extends Options = Record<never, never>>(
  help: string,
  options?: Given,
): ReturnType<typeof parseArgs<{ options: Given }>>['values'];
