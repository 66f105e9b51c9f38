import { describe, expect, it } from 'vitest';
import { START } from '@amd/core/testing';
import { measureTimer } from '../../src/flows/metrics.js';
import { timerEffects, timerId } from '../../src/flows/timers.js';

describe('the timers of a state', () => {
  it('timers are started and stopped as the state wants them; one due at another time is another timer', () => {
    const before = { kept: START, gone: START + 1, moved: START + 2 };
    const after = { kept: START, moved: START + 3, added: START + 4 };
    expect(timerEffects(before, after)).toEqual([
      { type: 'timer.stop', id: `timer:gone@${String(START + 1)}` },
      { type: 'timer.stop', id: `timer:moved@${String(START + 2)}` },
      { type: 'timer.start', id: `timer:moved@${String(START + 3)}`, timer: 'moved', dueAt: START + 3 },
      { type: 'timer.start', id: `timer:added@${String(START + 4)}`, timer: 'added', dueAt: START + 4 },
    ]);
    expect(timerEffects(after, after)).toEqual([]);
  });

  it('timers have an id by which a repeated start is the same start', () => {
    expect(timerId('heartbeat', 1500)).toBe('timer:heartbeat@1500');
  });
});

describe('the delay of a timer', () => {
  const wanted = { heartbeat: START };
  const rung = { type: 'timer', at: START + 250, timer: 'heartbeat', dueAt: START };

  it('the delay of a wanted timer is counted in seconds', () => {
    expect(measureTimer('worker', wanted, rung)).toEqual([{ type: 'timer.fired', flow: 'worker', seconds: 0.25 }]);
  });

  it("the delay is not below zero if another machine's clock is behind", () => {
    expect(measureTimer('forwarding', wanted, { ...rung, at: START - 5 })).toMatchObject([{ seconds: 0 }]);
  });

  it.each<[string, Parameters<typeof measureTimer>[2]]>([
    ['another event', { ...rung, type: 'effect.outcome' }],
    ['one that is no longer wanted', { ...rung, timer: 'deadline' } as never],
    ['one that was moved', { ...rung, dueAt: START - 1 } as never],
    ['one without a name', { type: 'timer', at: START }],
    ['one that is due at no time', { ...rung, timer: 'deadline', dueAt: undefined } as never],
    ['one whose name is none', { ...rung, timer: ['heartbeat'] } as never],
    ['one whose time is none', { ...rung, dueAt: String(START) } as never],
  ])('no delay is counted for %s', (_, event) => {
    expect(measureTimer('forwarding', wanted, event)).toEqual([]);
  });

  it('no delay is counted for a timer that the state never had', () => {
    expect(measureTimer('forwarding', {}, { type: 'timer', at: START, timer: 'x' } as never)).toEqual([]);
  });
});
