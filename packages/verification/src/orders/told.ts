/** An event for a flow, without its time. */
export interface Told {
  readonly type: string;
}
