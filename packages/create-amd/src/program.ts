import { relative } from 'node:path';
import { parseArguments, USAGE } from './arguments.js';
import type { Arguments } from './arguments.js';
import { demandEmpty, LANGUAGES, Refusal, SERVERS, writeApp } from './write-app.js';
import type { AppOptions } from './write-app.js';

/** What the program sees of the world. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Asks one question; `null`: there is nobody to ask. Resolves with `null` when the answer is the end of the input. */
  readonly ask: ((question: string) => Promise<string | null>) | null;
}

const DEFAULTS = { folder: 'my-app', server: 'express', language: 'ts' } as const;
const NAMES = { express: 'Express', fastify: 'Fastify', ts: 'TypeScript', js: 'JavaScript' } as const;

/** Runs the program, and returns the code that the process ends with. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const given = parseArguments(args);
    if (given.help) {
      terminal.out(USAGE);
      return 0;
    }
    const wanted = given.yes ? withDefaults(given) : await askFor(given, terminal);
    if (wanted === null) {
      terminal.error('Nothing was written.');
      return 130;
    }
    await writeApp(wanted);
    terminal.out(nextSteps(wanted));
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    terminal.error(error.message);
    return 2;
  }
}

function withDefaults({ folder, server, language }: Arguments): AppOptions {
  return {
    folder: folder ?? DEFAULTS.folder,
    server: server ?? DEFAULTS.server,
    language: language ?? DEFAULTS.language,
  };
}

/** Asks for what was not given; `null`: the user gave up. */
async function askFor(given: Arguments, { ask, out }: Terminal): Promise<AppOptions | null> {
  const { folder, server, language } = given;
  if (folder !== undefined) await demandEmpty(folder);
  if (folder !== undefined && server !== undefined && language !== undefined) return { folder, server, language };
  if (ask === null) {
    throw new Refusal(
      `There is no terminal to ask in. Say everything: npm create amd ${folder ?? DEFAULTS.folder} -- --server express --language ts. Or add --yes.`,
    );
  }
  const named = folder ?? (await ask(`Folder (${DEFAULTS.folder}): `));
  if (named === null) return null;
  const chosenFolder = named.trim() === '' ? DEFAULTS.folder : named.trim();
  await demandEmpty(chosenFolder);
  const chosenServer = server ?? (await choose('Server', SERVERS, ask, out));
  if (chosenServer === null) return null;
  const chosenLanguage = language ?? (await choose('Language', LANGUAGES, ask, out));
  if (chosenLanguage === null) return null;
  return { folder: chosenFolder, server: chosenServer, language: chosenLanguage };
}

/** Asks until the answer is one of the names, or empty for the first. */
async function choose<Name extends string>(
  what: string,
  names: readonly [Name, ...Name[]],
  ask: NonNullable<Terminal['ask']>,
  out: Terminal['out'],
): Promise<Name | null> {
  for (;;) {
    const answer = await ask(`${what}, ${names.join(' or ')} (${names[0]}): `);
    if (answer === null) return null;
    const wanted = answer.trim().toLowerCase();
    const found = wanted === '' ? names[0] : names.find((name) => name === wanted);
    if (found !== undefined) return found;
    out(`Type ${names.join(' or ')}, or press Enter for ${names[0]}.`);
  }
}

function nextSteps({ folder, server, language }: AppOptions): string {
  const path = relative('', folder);
  const quoted = /^[\w./\\~-]+$/.test(path) ? path : `"${path}"`;
  return `
Wrote ${folder}: ${NAMES[language]}, ${NAMES[server]}.

${path === '' ? '' : `  cd ${quoted}\n`}  npm install
  npm run dev    # plays a call: a voicemail answers, then a human
  npm test       # plays one in a test

None of these needs a Twilio account. When you have one, fill in .env and run "npm start"; README.md says how.`;
}
