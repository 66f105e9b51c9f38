import { createMemoryStore, type Commit, type Store } from '@amd/core';
import { manualClock, START } from '@amd/core/testing';
import { callerSid, createBench, legSidOf } from './calls.js';
import { playOnAgenda } from './on-agenda.js';

/** Calls in a store, each of which advances by one commit of a real call at a time. */
export interface ChangingCalls {
  /** Writes the next commit of a call, or the first one of a new call in its place if it is over. */
  change(place: number, now: number): Promise<void>;
}

/**
 * Creates the calls. The commits are recorded from a whole call with one leg; each place has a call of its own. `stayLive`: it
 * never ends.
 */
export async function changingCalls(
  store: Store,
  { stayLive = false }: { readonly stayLive?: boolean } = {},
): Promise<ChangingCalls> {
  const life = (await recordedLife()).filter(({ now }) => !stayLive || now < START + 60_000);
  const places: { n: number; revision: number }[] = [];
  let calls = 0;
  return {
    async change(place, now) {
      let at = places[place];
      if (at === undefined || (at.revision === life.length && !stayLive)) {
        calls += 1;
        at = { n: calls, revision: 0 };
        places[place] = at;
      }
      const { n, revision } = at;
      at.revision += 1;
      const commit = life[revision % life.length];
      if (commit === undefined) throw new Error('no commit of a call was recorded');
      const data = commit.data.replaceAll(callerSid(0), callerSid(n)).replaceAll(legOf(0), legOf(n));
      const key = commit.key.replace(callerSid(0), callerSid(n));
      const written = await store.commit({ ...commit, key, expected: revision, data, now });
      if (!written.ok) throw new Error('two changes of one call at once');
    },
  };
}

function legOf(n: number): string {
  return legSidOf(Number(callerSid(n).slice(2)));
}

/** Records a call without its tasks, which never expires. */
async function recordedLife(): Promise<readonly Commit[]> {
  const clock = manualClock();
  const inner = createMemoryStore();
  const life: Commit[] = [];
  const store: Store = {
    ...inner,
    commit(commit) {
      if (commit.key.endsWith(callerSid(0))) life.push({ ...commit, put: [], drop: [], expiresAt: null });
      return inner.commit(commit);
    },
  };
  await playOnAgenda(createBench({ clock, store }), clock, [{ at: clock.now(), calls: [0] }]);
  return life;
}
