import {
  atOnce,
  e164,
  type E164,
  callSettings,
  forwarding,
  inOrder,
  staggered,
  waves,
  type CallOptions,
  type LiveForwarding,
} from '@amd/core';
import { events, given, NUMBERS, START } from '@amd/core/testing';
import { describe, expect, it } from 'vitest';

const [ANN, BEN, CARA] = ['+14155550142', '+14155550143', '+14155550144'].map((number) => e164(number, 'number')) as [
  E164,
  E164,
  E164,
];
const at = (seconds: number): number => START + seconds * 1000;
const inbound = (forwardTo: CallOptions['forwardTo'], more: Partial<CallOptions> = {}) =>
  events.inbound({ options: { forwardTo, ...more } });
const busy = (leg: number, seconds: number) => events.status({ leg, status: 'busy', at: at(seconds) });
const rings = (to: E164) => ({ type: 'call.create', to }) as const;

describe('a staggered plan', () => {
  const plan = inbound(staggered(5, [ANN, BEN, CARA]));

  it('a staggered plan rings one more callee every so many seconds, while the earlier ones still ring', () => {
    given(forwarding, [plan])
      .when(events.due('step'))
      .then({ asks: [rings(BEN)], state: { timers: { step: at(10) } } });
    const third = given(forwarding, [plan, events.due('step')]).when(events.due('step'));
    third.then({ asks: [rings(CARA)] });
    // Nobody is left to ring later.
    expect((third.result.state as LiveForwarding).timers).not.toHaveProperty('step');
  });

  it('a staggered plan does not wait once no phone rings', () => {
    given(forwarding, [plan])
      .when(busy(1, 2))
      .then({ asks: [rings(BEN)], state: { timers: { step: at(7) } } });
  });

  it('a staggered plan does not hurry while a callee of the newest step may still take the call', () => {
    given(forwarding, [plan, events.due('step')])
      .when(busy(1, 6))
      .then({ asks: [] });
    given(forwarding, [plan, events.due('step')])
      .when(busy(2, 6))
      .then({ asks: [rings(CARA)] });
  });

  it('a staggered plan is not stopped by a voicemail that answers', () => {
    const answered = [plan, events.due('step'), events.answered({ leg: 1, answeredBy: 'machine_start', at: at(6) })];
    given(forwarding, answered)
      .when(events.due('step'))
      .then({ asks: [rings(CARA)] });
  });

  it('a staggered plan rings no new callee once a human has the caller, and goes on if that fails', () => {
    const claimed = [plan, events.answered({ leg: 1, at: at(3) })];
    const { state } = given(forwarding, claimed);
    expect((state as LiveForwarding).timers).not.toHaveProperty('step');
    given(forwarding, claimed)
      .when(events.status({ leg: 1, status: 'completed', at: at(4) }))
      .then({ asks: [rings(BEN)] });
  });

  it('a staggered plan rings no new callee after the deadline, or when the caller is gone', () => {
    const late = given(forwarding, [plan, events.due('deadline')]);
    expect((late.state as LiveForwarding).legs).toHaveLength(1);
    const gone = given(forwarding, [plan, events.callerStatus({ at: at(2) })]);
    expect((gone.state as LiveForwarding).timers).toEqual({ leg1: expect.any(Number) as number });
    given(forwarding, [plan, events.callerStatus({ at: at(2) })])
      .when(events.timer('step', at(5)))
      .then({ asks: [] });
  });

  it('a staggered plan falls back when no callee of any step is left', () => {
    const all = [plan, events.due('step'), events.due('step'), busy(1, 11), busy(2, 11)];
    given(forwarding, all)
      .when(busy(3, 12))
      .then({ state: { caller: { phase: 'fallingBack' } } });
  });
});

describe('other plans', () => {
  it('atOnce rings everyone, waves rings group after group', () => {
    given(forwarding, [])
      .when(inbound(atOnce([ANN, BEN])))
      .then({ asks: [rings(ANN), rings(BEN)] });
    const plan = inbound(waves([[ANN, BEN], [CARA]]));
    given(forwarding, [plan, busy(1, 2)])
      .when(busy(2, 3))
      .then({ asks: [rings(CARA)] });
    given(forwarding, [inbound(waves([[ANN, BEN], [CARA]], 8))])
      .when(events.due('step'))
      .then({ asks: [rings(CARA)] });
  });

  it('plans can be joined', () => {
    expect(callSettings({ forwardTo: [...atOnce([ANN, BEN]), ...inOrder([CARA])] }).plan).toEqual([
      { targets: [{ to: ANN }, { to: BEN }], nextAfterSeconds: null },
      { targets: [{ to: CARA }], nextAfterSeconds: null },
    ]);
  });

  it('a wrong argument is named where the plan is made', () => {
    expect(() => staggered(0, [ANN])).toThrow('"seconds"');
    expect(() => staggered(5, [ANN, 'Ben'])).toThrow('"targets[1]"');
    expect(() => waves([[ANN], ANN as never])).toThrow('"groups[1]"');
    expect(() => waves([[ANN]], 601)).toThrow('"seconds"');
    expect(() => atOnce([{ to: ANN, callerId: 'me' }])).toThrow('"targets[0].callerId"');
    expect(() => callSettings({ forwardTo: [{ targets: [ANN], nextAfterSeconds: 0 }] })).toThrow(
      '"forwardTo[0].nextAfterSeconds"',
    );
    expect(() => inOrder([{ to: ANN, detection: { timeoutSeconds: 90 } }])).toThrow(
      '"targets[0].detection.timeoutSeconds"',
    );
  });
});

describe('a target with its own settings', () => {
  const person = {
    to: ANN,
    ringSeconds: 12,
    callerId: '+14155550188',
    detection: { timeoutSeconds: 10, speechThresholdMs: 1800 },
  };

  it('a target with its own settings is called with them, and its detection lasts as long as they say', () => {
    given(forwarding, [])
      .when(inbound([person, BEN]))
      .then({
        asks: [
          {
            ...rings(ANN),
            from: e164('+14155550188', 'from'),
            ringSeconds: 12,
            detection: { mode: 'Enable', timeoutSeconds: 10, speechThresholdMs: 1800 },
          },
        ],
      });
    const { state } = given(forwarding, [inbound([person]), events.status({ status: 'in-progress', at: at(4) })]);
    expect((state as LiveForwarding).timers).toMatchObject({ leg1: at(4 + 10 + 10) });
    given(forwarding, [inbound([person, BEN])])
      .when(busy(1, 3))
      .then({ asks: [{ ...rings(BEN), from: e164(NUMBERS.caller, 'from'), detection: { timeoutSeconds: 30 } }] });
  });

  it("a target can see the caller's number although the others see ours", () => {
    given(forwarding, [])
      .when(inbound([{ to: ANN, callerId: 'caller' }], { callerId: NUMBERS.ours }))
      .then({ asks: [{ ...rings(ANN), from: e164(NUMBERS.caller, 'from') }] });
  });
});
