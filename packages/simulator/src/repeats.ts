import { mulberry32 } from './random.js';

/** A request for TwiML that is about to be sent for the first time. */
export interface TwimlRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  /** The call that the document is for. */
  readonly callSid: string;
}

/**
 * How one request for TwiML is repeated: same address, parameters and signature each time
 * (twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
 */
export interface Repeat {
  /**
   * A retry, this many ms after the first attempt (0 to 14000; 0: both at once), as when the first reply is
   * slow or its connection is lost. Not sent to an address that asks for no retries (`#rc=0`).
   */
  readonly retryAfterMs?: number;
  /** The reply that Twilio acts on (default `last`). If that attempt fails, the other one counts. */
  readonly actsOn?: 'first' | 'last';
  /** A copy, this many ms after the first attempt, whether the call is still live or not; its reply is discarded. */
  readonly copyAfterMs?: number;
}

/** Decides about each request for TwiML; undefined sends it once. */
export type RepeatHook = (request: TwimlRequest) => Repeat | undefined;

/** Twilio gives up on a document after 15 s; the last retry has one second left, ms. */
export const LATEST_RETRY_MS = 14_000;
/** The shortest interval that is drawn, ms. */
const SHORTEST_MS = 100;
/** One retry in this many is sent together with the first attempt. */
const ONE_TOGETHER_IN = 3;

/** Options of random repeats, the same for the same seed. */
export interface SeededRepeats {
  readonly seed: number;
  /** Probability (0–1) that a request is retried; Twilio acts on either reply (default 0). */
  readonly retry?: number;
  /** Probability (0–1) that a copy follows later (default 0). */
  readonly copy?: number;
  /** The latest copy, ms (default: ten minutes). */
  readonly maxCopyMs?: number;
}

const KNOWN: ReadonlySet<string> = new Set(['seed', 'retry', 'copy', 'maxCopyMs']);

/** Creates the option `repeats` of a simulator. Throws a `TypeError` that names the option. */
export function seededRepeats(options: SeededRepeats): RepeatHook {
  const { seed, retry = 0, copy = 0, maxCopyMs = 600_000 } = options;
  const unknown = Object.keys(options).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) {
    throw new TypeError(`seededRepeats: unknown option "${unknown}": one of ${[...KNOWN].join(', ')}`);
  }
  if (!Number.isSafeInteger(seed)) throw new TypeError(`seededRepeats: "seed" must be a whole number: ${seed}`);
  for (const [name, rate] of Object.entries({ retry, copy })) {
    if (!(rate >= 0 && rate <= 1)) throw new TypeError(`seededRepeats: "${name}" must be from 0 to 1: ${rate}`);
  }
  if (!(maxCopyMs >= SHORTEST_MS && maxCopyMs < Infinity)) {
    throw new TypeError(`seededRepeats: "maxCopyMs" must be at least ${SHORTEST_MS} ms: ${maxCopyMs}`);
  }
  // Not the numbers that REST faults draw from the same seed.
  const random = mulberry32(seed + 0x9e3779b9);
  // Short intervals as often as long ones: each decade has the same share.
  const interval = (most: number, dice: number): number => Math.floor(SHORTEST_MS * (most / SHORTEST_MS) ** dice);
  return () => {
    // The same number of draws for each request, so that one rate does not change which requests the other affects.
    const [retried, copied, together, first] = [random(), random(), random(), random()];
    const [retryAt, copyAt] = [random(), random()];
    if (retried >= retry && copied >= copy) return undefined;
    return {
      ...(retried < retry && {
        retryAfterMs: together < 1 / ONE_TOGETHER_IN ? 0 : interval(LATEST_RETRY_MS, retryAt),
        actsOn: first < 0.5 ? 'first' : 'last',
      }),
      ...(copied < copy && { copyAfterMs: interval(maxCopyMs, copyAt) }),
    };
  };
}

/** Describes what is wrong with a hook's decision, naming the field; undefined if it is valid. */
export function faultOf({ retryAfterMs = 0, actsOn = 'last', copyAfterMs = 0 }: Repeat): string | undefined {
  if (!(retryAfterMs >= 0 && retryAfterMs <= LATEST_RETRY_MS)) {
    return `"retryAfterMs" must be from 0 to ${LATEST_RETRY_MS}: ${retryAfterMs}`;
  }
  const which: string = actsOn;
  if (which !== 'first' && which !== 'last') return `"actsOn" must be first or last: ${which}`;
  if (!(copyAfterMs >= 0 && copyAfterMs < Infinity)) return `"copyAfterMs" must be 0 or more: ${copyAfterMs}`;
  return undefined;
}
