import type { Repeat, RestFault } from '@amd/simulator';

/**
 * One planted fault. Requests to the store, REST requests, webhooks and documents (requests for TwiML, each of which may be
 * repeated) are counted from 1 over all nodes, so a plan is plain data: it can be kept in a file, run again, and made smaller.
 */
export type Fault =
  | { readonly on: 'store'; readonly nth: number; readonly does: StoreFault }
  | { readonly on: 'rest'; readonly nth: number; readonly does: 'crash-before' | 'crash-after' | RestFault }
  | { readonly on: 'webhook'; readonly nth: number; readonly does: WebhookFault }
  | { readonly on: 'document'; readonly nth: number; readonly does: Repeat }
  /** From this request on the store answers no one for this many ms. */
  | { readonly on: 'outage'; readonly nth: number; readonly forMs: number; readonly does: 'fail' | 'hang' };

export type StoreFault =
  /** The node crashes before the request. */
  | 'crash-before'
  /** Executed, and the node crashes before the answer. */
  | 'crash-after'
  /** Not executed, with an error. */
  | 'fail'
  /** Executed, but the answer is lost. */
  | 'fail-after'
  /** Not executed, and no answer for a long time. */
  | 'hang';

export type WebhookFault =
  /** The connection is refused. */
  | 'refuse'
  /** Handled, but the connection breaks before the reply. */
  | 'lose-reply'
  /** Handled twice, at the same moment with two nodes; the second reply counts. */
  | 'twice';

const FEW = 30;

/** Looks up the fault of each request by its number, and counts the requests. */
export class FaultSchedule {
  readonly #at = new Map<string, Fault>();
  readonly counted = { store: 0, rest: 0, webhook: 0, document: 0 };
  /** The latest planned copy of a document, in ms after its first request. */
  readonly latestCopyMs: number;

  constructor(faults: readonly Fault[]) {
    for (const fault of faults) {
      this.#at.set(`${fault.on === 'outage' ? 'store' : fault.on}:${String(fault.nth)}`, fault);
    }
    const copies = faults.map((fault) => (fault.on === 'document' ? (fault.does.copyAfterMs ?? 0) : 0));
    this.latestCopyMs = Math.max(0, ...copies);
  }

  /** True while one of the next few requests to the store is to fail. */
  get isNear(): boolean {
    const ahead = Array.from({ length: FEW }, (_, index) => `store:${String(this.counted.store + index + 1)}`);
    return ahead.some((place) => this.#at.has(place));
  }

  /** Counts one more request, and returns its fault. */
  next<On extends 'store' | 'rest' | 'webhook' | 'document'>(
    on: On,
  ): Extract<Fault, { on: On | 'outage' }> | undefined {
    this.counted[on] += 1;
    return this.#at.get(`${on}:${String(this.counted[on])}`) as never;
  }
}
