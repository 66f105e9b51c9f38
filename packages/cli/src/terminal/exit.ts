/** The exit codes of the program `amd`. */
export const EXIT = {
  /** All is well; for `apply`: done, or nothing to do. */
  ok: 0,
  /** The doctor found something wrong, or Twilio refused. */
  failed: 1,
  /** The command, a file or the settings cannot be understood. */
  usage: 2,
  /** `plan --check`: there are changes; `forget`: the number is still in records that were left alone. */
  changes: 3,
} as const;

/** An error that the user at the terminal can fix. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly exit: number;
  /** One line for each problem. */
  readonly details: readonly string[];

  constructor(message: string, options: { readonly exit?: number; readonly details?: readonly string[] } = {}) {
    super(message);
    this.exit = options.exit ?? EXIT.usage;
    this.details = options.details ?? [];
  }
}
