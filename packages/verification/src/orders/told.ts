/** What a flow is told, without its time. */
export interface Told {
  readonly type: string;
}
