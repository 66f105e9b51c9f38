/** One event of TaskRouter, as a line to read. */
export interface WorkersEvent {
  /** Rises by one with every event that this process heard. */
  readonly id: number;
  /** When it happened, by Twilio's clock; else when it was heard. */
  readonly at: number;
  /** As TaskRouter names it: `reservation.rejected`. */
  readonly type: string;
  readonly worker: string;
  /** The caller's number, whatever it is. */
  readonly caller: string;
  /** What there is to add: the activity, the reason. */
  readonly detail: string;
  /** The inbound CallSid, when the event is about a call. */
  readonly call: string | null;
}

/** The newest events of one process, oldest first. `run` is another one after a restart. */
export interface WorkersEvents {
  readonly run: string;
  readonly events: readonly WorkersEvent[];
}

export type SwitchResult = { readonly ok: true } | { readonly ok: false; readonly message: string };
