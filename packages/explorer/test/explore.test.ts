import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { forwarding } from '@amd/core';
import { explore, forwardingWorld, type Model, replay, type WorldOptions } from '@amd/explorer';

interface Counts {
  readonly states: number;
  readonly transitions: number;
  readonly orders: number;
}

/** What `npm run explore` found before: a world that shrinks would prove less without notice. */
const KNOWN = JSON.parse(readFileSync(new URL('../../../docs/explored.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Counts>
>;

/** Worlds that take a moment; `npm run explore` explores all of them, including these. */
const WORLDS: readonly WorldOptions[] = [
  { legs: 1, faults: 0 },
  { legs: 1, faults: 0, amd: 'async', callerStays: true },
  {
    legs: 2,
    ring: 'inOrder',
    faults: 0,
    notificationsLost: true,
    callerStays: true,
    answers: ['human', 'machine_start'],
  },
  { legs: 2, ring: 'atOnce', faults: 0, notificationsLost: true, callerStays: true, answers: ['human'] },
];

describe('every causal order of a small call', () => {
  it.each(WORLDS.map((options) => [forwardingWorld(options).name, options] as const))(
    'P1 to P7 hold in %s',
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
  );
});

describe('the explorer itself', () => {
  // Planted bugs show without machines, in half as many states.
  const broken = (change: (type: string) => boolean): Model<unknown> =>
    forwardingWorld({
      legs: 1,
      faults: 0,
      answers: ['human'],
      flow: {
        ...forwarding,
        transition: (state, event, config) => {
          const step = forwarding.transition(state, event, config);
          return { ...step, effects: step.effects.filter(({ type }) => !change(type)) };
        },
      },
    }) as Model<unknown>;

  it('the explorer finds a flow that forgets to end legs, by a shortest trace', () => {
    const { violation } = explore(broken((type) => type === 'call.end'));
    expect(violation?.what).toMatch(/^P[13]/);
    expect(violation?.trace.length).toBeGreaterThan(0);
    expect(violation?.test).toContain('replay(world, trace)');
  });

  it('the explorer finds a flow that sets no timers', () => {
    expect(explore(broken((type) => type === 'timer.start')).violation?.what).toMatch(/^P1/);
  });

  it('the explorer stops at its limit of states, and says so', () => {
    const found = explore(forwardingWorld({ legs: 1, faults: 0 }), { maxStates: 500 });
    expect(found).toMatchObject({ complete: false, violation: null });
  });

  it('the explorer prints a test that fails until the flow is fixed', () => {
    const stopped = broken((type) => type === 'timer.start');
    const { violation } = explore(stopped);
    expect(violation?.test).toContain('expect(replay(world, trace)).toBeNull();');
    expect(replay(stopped, violation?.trace.filter((name) => !name.startsWith('…')) ?? [])).toBe(violation?.what);
    const sound = forwardingWorld({ legs: 1, faults: 0 });
    expect(replay(sound, violation?.trace.filter((name) => !name.startsWith('…')) ?? [])).toBeNull();
  });

  it('the explorer reports a flow that throws, and the trace to it', () => {
    const flow: typeof forwarding = {
      ...forwarding,
      transition: (state, event, config) => {
        if (event.type === 'leg.key') throw new Error('a bug');
        return forwarding.transition(state, event, config);
      },
    };
    const { violation } = explore(forwardingWorld({ legs: 1, faults: 0, flow }));
    expect(violation?.what).toBe('not total: leg 1 asks:leg.key throws a bug');
    expect(violation?.trace).toContain('leg 1 presses #');
  });

  it('the explorer finds a flow that takes a machine for a human, as the flow gets every answer', () => {
    for (const answer of ['machine_start', 'fax', 'unknown'] as const) {
      const flow: typeof forwarding = {
        ...forwarding,
        transition: (state, event, config) =>
          forwarding.transition(
            state,
            event.type === 'leg.answered' && event.answeredBy === answer ? { ...event, answeredBy: 'human' } : event,
            config,
          ),
      };
      expect(explore(forwardingWorld({ legs: 1, faults: 0, flow })).violation?.what, answer).toMatch(/^P2/);
    }
  });

  it('the explorer finds a flow that connects a callee who has declined', () => {
    const world = { legs: 1, faults: 0, declines: true, callerStays: true, answers: ['unknown'] } as const;
    expect(explore(forwardingWorld(world)).violation).toBeNull();
    const flow: typeof forwarding = {
      ...forwarding,
      transition: (state, event, config) =>
        forwarding.transition(state, event.type === 'leg.key' ? { ...event, digits: '#' } : event, config),
    };
    const { violation } = explore(forwardingWorld({ ...world, flow }));
    expect(violation?.what).toBe('P2: somebody is bridged who has declined');
    expect(violation?.trace).toContain('leg 1 presses 2');
  });
});
