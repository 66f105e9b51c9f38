import type { Variables } from './settings.js';
import type { Terminal } from './terminal/terminal.js';

/** The context of a command: where it writes, and the user's settings. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly environment: Variables;
  readonly version: string;
}
