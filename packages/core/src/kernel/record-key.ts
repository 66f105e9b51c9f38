/** Key of a flow's record in the store: the flow's name and the inbound call. */
export function recordKey(flow: string, sid: string): string {
  return `${flow}:${sid}`;
}

/** The inbound call, or the worker, that a record is about. */
export function sidOf(key: string): string {
  return key.slice(key.indexOf(':') + 1);
}
