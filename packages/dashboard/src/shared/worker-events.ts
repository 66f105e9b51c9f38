/** One TaskRouter event as a line to read. */
export interface WorkersEvent {
  /** Increases by one with every event that this process received. */
  readonly id: number;
  /** When it happened, by Twilio's clock; otherwise when it was received. */
  readonly at: number;
  /** As TaskRouter names it: `reservation.rejected`. */
  readonly type: string;
  readonly worker: string;
  /** The caller's number, whatever it is. */
  readonly caller: string;
  /** Details: the activity, the reason. */
  readonly detail: string;
  /** The inbound CallSid, if the event is about a call. */
  readonly call: string | null;
}

/** The newest events of one process, oldest first. `run` is another one after a restart. */
export interface WorkersEvents {
  readonly run: string;
  readonly events: readonly WorkersEvent[];
}

export type SwitchResult = { readonly ok: true } | { readonly ok: false; readonly message: string };
