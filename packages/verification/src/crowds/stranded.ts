import type { SimulatedCall, TimelineEntry } from '@amd/simulator';

/** A caller, the legs that were created for them, and how often the hook `ended` reported an outcome. */
export interface Served {
  readonly caller: SimulatedCall;
  readonly legs: readonly SimulatedCall[];
  /** Ids under which the hook ran: one for each outcome. Nothing is known of a caller who hung up before the first answer. */
  readonly outcomes: ReadonlySet<string> | undefined;
}

/** How long we may keep ringing for a caller who has hung up: until we learn of it, in ms. */
const NEWS_MS = 10_000;

/**
 * Finds callers who were on the line longer than `waitMs` without talking, had other than one outcome, lost a message, or had
 * phones ringing for them after they had left.
 */
export function stranded(timeline: readonly TimelineEntry[], served: readonly Served[], waitMs: number): string[] {
  const cut = recordingsCut(timeline);
  return served.flatMap(({ caller, legs, outcomes }) => {
    const { sid, createdAt, endedAt = Infinity } = caller;
    const talkedMs = caller.bridgedWith.reduce((sum, { ms }) => sum + ms, 0);
    const waitedMs = endedAt - createdAt - talkedMs;
    const late = legs.filter((leg) => leg.createdAt > endedAt + NEWS_MS);
    return [
      ...(waitedMs > waitMs ? [`${sid} was on the line ${String(Math.round(waitedMs / 1000))} s with nobody`] : []),
      ...(outcomes === undefined || outcomes.size === 1 ? [] : [`${sid} had ${String(outcomes.size)} outcomes`]),
      ...(cut.has(sid) ? [`${sid} was interrupted while leaving a message`] : []),
      ...late.map((leg) => `${leg.sid} rang for ${sid}, who had hung up`),
    ];
  });
}

/** Returns callers whose `<Record>` was over because REST redirected or ended their call. */
export function recordingsCut(timeline: readonly TimelineEntry[]): ReadonlySet<string> {
  const cut = new Set<string>();
  const ending = new Map<string, number>();
  const recording = new Set<string>();
  for (const { kind, at, call, detail = {} } of timeline) {
    if (detail['event'] === 'recording' && detail['source'] === 'RecordVerb')
      recording.add(String(detail['recording']));
    if (detail['event'] === 'recorded' && call !== undefined && recording.has(String(detail['recording']))) {
      ending.set(call, at);
    }
    if (kind !== 'rest' || detail['method'] !== 'POST' || detail['status'] !== 200) continue;
    const sid = /\/Calls\/(CA[0-9a-f]{32})\.json$/.exec(String(detail['path']))?.[1];
    // A REST request ends the call's recording at the same moment.
    if (sid !== undefined && ending.get(sid) === at) cut.add(sid);
  }
  return cut;
}
