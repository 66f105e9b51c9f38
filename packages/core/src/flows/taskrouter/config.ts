/** Times of the machinery itself, in ms. What concerns one call is in `TaskSettings`. */
export interface TaskRouterConfig {
  /** How often a live call and its task are looked at (default 30 s). */
  readonly heartbeatMs: number;
  /** What a watchdog waits beyond the ring or detection time, and between its tries (default 10 s). */
  readonly graceMs: number;
  /** When a worker was told to take the caller, the reservation is looked at (default 10 s), and again until it is clear. */
  readonly joinCheckMs: number;
  /** So long before a reservation times out, an undecided one is rejected (default 5 s): a time-out would park the worker. */
  readonly settleBeforeMs: number;
  /** How long a spoken notice may take before the leg is ended (default 30 s). */
  readonly noticeMs: number;
  /** How often somebody is fetched to hear a notice before we give up and end the leg (default 3). */
  readonly noticeTries: number;
  /** So often, 10 s apart, Twilio may refuse, for good, to find the task of a caller of whose task nothing was heard; then they get the fallback (default 3). */
  readonly findTries: number;
  /** Waits between redirects of a caller who cannot be redirected yet (default 1, 2 and 4 s). */
  readonly redirectRetryMs: readonly number[];
  /** How many finished reservations a live call remembers (default 30). */
  readonly rememberReservations: number;
  /** How long a finished call is remembered (default 1 day): its late callbacks still find their answer. */
  readonly keepForMs: number;
}

export const DEFAULT_TASKROUTER_CONFIG: TaskRouterConfig = {
  heartbeatMs: 30_000,
  graceMs: 10_000,
  joinCheckMs: 10_000,
  settleBeforeMs: 5_000,
  noticeMs: 30_000,
  noticeTries: 3,
  findTries: 3,
  redirectRetryMs: [1_000, 2_000, 4_000],
  rememberReservations: 30,
  keepForMs: 86_400_000,
};
