/** The status of a finding. `skipped`: it could not be checked, because something else is wrong. */
export type Status = 'ok' | 'warning' | 'error' | 'skipped';

/** What a check found. */
export interface Finding {
  /** What was checked; stable, for scripts. */
  readonly check: string;
  readonly status: Status;
  /** What was found. */
  readonly message: string;
  /** What to do about it; `null` if all is well. */
  readonly fix: string | null;
}

export const ok = (check: string, message: string): Finding => ({ check, status: 'ok', message, fix: null });
export const warning = (check: string, message: string, fix: string): Finding => ({
  check,
  status: 'warning',
  message,
  fix,
});
export const error = (check: string, message: string, fix: string): Finding => ({
  check,
  status: 'error',
  message,
  fix,
});
export const skipped = (check: string, message: string): Finding => ({ check, status: 'skipped', message, fix: null });
