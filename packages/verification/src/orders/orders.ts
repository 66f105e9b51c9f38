import { createOrder, type Broken, type Order, type OrderOptions } from './order.js';

export type Play = (options: OrderOptions) => Order;

/** An order that broke a promise, as short as it could be made. */
export interface Finding extends Broken {
  readonly seed: number;
  /** Faults that it does not need. */
  readonly without: readonly number[];
  readonly times: number;
  readonly lines: readonly string[];
}

export interface Orders {
  readonly orders: number;
  /** Over all of them: events, actions of people, timers. */
  readonly steps: number;
  readonly met: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
}

export interface OrdersOptions {
  readonly play: Play;
  readonly seed: number;
  readonly count: number;
  readonly without?: readonly number[];
  readonly tell?: ((done: number, of: number) => void) | undefined;
}

/** Plays this many orders, one seed after the other. For each broken rule the order with the fewest faults is made smaller. */
export function playOrders({ play, seed, count, without = [], tell }: OrdersOptions): Orders {
  const met = new Map<string, number>();
  let steps = 0;
  const found = new Map<string, { seed: number; troubles: number; times: number }>();
  for (let one = seed; one < seed + count; one += 1) {
    const order = play({ seed: one, without: new Set(without) });
    steps += order.steps();
    for (const kind of order.met) met.set(kind, (met.get(kind) ?? 0) + 1);
    for (const { rule } of order.broken) {
      const before = found.get(rule);
      const isBetter = before === undefined || order.troubles() < before.troubles;
      const kept = isBetter ? { seed: one, troubles: order.troubles() } : before;
      found.set(rule, { ...kept, times: (before?.times ?? 0) + 1 });
    }
    tell?.(one - seed + 1, count);
  }
  const findings = [...found].map(([rule, { seed: one, times }]) => smallest(play, rule, one, times, without));
  return { orders: count, steps, met, findings };
}

/** Leaves out one fault after the other, as long as the same rule is broken. */
function smallest(play: Play, rule: string, seed: number, times: number, given: readonly number[]): Finding {
  const fails = (without: ReadonlySet<number>): Order | null => {
    const order = play({ seed, without, keepLines: true });
    return order.broken.some((one) => one.rule === rule) ? order : null;
  };
  let without = new Set(given);
  let best = fails(without) ?? createOrder({ seed });
  for (let pass = 0; pass < 2; pass += 1) {
    for (let number = best.troubles(); number > 0; number -= 1) {
      if (without.has(number)) continue;
      const fewer = new Set([...without, number]);
      const order = fails(fewer);
      if (order === null) continue;
      best = order;
      without = fewer;
    }
  }
  const detail = best.broken.find((one) => one.rule === rule)?.detail ?? '';
  return { rule, detail, seed, times, without: [...without].sort((a, b) => a - b), lines: best.lines };
}

/** Explains to people what is wrong, how to see it again, and what happened. */
export function report(flow: string, { findings }: Pick<Orders, 'findings'>): string {
  return findings
    .map(({ rule, detail, seed, without, times, lines }) =>
      [
        `${flow}: ${rule}${detail === '' ? '' : ` (${detail})`}; ${String(times)} times, for example`,
        `  AMD_ORDER=${flow}:${String(seed)}${without.length === 0 ? '' : `:${without.join(',')}`} npx vitest run packages/verification/test/orders`,
        ...lines.map((line) => `  ${line.slice(0, 400)}`),
      ].join('\n'),
    )
    .join('\n\n');
}
