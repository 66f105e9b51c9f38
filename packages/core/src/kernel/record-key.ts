/** Builds the key of a flow's record in the store: the flow's name and the inbound call. */
export function recordKey(flow: string, sid: string): string {
  return `${flow}:${sid}`;
}

/** Returns the SID of the inbound call or worker that a record is about. */
export function sidOf(key: string): string {
  return key.slice(key.indexOf(':') + 1);
}
