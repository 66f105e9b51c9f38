import { describe, expect, it } from 'vitest';
import { forwarding } from '@amd/core';
import {
  events,
  executions,
  given,
  manualClock,
  NUMBERS,
  payloads,
  playCall,
  recorder,
  sids,
  START,
} from '@amd/core/testing';
import { waiting } from './scenes.js';

describe('given, when, then', () => {
  it('given/when/then says what differs, and where', () => {
    const step = given(forwarding, waiting).when(events.answered());
    expect(() =>
      step.then({ state: { caller: { phase: 'held' } }, verbs: ['hangup'], asks: [{ type: 'call.end' }] }),
    ).toThrow(
      [
        'The step is not as expected:',
        '  state.caller.phase: expected "held", got "joining"',
        '  asks: expected 1 item(s), got 0',
        '    expected {"type":"call.end"}',
        '  verbs[0]: expected "hangup", got "dial.conference"',
      ].join('\n'),
    );
  });

  it('thenNothingHappened fails when something happened', () => {
    expect(() => given(forwarding, waiting).when(events.answered()).thenNothingHappened()).toThrow(
      'state: expected no change',
    );
  });

  it('several expectations can check the same step', () => {
    const step = given(forwarding, waiting).when(events.answered());
    expect(step.then({ state: { winner: 1 } }).then({ keepForMs: null }).result.reply.kind).toBe('twiml');
  });

  it('a step is not a promise, and says so when it is awaited', async () => {
    const step: unknown = given(forwarding, waiting).when(events.answered());
    await expect(Promise.resolve(step)).rejects.toThrow('not awaited');
  });

  it('given accepts a partial configuration', () => {
    given(forwarding, [], { heartbeatMs: 5 })
      .when(events.inbound())
      .then({ state: { timers: { heartbeat: START + 5 } } });
  });

  it('given accepts any flow', () => {
    const counter = {
      name: 'counter',
      schema: 1,
      initial: () => 0,
      transition: (state: number, event: { type: 'add'; at: number }, by: number) => ({
        state: state + by,
        effects: [event.at],
        reply: 'ok',
        keepForMs: null,
      }),
    };
    given(counter, [{ type: 'add', at: 1 }], 5)
      .when({ type: 'add', at: 2 })
      .then({ state: 10, effects: [2], reply: 'ok' });
  });
});

describe('manual clock', () => {
  it('the manual clock runs what is due, in order, at its time, including what is added on the way', async () => {
    const clock = manualClock({ start: 0 });
    const seen: [string, number][] = [];
    const note = (name: string) => () => void seen.push([name, clock.now()]);
    clock.wakeAt(20, note('b'));
    clock.wakeAt(10, () => {
      note('a')();
      clock.wakeAt(15, note('between'));
    });
    clock.wakeAt(20, note('c'));
    clock.wakeAt(5, note('never'))();
    clock.wakeAt(31, note('later'));
    await clock.advanceTo(30);
    expect(seen).toEqual([
      ['a', 10],
      ['between', 15],
      ['b', 20],
      ['c', 20],
    ]);
    expect(clock.now()).toBe(30);
  });

  it('the manual clock never goes back', async () => {
    const clock = manualClock({ start: 10 });
    await expect(clock.advanceTo(9)).rejects.toThrow(RangeError);
    await expect(clock.advanceBy(Number.NaN)).rejects.toThrow(RangeError);
  });
});

describe('recorder', () => {
  const effect = { type: 'call.end', id: 'end', leg: 1, sid: sids.call(1) } as const;

  it('the recorder records its effects, and succeeds unless a script says otherwise', async () => {
    const execute = recorder();
    expect(await execute(effect)).toEqual(executions.done('completed'));
    expect([execute.effects, execute.of('call.end'), execute.of('call.create')]).toEqual([[effect], [effect], []]);
  });

  it('the recorder answers by a list, whose last item repeats, or by a function', async () => {
    const execute = recorder({
      'call.end': [executions.notExecuted(), executions.gone()],
      'call.fetch': () => executions.fetched('busy'),
    });
    expect([await execute(effect), await execute(effect), await execute(effect)]).toEqual([
      executions.notExecuted(),
      executions.gone(),
      executions.gone(),
    ]);
    expect(await execute({ ...effect, type: 'call.fetch' })).toEqual(executions.fetched('busy'));
  });
});

describe('payloads', () => {
  it('payloads are whole form bodies that a test can change', () => {
    const payload = { ...payloads.status({ leg: 2, status: 'busy' }), From: 'anonymous' };
    expect(payload).toMatchObject({
      CallSid: sids.call(2),
      CallStatus: 'busy',
      SipResponseCode: '486',
      Duration: '0',
      To: NUMBERS.ben,
      From: 'anonymous',
      CallbackSource: 'call-progress-events',
      Timestamp: 'Mon, 02 Jun 2025 17:40:00 +0000',
    });
    expect(payloads.conference({ event: 'leave' })).not.toHaveProperty('CallStatus');
    expect(payloads.status({ status: 'completed' })).toMatchObject({ CallDuration: '47', Duration: '1' });
  });
});

describe('playCall', () => {
  it('playCall lets time pass: rings run out, prompts fall through, and no caller is left on hold', () => {
    const call = playCall({ forwardTo: [NUMBERS.ann, NUMBERS.ben], confirmSeconds: 8 });
    call.wait(19);
    expect(call.asked).toEqual(['call.create 1']);
    call.wait(1);
    call.leg(2).answers('unknown');
    call.wait(8);
    expect(call.said(2)).toHaveLength(2);
    expect(call.result).toBe('unanswered');
  });

  it('playCall plays a refusal by Twilio', () => {
    const answer = (effect: { type: string; leg: number }) =>
      effect.type === 'call.create' && effect.leg === 1
        ? ({ kind: 'refused', code: 21211, reason: 'no number' } as const)
        : undefined;
    const call = playCall({ forwardTo: [NUMBERS.ann, NUMBERS.ben] }, { answer });
    call.leg(2).answers();
    expect(call.talking).toEqual([2]);
    call.leg(2).hangsUp();
    expect([call.result, call.talking]).toEqual(['connected', []]);
  });

  it('playCall rings callees at once, and tells the one who comes second', () => {
    const call = playCall({ forwardTo: [{ targets: [NUMBERS.ann, NUMBERS.ben] }] });
    call.leg(1).answers('unknown');
    call.leg(2).answers('human');
    call.leg(1).presses();
    expect(call.said(1).at(-1)).toContain('Somebody else has taken the call');
    expect(call.talking).toEqual([2]);
  });

  it('playCall says which leg does not ring', () => {
    const call = playCall({ forwardTo: [NUMBERS.ann] });
    expect(() => {
      call.leg(2).answers();
    }).toThrow('leg 2 was not rung; rung so far: 1');
    call.leg(1).declines();
    expect(() => {
      call.leg(1).answers();
    }).toThrow('the call of leg 1 is over');
  });
});
