/** Times of the machinery itself, in ms. What concerns one call is in `CallSettings`. */
export interface ForwardingConfig {
  /** How often a live call is looked at (default 30 s). */
  readonly heartbeatMs: number;
  /** What a watchdog waits beyond the ring or detection time, and between its tries (default 10 s). */
  readonly graceMs: number;
  /** After claim and hold, both calls are looked at (default 10 s). */
  readonly bridgeCheckMs: number;
  /** How long a spoken notice may take before the leg is ended (default 30 s). */
  readonly noticeMs: number;
  /** How often somebody is fetched to hear a notice before we give up and end the leg (default 3). */
  readonly noticeTries: number;
  /** Waits between redirects of a caller who cannot be redirected yet (default 1, 2 and 4 s). */
  readonly redirectRetryMs: readonly number[];
  /** How long a finished call is remembered (default 1 day): its late callbacks still find their answer. */
  readonly keepForMs: number;
}

export const DEFAULT_FORWARDING_CONFIG: ForwardingConfig = {
  heartbeatMs: 30_000,
  graceMs: 10_000,
  bridgeCheckMs: 10_000,
  noticeMs: 30_000,
  noticeTries: 3,
  redirectRetryMs: [1_000, 2_000, 4_000],
  keepForMs: 86_400_000,
};
