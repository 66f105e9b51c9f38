import { parseArgs } from 'node:util';
import { LANGUAGES, Refusal, SERVERS } from './write-app.js';
import type { Language, Server } from './write-app.js';

export const USAGE = `npm create amd [folder] -- [options]

Writes an app that forwards Twilio calls so that the first human wins. It asks for what you leave out.

  --server express|fastify   what answers your own routes
  --language ts|js           TypeScript, or JavaScript as it is
  --yes                      asks nothing: my-app, express and ts for what you leave out
  --help                     shows this

The two dashes before the options are for npm, which keeps them for itself otherwise.`;

export interface Arguments {
  readonly help: boolean;
  readonly yes: boolean;
  readonly folder: string | undefined;
  readonly server: Server | undefined;
  readonly language: Language | undefined;
}

/** @throws Refusal */
export function parseArguments(args: readonly string[]): Arguments {
  const { values, positionals } = parsed(args);
  const [folder, ...others] = positionals;
  if (others.length > 0) {
    throw new Refusal(`Name one folder, not ${String(positionals.length)}: ${positionals.join(', ')}.`);
  }
  return {
    help: values.help,
    yes: values.yes,
    folder,
    server: oneOf(SERVERS, '--server', values.server),
    language: oneOf(LANGUAGES, '--language', values.language),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        server: { type: 'string' },
        language: { type: 'string' },
        yes: { type: 'boolean', short: 'y', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    // Node's own sentence names the option; what it says after that is about Node.
    const [reason = ''] = (error as Error).message.split('. To specify');
    throw new Refusal(`${reason.replace(/\.$/, '')}. Run "npm create amd -- --help" to see all options.`);
  }
}

function oneOf<Name extends string>(
  names: readonly Name[],
  option: string,
  given: string | undefined,
): Name | undefined {
  if (given === undefined) return undefined;
  const found = names.find((name) => name === given);
  if (found !== undefined) return found;
  const choices = names.map((name) => `${option} ${name}`).join(' or ');
  throw new Refusal(`${option} cannot be "${given}". Say ${choices}.`);
}
