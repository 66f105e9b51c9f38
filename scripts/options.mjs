import { parseArgs } from 'node:util';

/** Reads the command line. Ends the process after `--help`, and with 2 for an unknown option. */
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
