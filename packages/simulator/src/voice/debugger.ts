/** One line of Twilio's console debugger. */
export interface DebuggerEntry {
  readonly at: number;
  /** Twilio's error number; 0 for "this simulator does not support it". */
  readonly code: number;
  readonly level: 'warning' | 'error';
  readonly message: string;
  readonly url: string | undefined;
  readonly callSid: string | undefined;
}
