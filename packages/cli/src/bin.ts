import { readFileSync } from 'node:fs';
import { run } from './program.js';
import { processTerminal } from './terminal/terminal.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
process.exitCode = await run(process.argv.slice(2), {
  terminal: processTerminal(),
  environment: process.env,
  version,
});
