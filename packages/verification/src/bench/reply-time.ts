import { startLoad, startServer, type RunningServer } from './children.js';
import type { Section } from './figure.js';
import { atMost, interleave, median, minus, short, warmUp } from './samples.js';

const NAME = 'reply to /inbound with REST at 150 ms, over bare Express';
const CALLS = 60;

/** One new caller after the other, on one connection: no reply may wait for Twilio's REST API. */
export const replyTime: Section = {
  name: 'reply time',
  figures: [NAME],
  async run({ quick, progress }) {
    const load = startLoad();
    const servers: RunningServer[] = [];
    try {
      const contender = async (name: 'example, slow REST' | 'express'): Promise<() => Promise<number>> => {
        const server = await startServer(name);
        servers.push(server);
        let from = 0;
        return async () => {
          progress(name);
          const order = { ports: [server.port], from, count: CALLS, repeats: 1, connections: 1, status: 200 };
          from += CALLS;
          return median((await load.run({ ...order, what: 'inbound' })).latencies);
        };
      };
      const contenders = { example: await contender('example, slow REST'), express: await contender('express') };
      await warmUp(contenders);
      const { example, express } = await interleave(quick ? 3 : 9, contenders);
      const detail = `median reply ${short(median(example))} ms, Express ${short(median(express))} ms`;
      return [atMost(NAME, minus(example, express), 5, ' ms', detail)];
    } finally {
      for (const server of servers) server.stop();
      load.stop();
    }
  },
};
