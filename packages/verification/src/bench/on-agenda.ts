import type { ManualClock } from '@amd/core/testing';
import { plain, type Bench } from './calls.js';
import { REQUESTS, WHOLE_CALL } from './life.js';

/** When the webhooks of a whole call come, in seconds from its first. */
const SECONDS = [0, 1, 2, 3, 10, 12, 60, 61] as const;

/** Calls whose webhooks come at the same moments. `at`: of the first. */
export interface Together {
  readonly at: number;
  readonly calls: readonly number[];
}

/** Plays whole calls on a virtual clock: everything one moment causes is over before the next. */
export async function playOnAgenda(
  { endpoint, runtime }: Bench,
  clock: ManualClock,
  groups: readonly Together[],
): Promise<void> {
  let answers: Promise<unknown> = Promise.resolve();
  let last = clock.now();
  for (const { at, calls } of groups) {
    for (const [index, [what, status]] of WHOLE_CALL.entries()) {
      const moment = at + (SECONDS[index] ?? 0) * 1000;
      last = Math.max(last, moment);
      clock.wakeAt(moment, () => {
        answers = Promise.all(
          calls.map(async (n) => {
            const answer = await endpoint.handle(plain(REQUESTS[what](n)));
            if (answer.status !== status) throw new Error(`${what} was answered ${String(answer.status)}`);
          }),
        );
      });
    }
  }
  runtime.start();
  // Longer than any timer of a call that is over.
  await clock.advanceTo(last + 15_000, async () => {
    await answers;
    await runtime.idle();
  });
  await runtime.stop();
}
