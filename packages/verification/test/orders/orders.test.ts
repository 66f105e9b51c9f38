import { describe, expect, it } from 'vitest';
import { CASES, FLOWS, type FlowName } from '../../src/orders/flows.js';
import { playOrders, report } from '../../src/orders/orders.js';

// 500 orders of each flow; `npm run prove` plays 10,000, and 100,000 with `--full` (prove/orders.ts).
const SEED = Number(process.env['AMD_SEED'] ?? 1) * 1000;
/** `forwarding:17:3,5`: that order alone, without its third and fifth fault. */
const [only, seed, without] = (process.env['AMD_ORDER'] ?? '').split(':');
const ALL = Object.keys(FLOWS) as FlowName[];

describe.skipIf(only !== '')('random orders of everything that may happen', () => {
  it.each(ALL)('%s: 500 orders keep every promise', (flow) => {
    const { met, findings } = playOrders({ play: FLOWS[flow], seed: SEED, count: 500 });
    expect(report(flow, { findings })).toBe('');
    expect(
      CASES[flow].filter((kind) => !met.has(kind)),
      'cases that were never met',
    ).toEqual([]);
  });
});

describe.runIf(only !== '')('one order', () => {
  it.each(ALL.filter((flow) => flow === only))('%s', (flow) => {
    const numbers = (without ?? '').split(',').filter(Boolean).map(Number);
    const order = FLOWS[flow]({ seed: Number(seed), without: new Set(numbers), keepLines: true });
    console.log(order.lines.join('\n'));
    expect(order.broken).toEqual([]);
  });
});
