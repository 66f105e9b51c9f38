import { setTimeout as wait } from 'node:timers/promises';
import { startLoad, startServer, type Load, type RunningServer } from './children.js';
import type { Section } from './figure.js';
import { WHOLE_CALL } from './life.js';
import { atMost, interleave, median, short, times, warmUp } from './samples.js';

const EXAMPLE = 'CPU of a whole call: the example over a hand-written app';
const ADAPTER = 'CPU of a whole call: our Node adapter over a hand-written app';

const CONNECTIONS = 8;

/** CPU time of a server process for a whole call: eight signed webhooks over HTTP. */
export const wholeCall: Section = {
  name: 'whole call',
  figures: [EXAMPLE, ADAPTER],
  async run({ quick, progress }) {
    const load = startLoad();
    const servers: RunningServer[] = [];
    try {
      const contender = async (name: 'example' | 'adapter' | 'by hand'): Promise<() => Promise<number>> => {
        const server = await startServer(name);
        servers.push(server);
        return callsTo({ servers: [server], load, calls: quick ? 100 : 250, progress: () => progress(name) });
      };
      const contenders = {
        hand: await contender('by hand'),
        adapter: await contender('adapter'),
        example: await contender('example'),
      };
      await warmUp(contenders, quick ? 3 : 8);
      const { hand, adapter, example } = await interleave(quick ? 3 : 9, contenders);
      const byHand = `by hand ${short(median(hand))} ms`;
      return [
        atMost(EXAMPLE, times(example, hand), 1.2, '×', `${short(median(example))} ms, ${byHand}`),
        atMost(ADAPTER, times(adapter, hand), 0.8, '×', `${short(median(adapter))} ms, ${byHand}`),
      ];
    } finally {
      for (const server of servers) server.stop();
      load.stop();
    }
  },
};

/**
 * Creates a contender: each sample plays this many new calls, the webhooks of one kind after those of the other, and is the CPU
 * time of all its processes in ms per call. With several processes a webhook goes to the one with a free connection.
 */
export function callsTo({
  servers,
  load,
  calls,
  progress,
}: {
  readonly servers: readonly RunningServer[];
  readonly load: Load;
  readonly calls: number;
  readonly progress: () => void;
}): () => Promise<number> {
  const ports = servers.map(({ port }) => port);
  const cpu = async (): Promise<number> => {
    const each = await Promise.all(servers.map((server) => server.cpu()));
    return each.reduce((sum, one) => sum + one, 0);
  };
  let from = 0;
  return async () => {
    progress();
    const before = await cpu();
    for (const [what, status] of WHOLE_CALL) {
      await load.run({ ports, what, from, count: calls, repeats: 1, connections: CONNECTIONS, status });
    }
    // What a reply did not wait for belongs to the call as well.
    await wait(100);
    from += calls;
    return ((await cpu()) - before) / calls / 1000;
  };
}
