import { describe, expect, it } from 'vitest';
import { createMemoryStore, type Effect, type LiveForwarding, type Reply, type Store } from '@amd/core';
import { events, manualClock, NUMBERS, recorder } from '@amd/core/testing';
import { KEY, setup, untimed } from './setup.js';

/** Two callees at once, who hear who is calling while detection listens. */
const BOTH = { forwardTo: [{ targets: [NUMBERS.ann, NUMBERS.ben] }], amd: { mode: 'async' } } as const;

/** What may decide for the first and for the second leg. */
const WAYS = {
  verdict: (leg: number) => events.verdict({ leg, answeredBy: 'human' }),
  key: (leg: number) => events.key({ leg }),
};
type Way = keyof typeof WAYS;

/** A store whose operations wait until they are released, one at a time, in the order given by `choices`. */
function scheduled(store: Store, choices: readonly number[]) {
  const waiting: (() => Promise<void>)[] = [];
  /** How many operations were ready each time one was released. */
  const options: number[] = [];
  const gate = <Args extends unknown[], Result>(run: (...args: Args) => Promise<Result>) => {
    return (...args: Args): Promise<Result> =>
      new Promise((resolve, reject) => {
        waiting.push(() => run(...args).then(resolve, reject));
      });
  };
  const gated: Store = {
    read: gate((...args: Parameters<Store['read']>) => store.read(...args)),
    commit: gate((...args: Parameters<Store['commit']>) => store.commit(...args)),
    claim: gate((...args: Parameters<Store['claim']>) => store.claim(...args)),
    settle: gate((...args: Parameters<Store['settle']>) => store.settle(...args)),
    list: (...args) => store.list(...args),
  };
  /** Releases one operation after the other until none waits and `done` is settled. */
  async function drive(done: Promise<unknown>): Promise<void> {
    const until = { over: false };
    void done.finally(() => (until.over = true));
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (waiting.length === 0) {
        if (until.over) return;
        continue;
      }
      const choice = choices[options.length] ?? 0;
      options.push(waiting.length);
      await waiting.splice(choice, 1)[0]?.();
    }
  }
  return { gated, options, drive };
}

interface Played {
  readonly state: LiveForwarding;
  readonly replies: readonly Reply[];
  readonly executed: readonly Effect[];
  /** For each step, how many operations were ready. */
  readonly options: readonly number[];
}

async function play(ways: readonly [Way, Way], choices: readonly number[], repeated: boolean): Promise<Played> {
  const store = createMemoryStore();
  const clock = manualClock();
  const first = setup({ store, clock });
  const begin = [
    events.inbound({ options: BOTH }),
    events.conference({ event: 'join' }),
    ...[1, 2].flatMap((leg) => [
      events.status({ leg, status: 'in-progress' }),
      events.answered({ leg, answeredBy: null }),
    ]),
  ];
  for (const event of begin) await first.runtime.handle(KEY, untimed(event));
  await first.runtime.tick();
  await first.runtime.stop();

  const { gated, options, drive } = scheduled(store, choices);
  const execute = recorder();
  const [one, other] = [setup({ store: gated, clock, execute }), setup({ store: gated, clock, execute })];
  const news = [untimed(WAYS[ways[0]](1)), untimed(WAYS[ways[1]](2))] as const;
  const replies: Reply[] = [];
  const handle = async (runtime: typeof one.runtime, event: (typeof news)[number]): Promise<void> => {
    replies.push(await runtime.handle(KEY, event));
  };
  await drive(
    Promise.all([
      handle(one.runtime, news[0]),
      handle(other.runtime, news[1]),
      // Twilio repeats it, and the load balancer sends it to the other process.
      ...(repeated ? [handle(other.runtime, news[0])] : []),
    ]),
  );
  // Two of the three requests give enough orders.
  if (!repeated) await drive(Promise.all([one.runtime.tick(), other.runtime.tick()]));
  const state = (await first.state()) as LiveForwarding;
  return { state, replies, executed: execute.effects, options };
}

/** Runs every order: depth first, by the choices that were left at each step. */
async function everyOrder(ways: readonly [Way, Way], repeated: boolean, look: (played: Played) => void) {
  let choices: number[] = [];
  for (let orders = 1; ; orders += 1) {
    const played = await play(ways, choices, repeated);
    look(played);
    const taken = played.options.map((_, step) => choices[step] ?? 0);
    let step = taken.length - 1;
    while (step >= 0 && (taken[step] ?? 0) + 1 >= (played.options[step] ?? 1)) step -= 1;
    if (step < 0) return orders;
    choices = [...taken.slice(0, step), (taken[step] ?? 0) + 1];
  }
}

describe('two humans at once, in two processes on one store', () => {
  it.each<[Way, Way, boolean]>([
    ['verdict', 'verdict', false],
    ['verdict', 'key', false],
    ['key', 'key', false],
    ['verdict', 'verdict', true],
    ['key', 'verdict', true],
  ])(
    '%s and %s (repeated: %s): in every order one callee has the caller, and the other is told',
    async (a, b, repeated) => {
      const winners = new Set<number>();
      const orders = await everyOrder([a, b], repeated, ({ state, executed, replies }) => {
        const winner = state.legs.find(({ id }) => id === state.winner);
        const loser = state.legs.find(({ id }) => id !== state.winner);
        expect(winner?.phase).toBe('joining');
        expect(loser).toMatchObject({ phase: 'farewell', farewell: 'taken' });
        winners.add(winner?.id ?? 0);
        // After a verdict one redirect brings them to the caller; after a key the reply does, and nothing else.
        const moves = executed.filter((effect) => effect.type === 'call.redirect' && effect.leg === winner?.id);
        const byKey = (winner?.id === 1 ? a : b) === 'key';
        expect(moves).toHaveLength(byKey || repeated ? 0 : 1);
        const rooms = replies.filter(
          (reply) => reply.kind === 'twiml' && reply.verbs.at(-1)?.verb === 'dial.conference',
        );
        expect(rooms.length > 0).toBe(byKey);
        expect(new Set(executed.map(({ type, ...rest }) => `${type} ${'id' in rest ? rest.id : ''}`)).size).toBe(
          executed.length,
        );
        expect(executed.filter(({ type }) => type === 'call.create')).toEqual([]);
      });
      console.log(`${a} and ${b}: ${String(orders)} orders`);
      expect(orders).toBeGreaterThanOrEqual(10);
      // Either may win: the commit decides, not which request comes first.
      expect([...winners].sort()).toEqual([1, 2]);
    },
  );
});
