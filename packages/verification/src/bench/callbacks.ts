import { startLoad, startServer, type Load, type RunningServer } from './children.js';
import type { Figure, Section } from './figure.js';
import type { LoadOrder } from './processes/load.js';
import { atLeast, interleave, median, short, times, warmUp } from './samples.js';
import type { ServerName } from './servers.js';

const EXPRESS = 'signed callbacks: the example beside bare Express';
const WEBHOOK = 'signed callbacks: the example beside Express and twilio.webhook()';
const FORGED = 'callbacks with a wrong signature beside right ones';

const CALLS = 1000;
const CONNECTIONS = 16;
const CONTENDERS = ['example', 'express', 'express and twilio.webhook()'] as const;

/**
 * In each round 1,000 new calls are started (not measured); then each call's `ringing` is sent: the first of a call is a commit,
 * repeats change nothing. The other servers get the very same bytes.
 */
export const callbacks: Section = {
  name: 'signed callbacks',
  figures: [EXPRESS, WEBHOOK, FORGED],
  async run({ quick, progress }) {
    const load = startLoad();
    const servers = new Map<ServerName, RunningServer>();
    try {
      for (const name of CONTENDERS) servers.set(name, await startServer(name));
      const repeats = quick ? 2 : 4;
      const port = (name: ServerName): number => servers.get(name)?.port ?? 0;
      const rounds = new Map<ServerName, number>();
      const rate = (name: ServerName, stateful: boolean, status: number) => async (): Promise<number> => {
        const round = rounds.get(name) ?? 0;
        rounds.set(name, round + 1);
        progress(`${name}, round ${String(round + 1)}`);
        const from = round * CALLS;
        const order = { ports: [port(name)], from, count: CALLS, repeats: 1, connections: CONNECTIONS };
        if (stateful) await load.run({ ...order, what: 'inbound', status: 200 });
        const { seconds } = await load.run({ ...order, what: 'ringing', repeats, status });
        if (stateful) await endAll(load, order);
        return (CALLS * repeats) / seconds;
      };
      const forged = (name: ServerName) => async (): Promise<number> => {
        const order = { ports: [port(name)], from: 0, count: CALLS, repeats, connections: CONNECTIONS };
        const { seconds } = await load.run({ ...order, what: 'forged', status: 403 });
        return (CALLS * repeats) / seconds;
      };
      const contenders = {
        example: rate('example', true, 204),
        forged: forged('example'),
        express: rate('express', false, 204),
        webhook: rate('express and twilio.webhook()', false, 204),
      };
      await warmUp(contenders, quick ? 2 : 5);
      return figures(await interleave(quick ? 3 : 7, contenders));
    } finally {
      for (const server of servers.values()) server.stop();
      load.stop();
    }
  },
};

/** Ends all calls, so that there are never more than 1,000 live ones. */
async function endAll(load: Load, order: Omit<LoadOrder, 'what' | 'status'>): Promise<void> {
  await load.run({ ...order, what: 'legCompleted', status: 204 });
  await load.run({ ...order, what: 'callerCompleted', status: 204 });
}

function figures(rates: Record<'example' | 'forged' | 'express' | 'webhook', readonly number[]>): Figure[] {
  const told = (name: keyof typeof rates): string => `${short(median(rates[name]))}/s`;
  return [
    atLeast(EXPRESS, times(rates.example, rates.express), 0.5, '×', `${told('example')}, Express ${told('express')}`),
    atLeast(
      WEBHOOK,
      times(rates.example, rates.webhook),
      0.8,
      '×',
      `${told('example')}, Express and twilio.webhook() ${told('webhook')}`,
    ),
    atLeast(
      FORGED,
      times(rates.forged, rates.example),
      1,
      '×',
      `${told('forged')} refused, ${told('example')} accepted`,
    ),
  ];
}
