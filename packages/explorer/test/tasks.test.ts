import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { taskrouter } from '@amd/core';
import { explore, replay, tasksWorld, workerWorld, type Model, type TasksWorldOptions } from '@amd/explorer';

interface Counts {
  readonly states: number;
  readonly transitions: number;
}

/** What `npm run explore` found before: a world that shrinks would prove less without notice. */
const KNOWN = JSON.parse(readFileSync(new URL('../../../docs/explored.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, Counts>
>;

/** One reservation with everything that may arrive or be lost; `npm run explore` has two, and all of these. */
const RACING = ['accepted', 'rescinded', 'canceled', 'task.canceled', 'final'] as const;
const MODELS: readonly Model<never>[] = [
  tasksWorld({ reservations: 1, quietHeartbeats: true }),
  tasksWorld({ reservations: 1, amd: 'async', answers: ['human'], hears: RACING, quietHeartbeats: true }),
  workerWorld({ rejections: 1, timeouts: 1, people: 1, faults: 0 }),
  workerWorld({ rejections: 1, timeouts: 0, people: 0, switches: 1, faults: 1 }),
] as never;

describe('every causal order of a caller in a queue, and of a worker', () => {
  it.each(MODELS.map((model) => [model.name, model] as const))('P1 to P7 hold in %s', (name, model) => {
    const { states, transitions, orders, violation, complete } = explore(model);
    console.log(
      `${name}: ${String(states)} states, ${String(transitions)} transitions, ${orders.toExponential(1)} orders`,
    );
    expect(violation, violation === null ? '' : `${violation.trace.join('\n')}\n\n${violation.test}`).toBeNull();
    expect(complete).toBe(true);
    const known = KNOWN[name];
    expect(known, `docs/explored.json has no "${name}": npm run explore -- --record`).toBeDefined();
    expect(states).toBeGreaterThanOrEqual(known?.states ?? Infinity);
    expect(transitions).toBeGreaterThanOrEqual(known?.transitions ?? Infinity);
  });
});

describe('the explorer of queues', () => {
  it('the explorer finds no order that leaves a caller waiting whose task is neither reported nor found', () => {
    const { violation, complete } = explore(
      tasksWorld({ reservations: 1, hears: [], finds: 'refused', quietHeartbeats: true }),
    );
    expect(violation, violation === null ? '' : `${violation.trace.join('\n')}\n\n${violation.test}`).toBeNull();
    expect(complete).toBe(true);
  });

  /** Returns the flow without the effects of one type. */
  const without = (type: string): TasksWorldOptions['flow'] => ({
    ...taskrouter,
    transition: (state, event, config) => {
      const step = taskrouter.transition(state, event, config);
      return { ...step, effects: step.effects.filter((effect) => effect.type !== type) };
    },
  });

  it.each([
    ['call.end', /^P[135]/],
    ['task.update', /^P[15]/],
    ['reservation.update', /^P[15]/],
    ['call.redirect', /^P[14]/],
  ])('the explorer notices a flow that never asks for %s', (type, expected) => {
    const flow = without(type);
    // Planted bugs show as early with quiet heartbeats, in a twentieth of the states.
    const small = { reservations: 1, hears: [], quietHeartbeats: true } as const;
    const { violation } = explore(tasksWorld({ ...small, ...(flow === undefined ? {} : { flow }) }));
    expect(violation?.what).toMatch(expected);
  });

  const DECLINING = { hears: [], answers: ['unknown'], declines: true, quietHeartbeats: true } as const;

  it('a world in which workers decline has a worker who takes the caller after another has declined', () => {
    const world = tasksWorld({ ...DECLINING, reservations: 2 });
    const rings = (n: number): string[] => [
      `a worker is reserved (${String(n)})`,
      `assignment ${String(n)}`,
      `create:${String(n)}:caller made`,
      `leg ${String(n)} is dialled`,
      `leg ${String(n)} answers`,
      `leg ${String(n)} is unknown`,
      `leg ${String(n)} asks:leg.answered`,
      `leg ${String(n)} presses 5`,
      `leg ${String(n)} asks:leg.key#5`,
    ];
    const trace = [
      'caller asks:inbound',
      ...rings(1),
      'leg 1 presses 2',
      'leg 1 asks:leg.key#2',
      'reject:WR00000000000000000000000000000001:1 done',
      ...rings(2),
      'leg 2 presses #',
      'leg 2 asks:leg.key',
      'leg 2 takes the caller',
    ];
    let node = world.initial();
    for (const name of trace) {
      const after = world
        .moves(node)
        .find((move) => move.name === name)
        ?.run();
      if (after === undefined || 'violation' in after) expect.fail(`${name}: ${after?.violation ?? 'not possible'}`);
      node = after;
    }
    expect(node.legs.map(({ doing }) => doing)).toEqual(['speaking', 'talk']);
    expect(node.reservations.map(({ status }) => status)).toEqual(['rejected', 'accepted']);
    expect(replay(world, trace)).toBeNull();
  });

  it.each([
    ['connects a worker who has declined', '2', '#', 'P2: somebody is bridged who has declined'],
    ['asks a worker again who has declined', '2', '5', 'P4: a worker who has declined is asked again'],
    ['takes a key without meaning for one that counts', '5', '#', 'P6: a key without meaning changes something'],
    ['takes a key without meaning for one that declines', '5', '2', 'P6: a key without meaning changes something'],
    ['asks a worker again who takes the call', '#', '5', 'P4: a worker who takes the call does not get it'],
  ])('the explorer finds a flow that %s', (_, pressed, taken, expected) => {
    const world = { ...DECLINING, reservations: 1 } as const;
    expect(explore(tasksWorld(world)).violation).toBeNull();
    const flow: TasksWorldOptions['flow'] = {
      ...taskrouter,
      transition: (state, event, config) =>
        taskrouter.transition(
          state,
          event.type === 'leg.key' && event.digits === pressed ? { ...event, digits: taken } : event,
          config,
        ),
    };
    const { violation } = explore(tasksWorld({ ...world, flow }));
    expect(violation?.what).toBe(expected);
    expect(violation?.trace).toContain(`leg 1 presses ${pressed}`);
  });
});

/** Found by the explorer, fixed, and kept as found. */
describe('former bugs', () => {
  it('a late assignment of a call that is over is watched until it is over again', () => {
    const trace = [
      'caller asks:inbound',
      'a worker is reserved (1)',
      'caller hangs up',
      'timer heartbeat',
      'fetch:0:1 fetched',
      'assignment 1',
      'timer reservation1',
      'reject:WR00000000000000000000000000000001:1 done',
      'reject:WR00000000000000000000000000000001:1 → refused',
      'reservation:WR00000000000000000000000000000001:1 fetched',
      'timer heartbeat',
      'task:fetch:1 fetched',
    ];
    expect(replay(tasksWorld({ reservations: 1, hears: [] }), trace)).toBeNull();
  });

  it.each([
    [
      'a time-out that is told twice does not take a person for one who timed out',
      [
        'their reservation times out',
        'hears worker.timedOut',
        'worker.fetch is carried out',
        'worker.fetch → worker',
        'timer rest:WA33333333333333333333333333333333',
        'worker.fetch is carried out',
        'worker.fetch → worker',
        'worker.update is carried out',
        'worker.update → done',
        'hears worker.timedOut again',
        'a person makes them offline',
      ],
    ],
    [
      'a rest that began while the last one was being ended is not forgotten',
      [
        'a person makes them unavailable',
        'hears that they are unavailable (2)',
        'timer rest:WA22222222222222222222222222222222',
        'worker.fetch is carried out',
        'worker.fetch → worker',
        'worker.update is carried out',
        'their reservation is rejected',
        'hears worker.parked',
        'worker.update → done',
        'timer rest:WA22222222222222222222222222222222',
      ],
    ],
  ])('%s', (_, trace) => {
    expect(replay(workerWorld({ people: 1 }), trace)).toBeNull();
  });

  it.each([
    [
      'who is switched off where a time-out had left them is left there',
      { people: 0, rejections: 1, timeouts: 1, switches: 1, faults: 1 },
      [
        'their reservation is rejected',
        'hears worker.parked',
        'worker.fetch is carried out',
        'timer rest:WA22222222222222222222222222222222',
        'worker.fetch → worker',
        'worker.update is carried out, its answer lost',
        'worker.update → failed',
        'hears that they are available (3)',
        'worker.fetch is carried out',
        'their reservation times out',
        'hears worker.timedOut',
        'somebody switches them off',
      ],
    ],
    [
      'a look that was asked for before a rest began does not end it',
      { people: 0, rejections: 2, timeouts: 0, switches: 1, faults: 0 },
      [
        'their reservation is rejected',
        'hears worker.parked',
        'somebody switches them on',
        'worker.update is carried out',
        'worker.fetch is carried out',
        'their reservation is rejected',
        'hears worker.parked',
        'hears that they are unavailable (2)',
      ],
    ],
    [
      'late events of the stay before do not end a rest',
      { people: 0, rejections: 2, timeouts: 0, switches: 1, faults: 0 },
      [
        'their reservation is rejected',
        'hears worker.parked',
        'somebody switches them on',
        'worker.update is carried out',
        'their reservation is rejected',
        'hears worker.parked',
        'hears that they are unavailable (2)',
        'hears that they are available (3)',
      ],
    ],
  ])('%s', (_, options, trace) => {
    expect(replay(workerWorld(options), trace)).toBeNull();
  });
});
