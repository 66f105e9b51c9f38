import { CASES, FLOWS, type FlowName } from '../orders/flows.js';
import { playOrders, report } from '../orders/orders.js';
import type { Facts } from './facts.js';

interface OrdersOptions {
  readonly full: boolean;
  readonly seed: number;
  readonly tell: (done: number, of: number) => void;
}

/** Plays random orders of everything that may happen to a call or a worker, on the flows alone, with every event repeated. */
export function randomOrders({ full, seed, tell }: OrdersOptions): Promise<Facts> {
  const count = full ? 100_000 : 10_000;
  const flows = Object.keys(FLOWS) as FlowName[];
  const problems: string[] = [];
  const figures: Record<string, number> = {};
  for (const [index, flow] of flows.entries()) {
    const played = playOrders({
      play: FLOWS[flow],
      seed: seed * 1_000_000,
      count,
      tell: (done) => tell(index * count + done, flows.length * count),
    });
    figures[flow] = played.orders;
    figures['cases met'] = (figures['cases met'] ?? 0) + played.met.size;
    figures['steps'] = (figures['steps'] ?? 0) + played.steps;
    problems.push(...played.findings.map((finding) => report(flow, { findings: [finding] })));
    problems.push(...CASES[flow].filter((kind) => !played.met.has(kind)).map((kind) => `${flow}: never met: ${kind}`));
  }
  return Promise.resolve({ figures, problems });
}
