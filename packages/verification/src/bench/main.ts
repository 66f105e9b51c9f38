import { parseArgs } from 'node:util';
import { SECTIONS } from './sections.js';
import { report } from './report.js';

const HELP = `npm run bench -- [options]

Measures side by side, in turns, and prints a line for each figure with its goal.

  --only TEXT   only what has TEXT in its name
  --quick       fewer and shorter rounds: for a look, not for a verdict
  --markdown    the rows of the table in docs/benchmarks.md, instead of lines
  --help        this text

Figures:
${SECTIONS.flatMap(({ figures }) => figures.map((name) => `  ${name}`)).join('\n')}

Exits with 1 when a figure is below its goal.`;

let options: { only?: string; quick?: boolean; markdown?: boolean; help?: boolean };
try {
  options = parseArgs({
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean' },
      markdown: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  }).values;
} catch (error) {
  console.error(`${(error as Error).message.split(/\. |\n/)[0] ?? ''}. Try npm run bench -- --help`);
  process.exit(2);
}
if (options.help === true) {
  console.log(HELP);
  process.exit(0);
}
process.exitCode = await report(SECTIONS, {
  only: options.only,
  quick: options.quick ?? false,
  markdown: options.markdown ?? false,
});
