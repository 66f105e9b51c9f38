/** What may go wrong with one REST request; see the reliability notes in the package's README. */
export type RestFault =
  /** No server listens: never sent (`ECONNREFUSED`). */
  | 'refuse-connection'
  /** The connection broke and nothing was executed (`ECONNRESET`). */
  | 'reset'
  /** Nothing was executed and no answer came (`ECONNABORTED` after the client's own timeout, on the simulator's clock). */
  | 'timeout'
  /** Executed, but the connection broke before the answer. */
  | 'executed-but-reset'
  /** Executed, but no answer came before the client's timeout. */
  | 'executed-but-timeout'
  /** Executed, answered with JSON cut short. */
  | 'bad-json'
  /** Executed, answered this many ms later on the simulator's clock. */
  | { readonly delayMs: number }
  /** Not executed; answered with this. */
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

/** Decides about each REST request before it is executed; undefined lets it pass. */
export type RestFaultHook = (request: {
  readonly method: string;
  /** From `/2010-04-01` on. */
  readonly path: string;
  readonly form: URLSearchParams;
}) => RestFault | undefined;

/** Creates a network failure as the official client's HTTP layer (axios) reports it. */
export function networkError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code, isAxiosError: true });
}
