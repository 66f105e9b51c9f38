import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_FORWARDING_CONFIG, forwarding } from '@amd/core';
import { explore, forwardingWorld, type Model, type WorldOptions } from '@amd/core/testing';

interface Counts {
  readonly states: number;
  readonly transitions: number;
  readonly orders: number;
}

/** What `npm run explore` has found before: a world that shrinks would prove less without anybody noticing. */
const KNOWN = JSON.parse(readFileSync(new URL('../../../../docs/explored.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Counts>
>;

/** The worlds that take seconds; `npm run explore` has the large ones. */
const WORLDS: readonly WorldOptions[] = [
  { legs: 1, faults: 0 },
  { legs: 2, ring: 'inOrder', faults: 0, deaf: true },
];

describe('every causal order of a small call', () => {
  it.each(WORLDS.map((options) => [forwardingWorld(options).name, options] as const))(
    '%s: P1 to P7 hold',
    (name, options) => {
      const found = explore(forwardingWorld(options));
      const { states, transitions, orders, violation } = found;
      console.log(
        `${name}: ${String(states)} states, ${String(transitions)} transitions, ${orders.toExponential(1)} orders`,
      );
      expect(violation, violation === null ? '' : `${violation.trace.join('\n')}\n\n${violation.test}`).toBeNull();
      expect(found.complete).toBe(true);
      const known = KNOWN[name];
      expect(known, `docs/explored.json has no "${name}": npm run explore -- --record`).toBeDefined();
      expect(states).toBeGreaterThanOrEqual(known?.states ?? Infinity);
      expect(transitions).toBeGreaterThanOrEqual(known?.transitions ?? Infinity);
      expect(orders).toBeGreaterThanOrEqual((known?.orders ?? Infinity) * (1 - 1e-9));
    },
    120_000,
  );
});

describe('the explorer itself', () => {
  const broken = (change: (type: string) => boolean): Model<unknown> =>
    forwardingWorld({
      legs: 1,
      faults: 0,
      flow: {
        ...forwarding,
        transition: (state, event, config) => {
          const step = forwarding.transition(state, event, config);
          return { ...step, effects: step.effects.filter(({ type }) => !change(type)) };
        },
      },
    }) as Model<unknown>;

  it('finds a flow that forgets to end legs, by the shortest way', () => {
    const { violation } = explore(broken((type) => type === 'call.end'));
    expect(violation?.what).toMatch(/^P[13]/);
    expect(violation?.trace.length).toBeGreaterThan(0);
    expect(violation?.test).toContain('forwarding.transition');
  });

  it('finds a flow that sets no timers', () => {
    expect(explore(broken((type) => type === 'timer.start')).violation?.what).toMatch(/^P1/);
  });

  it('stops at the number of states it may visit, and says so', () => {
    const found = explore(forwardingWorld({ legs: 1, faults: 0 }), { maxStates: 500 });
    expect(found).toMatchObject({ complete: false, violation: null });
  });

  it('prints a trace that runs as a test', () => {
    const { violation } = explore(broken((type) => type === 'timer.start'));
    const events = [...(violation?.test.matchAll(/^ {4}(\{.*\}),$/gm) ?? [])].map(
      ([, json = '']) => JSON.parse(json) as never,
    );
    let state = forwarding.initial();
    for (const event of events) state = forwarding.transition(state, event, DEFAULT_FORWARDING_CONFIG).state;
    expect(events.length === 0 || state.kind === 'call').toBe(true);
  });
});
