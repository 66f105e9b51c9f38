/** Key of a flow's record in the store: the flow's name and the inbound call. */
export function recordKey(flow: string, sid: string): string {
  return `${flow}:${sid}`;
}
