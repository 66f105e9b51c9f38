import type { Variables } from './settings.js';
import type { Terminal } from './terminal/terminal.js';

/** What a command is run with: where it writes, and the settings of whoever runs it. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly environment: Variables;
  readonly version: string;
}
