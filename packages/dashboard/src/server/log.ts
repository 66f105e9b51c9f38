/** One line for operators. Nothing in it is a secret or a full phone number. */
export interface DashboardLogEntry {
  readonly level: 'info' | 'warn' | 'error';
  /** What happened, for machines; stable. */
  readonly code: string;
  /** What happened and what to do about it, for people. */
  readonly message: string;
}

export type DashboardLog = (entry: DashboardLogEntry) => void;

export const quiet: DashboardLog = () => undefined;
