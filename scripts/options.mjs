import { parseArgs } from 'node:util';

/** What was given on the command line. Ends the process after `--help`, and with 2 when an option is not known. */
export function readOptions(help, options = {}) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', default: false } } });
    if (!values.help) return values;
    console.log(help);
  } catch (error) {
    console.error(`${error.message}\n\n${help}`);
    process.exit(2);
  }
  process.exit(0);
}
