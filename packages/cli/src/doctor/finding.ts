/** How something is. `skipped`: it could not be looked at, because of something else that is wrong. */
export type Status = 'ok' | 'warning' | 'error' | 'skipped';

/** What a check found. */
export interface Finding {
  /** What was looked at; stable, for scripts. */
  readonly check: string;
  readonly status: Status;
  /** What is the case. */
  readonly message: string;
  /** What to do about it; `null` when all is well. */
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
