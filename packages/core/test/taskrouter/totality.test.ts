import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ANSWERED_BY,
  CALL_STATUSES,
  DEFAULT_TASKROUTER_CONFIG,
  isTaskCallFinal,
  RESERVATION_STATUSES,
  taskrouter,
  type Effect,
  type TaskRouterEvent,
  type TaskRouterState,
  type TwilioEffect,
} from '@amd/core';
import { events, sids, START, taskEvents, taskSids } from '@amd/core/testing';
import { countCases } from '../helpers/met.js';

/** More for a longer run: `PROPERTY_RUNS=20000 npx vitest run …`. */
const RUNS = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 1000) };
const at = fc.integer({ min: 0, max: 600 }).map((seconds) => START + seconds * 1000);
const leg = fc.integer({ min: 0, max: 4 });
const n = fc.integer({ min: 1, max: 4 });
const status = fc.constantFrom(...CALL_STATUSES);
const queueResult = fc.constantFrom(
  'bridged',
  'hangup',
  'leave',
  'redirected',
  'redirected-from-bridged',
  'queue-full',
  'error',
  'system-error',
  null,
);

/** What comes next for the newest reservation if all goes well: chance alone connects nobody. */
function usual(state: TaskRouterState, at: number): TaskRouterEvent {
  if (state.kind !== 'call' || state.reservations.length === 0) return taskEvents.assignment(1, { at });
  const { id, phase } = state.legs.at(-1) ?? { id: 1, phase: 'ended' };
  if (phase === 'ended') return taskEvents.assignment(1 + (id % 4), { at });
  const of = { leg: id, sid: sids.call(id), at };
  if (phase === 'requested') return events.status({ ...of, status: 'ringing' });
  if (phase === 'joining') return taskEvents.reservation('accepted', state.winner ?? 1, { at });
  if (phase === 'bridged') return taskEvents.legEnded({ leg: id, at, bridged: true });
  return events.answered({ ...of, answeredBy: 'human' });
}

/** An event, or one created from what was requested so far: an outcome, or a timer that is due. */
type Scripted = TaskRouterEvent | { readonly pick: number; readonly outcome: string; readonly at: number };

const script: fc.Arbitrary<Scripted> = fc.oneof(
  at.map((when) => taskEvents.inbound({ at: when })),
  fc
    .tuple(n, at, fc.boolean())
    .map(([index, when, phone]) => taskEvents.assignment(index, { at: when, ...(phone ? {} : { phone: null }) })),
  fc
    .tuple(
      fc.constantFrom('accepted', 'rejected', 'timeout', 'canceled', 'rescinded', 'wrapup', 'completed', 'failed'),
      n,
      at,
    )
    .map(([news, index, when]) => taskEvents.reservation(news, index, { at: when })),
  fc
    .tuple(fc.constantFrom('created', 'canceled', 'wrapup', 'completed', 'deleted'), at, fc.integer({ min: 0, max: 1 }))
    .map(([news, when, task]) => taskEvents.task(news, { at: when, task })),
  fc
    .tuple(queueResult, at, status, fc.integer({ min: 1, max: 3 }))
    .map(([result, when, of, part]) => taskEvents.callerEnded(result, { at: when, status: of, part })),
  fc.tuple(leg, at, fc.boolean()).map(([id, when, bridged]) => taskEvents.legEnded({ leg: id, at: when, bridged })),
  fc.tuple(at, status).map(([when, of]): TaskRouterEvent => ({ type: 'caller.status', at: when, status: of })),
  fc.tuple(leg, at, status, fc.constantFrom(...ANSWERED_BY)).map(([id, when, of, answeredBy]): TaskRouterEvent => ({
    type: 'leg.answered',
    at: when,
    leg: id,
    sid: sids.call(id),
    status: of,
    answeredBy,
  })),
  fc.tuple(leg, at, status).map(([id, when, of]): TaskRouterEvent => ({
    type: 'leg.status',
    at: when,
    leg: id,
    sid: sids.call(id),
    status: of,
    answeredBy: null,
    sipCode: 404,
  })),
  fc.tuple(leg, at).map(([id, when]): TaskRouterEvent => ({
    type: 'leg.key',
    at: when,
    leg: id,
    sid: sids.call(id),
    status: 'in-progress',
    digits: '1',
  })),
  fc.record({
    pick: fc.nat(50),
    outcome: fc.constantFrom(
      'done',
      'gone',
      'refused',
      'failed',
      'created',
      'unknown',
      'fetched',
      'timer',
      ...RESERVATION_STATUSES,
    ),
    at,
  }),
);

const well = fc.array(
  at.map((when): Scripted => ({ pick: 0, outcome: 'usual', at: when })),
  { maxLength: 10 },
);

function eventOf(
  scripted: Scripted,
  state: TaskRouterState,
  asked: readonly Effect<TwilioEffect>[],
): TaskRouterEvent | undefined {
  if (!('pick' in scripted)) return scripted;
  if (scripted.outcome === 'usual') return usual(state, scripted.at);
  if (scripted.outcome === 'timer') {
    const timers = state.kind === 'call' ? Object.entries(state.timers) : [];
    const [timer, dueAt] = timers[scripted.pick % Math.max(1, timers.length)] ?? [];
    return timer === undefined || dueAt === undefined ? undefined : { type: 'timer', at: dueAt, timer, dueAt };
  }
  const rest = asked.filter(({ type }) => /^(call|reservation|task)\./.test(type));
  const effect = rest[scripted.pick % Math.max(1, rest.length)];
  if (effect === undefined) return undefined;
  return {
    type: 'effect.outcome',
    at: scripted.at,
    effect,
    outcome: outcomeOf(effect.type, scripted.outcome),
  } as unknown as TaskRouterEvent;
}

function outcomeOf(type: string, wanted: string): unknown {
  if (wanted === 'created') return { kind: 'created', sid: sids.call(1), status: 'queued' };
  if (wanted === 'fetched') return { kind: 'fetched', status: 'in-progress', answeredBy: null };
  const isStatus = (RESERVATION_STATUSES as readonly string[]).includes(wanted);
  if (isStatus && type.startsWith('reservation')) return { kind: 'reservation', status: wanted };
  if (isStatus) return { kind: 'task', sid: taskSids.task(), status: wanted === 'wrapping' ? 'wrapping' : 'canceled' };
  return { kind: wanted, code: 20001, reason: wanted, status: null };
}

function visitOf(state: TaskRouterState): number {
  return state.kind === 'call' ? state.visit : 0;
}

describe('any events in any order', () => {
  it('every event is accepted, a repeat changes nothing, and what was decided stays decided', () => {
    const { met, expectAll } = countCases(
      'repeated',
      'after the outcome',
      'after a talk',
      'waits',
      'an outcome',
      'a timer',
      'rung',
      'connected',
      'ended',
      'missed',
    );
    fc.assert(
      fc.property(well, fc.array(script, { minLength: 1, maxLength: 40 }), (begins, scripts) => {
        let state: TaskRouterState = taskrouter.initial();
        const asked: Effect<TwilioEffect>[] = [];
        const seen = new Set<string>();
        for (const scripted of [...begins, ...scripts]) {
          const event = eventOf(scripted, state, asked);
          if (event === undefined) continue;
          if (event.type === 'effect.outcome') met('an outcome');
          if (event.type === 'timer') met('a timer');
          const step = taskrouter.transition(state, event, DEFAULT_TASKROUTER_CONFIG);
          // Ids are unique: the store would take a second one for a replacement of the first.
          for (const { id, type } of step.effects) {
            if (type === 'timer.stop' || type === 'timer.start' || type === 'effect.drop') continue;
            expect(seen.has(id), `${type} ${id} is asked for twice`).toBe(false);
            seen.add(id);
          }
          const told = taskrouter.tells({ before: state, event, after: step.state });
          for (const { id, hook, data } of told) {
            met(hook as 'rung' | 'connected' | 'ended' | 'missed');
            expect(seen.has(id), `the hook ${id} is run twice`).toBe(false);
            seen.add(id);
            expect(JSON.parse(JSON.stringify(data))).toEqual(data);
          }
          const isOver = step.state.kind === 'call' && step.state.result !== null;
          const wasOver = state.kind === 'call' && state.result !== null && visitOf(state) === visitOf(step.state);
          expect(told.filter(({ hook }) => hook === 'ended')).toHaveLength(isOver && !wasOver ? 1 : 0);
          if (event.type !== 'timer' && event.type !== 'effect.outcome') {
            const again = taskrouter.transition(step.state, event, DEFAULT_TASKROUTER_CONFIG);
            met('repeated');
            expect(again.effects).toEqual([]);
            expect(again.state).toEqual(step.state);
          }
          if (state.kind === 'call' && step.state.kind === 'call' && step.state.visit === state.visit) {
            const { result } = state;
            if (result !== null) met('after the outcome');
            if (state.servedReservation !== null) met('after a talk');
            if (result !== null) expect(step.state.result).toBe(result);
            if (state.servedReservation !== null) expect(step.state.servedReservation).toBe(state.servedReservation);
          }
          const { state: now } = step;
          expect(step.keepForMs === null).toBe(now.kind === 'call' && !isTaskCallFinal(now));
          if (now.kind === 'call' && !isTaskCallFinal(now)) met('waits');
          if (now.kind === 'call' && !isTaskCallFinal(now)) expect(now.timers).toHaveProperty('heartbeat');
          expect(JSON.parse(JSON.stringify(now))).toEqual(now);
          asked.push(...step.effects);
          state = now;
        }
      }),
      RUNS,
    );
    expectAll();
  });
});
