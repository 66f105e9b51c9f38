/** Times of the worker flow, in ms. */
export interface WorkerConfig {
  /** How long a worker rests (default 60 s). */
  readonly coolDownMs: number;
  /** How long to wait when Twilio cannot be asked, or refuses (default 10 s). */
  readonly retryMs: number;
  /** How long Twilio may take to switch a worker on or off before that counts as refused (default 30 s). */
  readonly switchMs: number;
  /** How far Twilio's clock and ours may be apart (default 2 s). */
  readonly skewMs: number;
  /** How long a worker of whom nothing is heard is remembered (default 30 days). */
  readonly keepForMs: number;
}

export const DEFAULT_WORKER_CONFIG: WorkerConfig = {
  coolDownMs: 60_000,
  retryMs: 10_000,
  switchMs: 30_000,
  skewMs: 2_000,
  keepForMs: 30 * 86_400_000,
};
