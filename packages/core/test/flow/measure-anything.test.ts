import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFAULT_FORWARDING_CONFIG, forwarding, type Effect, type FlowMeasurement } from '@amd/core';
import { START } from '@amd/core/testing';
import { countCases } from '../helpers/met.js';
import { moves } from './arbitraries.js';

const LABEL = /^[A-Za-z_.]{1,30}$/;

it('whatever happens, the counts agree with the state, and labels come from a closed list', () => {
  const { met, lookIn, expectAll } = countCases('repeated', 'changed again', 'call.ended', 'leg.ended', 'second round');
  const property = fc.property(moves, (all) => {
    let state = forwarding.initial();
    let now = START;
    const effects: Effect[] = [];
    const told: FlowMeasurement[] = [];
    for (const { move, afterMs } of all) {
      const made = typeof move === 'function' ? move({ state, effects }) : move;
      now = Math.max(now + afterMs, made.at);
      const before = state;
      const event = { ...made, at: now };
      const step = forwarding.transition(before, event, DEFAULT_FORWARDING_CONFIG);
      state = step.state;
      effects.push(...step.effects);
      told.push(...forwarding.measure({ before, event, after: state }));
      // Handled again, as by a node that lost the race: nothing is counted twice.
      const again = forwarding.transition(state, event, DEFAULT_FORWARDING_CONFIG);
      met(again.state === state ? 'repeated' : 'changed again');
      if (again.state === state) expect(forwarding.measure({ before: state, event, after: again.state })).toEqual([]);
    }
    const count = (type: FlowMeasurement['type']): number => told.filter((one) => one.type === type).length;
    const live = state.kind === 'call' ? state : null;
    if ((live?.visit ?? 0) > 1) met('second round');
    for (const { type } of told) if (type === 'call.ended' || type === 'leg.ended') met(type);
    expect(count('call.begun')).toBe(live?.visit ?? 0);
    expect(count('call.ended')).toBe((live?.visit ?? 0) - (live === null || live.caller.phase === 'ended' ? 0 : 1));
    expect(count('leg.begun')).toBe(live?.lastLeg ?? 0);
    const open = live?.legs.filter(({ timestamps }) => timestamps.endedAt === undefined).length ?? 0;
    expect(count('leg.ended')).toBe((live?.lastLeg ?? 0) - open);
    for (const { seconds, ...labels } of told as (FlowMeasurement & { seconds?: number | null })[]) {
      expect(seconds ?? 0).toBeGreaterThanOrEqual(0);
      for (const label of Object.values(labels)) expect(label).toMatch(LABEL);
    }
  });
  lookIn(() => {
    fc.assert(property, { numRuns: 200 });
  });
  expectAll();
});
