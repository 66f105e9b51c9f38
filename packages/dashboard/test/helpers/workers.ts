import { encodeState, taskrouter, worker, type Store } from '@amd/core';

export const AVAILABLE = `WA${'1'.repeat(32)}`;
export const RESTING = `WA${'2'.repeat(32)}`;
export const OFFLINE = `WA${'3'.repeat(32)}`;

export const SHOWN_WORKSPACE = {
  activities: { available: AVAILABLE, unavailable: RESTING, offline: OFFLINE },
  activityNames: new Map([
    [AVAILABLE, 'Available'],
    [RESTING, 'Temporarily Unavailable'],
    [OFFLINE, 'Offline'],
  ]),
};

export const workerSid = (index: number): string => `WK${index.toString(16).padStart(32, '0')}`;

/** Creates functions that write records as the flows leave them, as far as pages show them. */
export function workerWriter(store: Store, now: () => number = () => Date.now()) {
  const revisions = new Map<string, number>();
  async function put(key: string, schema: number, state: unknown): Promise<void> {
    const expected = revisions.get(key) ?? 0;
    revisions.set(key, expected + 1);
    const data = encodeState({ schema }, { state, at: now() });
    await store.commit({ key, expected, data, expiresAt: null, now: now(), put: [], drop: [] });
  }
  return {
    worker: (index: number, changes: Readonly<Record<string, unknown>> = {}): Promise<void> => {
      const sid = workerSid(index);
      return put(`worker:${sid}`, worker.schema, {
        kind: 'worker',
        sid,
        name: `Worker ${String(index)}`,
        phone: `+1415555${String(1000 + index)}`,
        activity: { sid: AVAILABLE, name: 'Available' },
        since: now() - 1000 * index,
        version: 1,
        coolDowns: [],
        timedOut: null,
        requestedActivity: null,
        changeInFlight: null,
        deleted: false,
        timers: {},
        ...changes,
      });
    },
    /** Writes a caller for whom these workers were reserved, one after the other; the last one's phone rings. */
    call: (sid: string, from: string, workers: readonly number[]): Promise<void> => {
      const startedAt = now() - 30_000;
      const last = workers.at(-1);
      return put(`taskrouter:${sid}`, taskrouter.schema, {
        kind: 'call',
        settings: {},
        call: { sid, from, to: '+14155550199', token: 'canary-call-token' },
        caller: { phase: 'waiting' },
        task: { sid: null, over: false, inFlight: false },
        winner: null,
        result: null,
        timestamps: { startedAt },
        reservations: workers.map((index, at) => ({
          id: at + 1,
          worker: workerSid(index),
          workerName: `Worker ${String(index)}`,
          leg: at + 1,
          phase: index === last ? 'pending' : 'over',
          rejectTo: index === last ? null : 'unavailable',
          result: index === last ? null : 'rejected',
          timestamps: {
            assignedAt: startedAt + at * 1000,
            ...(index === last ? {} : { endedAt: startedAt + at * 1000 + 900 }),
          },
        })),
        legs: workers.map((index, at) => ({
          id: at + 1,
          target: { to: `+1415555${String(1000 + index)}` },
          phase: index === last ? 'ringing' : 'ended',
          answeredBy: index === last ? null : 'machine_start',
          result: index === last ? null : { kind: 'answered', by: 'machine_start' },
          timestamps: { requestedAt: startedAt + at * 1000, ringingAt: startedAt + at * 1000 + 100 },
        })),
      });
    },
  };
}
