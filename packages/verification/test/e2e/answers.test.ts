import { fax, human, screening, silent, voicemail, type Person } from '@amd/simulator';
import type { CallOptions } from '@amd/core';
import { describe, expect, it } from 'vitest';
import { CALLER, forwardingApp, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';

const A = '+14155550101';
const B = '+14155550102';
const IN_ASYNC = { amd: { mode: 'async' } } as const;

async function played(options: Omit<CallOptions, 'forwardTo'>, people: Record<string, Person>) {
  const app = forwardingApp({ forwardTo: [{ targets: Object.keys(people) }], ...options }, { people });
  const call = app.sim.placeCall({ from: CALLER, to: OUR_NUMBER });
  await app.sim.settle();
  expect(app.failures).toEqual([]);
  expect(app.sim.debugger).toEqual([]);
  expect(app.sim.calls.every((leg) => leg.endedAt !== undefined)).toBe(true);
  const state = app.states.get(call.sid);
  const leg = (to: string) => app.sim.calls.find((one) => one.to === to);
  await app.stop();
  return {
    call,
    leg,
    result: state?.result,
    story: (id: number) => state?.legs.find((one) => one.id === id)?.timestamps,
  };
}

describe('asynchronous detection', () => {
  it('asynchronous detection greets a human at once and bridges them by the verdict', async () => {
    const { call, leg, result, story } = await played(IN_ASYNC, { [A]: human() });
    expect(result).toBe('connected');
    expect(leg(A)?.heard).toEqual(['A call for you, from 1 2 1 2 5 5 5 0 1 2 3. Press any key to take it.']);
    expect(leg(A)?.bridgedWith.map(({ sid }) => sid)).toEqual([call.sid]);
    // The time to fetch a document, without any detection.
    expect(leg(A)?.silenceMs).toBeLessThan(100);
    expect(story(1)).toMatchObject({ detectionMs: 2600 });
  });

  it('synchronous detection leaves a human in silence', async () => {
    const { leg } = await played({}, { [A]: human() });
    expect(leg(A)?.silenceMs).toBeGreaterThanOrEqual(2600);
  });

  it('a key before the verdict bridges, and then the verdict does nothing', async () => {
    const key = human({ key: '5', keyAfterMs: 500, verdictMs: 4000, talkMs: 20_000 });
    const { leg, result, story } = await played(IN_ASYNC, { [A]: key });
    expect(result).toBe('connected');
    expect(leg(A)?.bridgedWith).toMatchObject([{ ms: 20_000 }]);
    expect((story(1)?.keyAt ?? 0) < (story(1)?.verdictAt ?? 0) + 1).toBe(true);
  });

  it('a verdict before the key bridges, and then the key does nothing', async () => {
    const { leg, result } = await played(IN_ASYNC, {
      [A]: human({ key: '5', keyAfterMs: 2650, verdictMs: 2600, talkMs: 20_000 }),
    });
    expect(result).toBe('connected');
    expect(leg(A)?.bridgedWith).toMatchObject([{ ms: 20_000 }]);
  });

  it.each([
    ['voicemail', voicemail({ ringMs: 0 })],
    ['fax', fax({ ringMs: 0 })],
    ['silent', silent({ ringMs: 0 })],
  ])('asynchronous detection never bridges a %s', async (_, person) => {
    const { leg, result } = await played(IN_ASYNC, { [A]: person });
    expect(result).toBe('unanswered');
    expect(leg(A)?.bridgedWith).toEqual([]);
  });

  it('asynchronous detection bridges the human, whatever machines picked up first', async () => {
    const { leg, result } = await played(IN_ASYNC, { [A]: voicemail({ ringMs: 0 }), [B]: human({ ringMs: 9000 }) });
    expect(result).toBe('connected');
    expect(leg(B)?.bridgedWith).toHaveLength(1);
  });

  it('of two humans at the same instant one is bridged and the other is told', async () => {
    const { leg, result } = await played(IN_ASYNC, { [A]: human(), [B]: human() });
    expect(result).toBe('connected');
    const [winners, losers] = [A, B]
      .map(leg)
      .reduce<[number, string[]]>(
        ([count, said], one) => (one?.bridgedWith.length === 1 ? [count + 1, said] : [count, [...(one?.heard ?? [])]]),
        [0, []],
      );
    expect(winners).toBe(1);
    expect(losers.at(-1)).toBe('Somebody else has taken the call. Goodbye.');
  });
});

describe('confirmation', () => {
  it('with confirm never, nobody is asked and a human hears an announcement', async () => {
    const { leg, result } = await played({ ...IN_ASYNC, confirm: 'never' }, { [A]: human() });
    expect(result).toBe('connected');
    expect(leg(A)?.heard[0]).toBe('A call for you, from 1 2 1 2 5 5 5 0 1 2 3. One moment, please.');
  });

  it('with confirm never, an unknown is hung up on', async () => {
    const { result } = await played({ ...IN_ASYNC, confirm: 'never' }, { [A]: silent({ key: '1' }) });
    expect(result).toBe('unanswered');
  });

  it.each(['sync', 'async', 'off'] as const)(
    'with confirm always and detection %s, a human who presses no key is not bridged',
    async (mode) => {
      const { result } = await played({ amd: { mode }, confirm: 'always' }, { [A]: human({ key: false }) });
      expect(result).toBe('unanswered');
    },
  );

  it.each(['sync', 'async', 'off'] as const)('with confirm always and detection %s, a key bridges', async (mode) => {
    const { result } = await played({ amd: { mode }, confirm: 'always' }, { [A]: human({ key: '#' }) });
    expect(result).toBe('connected');
  });

  it('confirm can be set for one callee alone', async () => {
    const app = forwardingApp(
      { forwardTo: [{ to: A, confirm: 'always' }, B] },
      { people: { [A]: human({ key: false }), [B]: human() } },
    );
    app.sim.placeCall({ from: CALLER, to: OUR_NUMBER });
    await app.sim.settle();
    expect(app.sim.calls.find((one) => one.to === B)?.bridgedWith).toHaveLength(1);
    await app.stop();
  });

  it('without detection only a key bridges, and no detection is requested from REST', async () => {
    const { leg, result } = await played(
      { amd: { mode: 'off' } },
      { [A]: voicemail({ ringMs: 0 }), [B]: human({ key: '1' }) },
    );
    expect(result).toBe('connected');
    expect(leg(A)?.bridgedWith).toEqual([]);
    expect(leg(B)?.answeredBy).toBeUndefined();
  });
});

describe('call screening', () => {
  const screens = { ...IN_ASYNC, screening: {} };
  const robot = screening({ answeredBy: 'machine_start', owner: '1' });

  it('a screening robot is told who is calling and waited for, and its owner takes the call with a key', async () => {
    const { leg, result } = await played(screens, { [A]: robot });
    expect(result).toBe('connected');
    expect(leg(A)?.heard[1]).toMatch(/^This is a call for you, from 1 2 1 2 5 5 5 0 1 2 3/);
  });

  it('a screening robot never wins by itself', async () => {
    const { leg, result } = await played(screens, { [A]: screening({ answeredBy: 'machine_start' }) });
    expect(result).toBe('unanswered');
    expect(leg(A)?.bridgedWith).toEqual([]);
  });

  it('a screening robot is a machine like any other by default', async () => {
    const { result } = await played(IN_ASYNC, { [A]: robot });
    expect(result).toBe('unanswered');
  });

  it('a voicemail that speaks is not taken for a screening robot', async () => {
    const says = 'Please leave your name and number after the tone.';
    const { result } = await played(screens, { [A]: { ...voicemail({ ringMs: 0 }), says, saysAfterMs: 1000 } });
    expect(result).toBe('unanswered');
  });
});

describe('the answer policy', () => {
  const message = {
    detection: { mode: 'DetectMessageEnd' },
    policy: { machine_end_beep: 'leave a message' },
  } as const;

  it.each(['sync', 'async'] as const)(
    'the policy leaves a message after the beep, once, with detection %s',
    async (mode) => {
      const { leg, result } = await played({ amd: { mode }, ...message }, { [A]: voicemail({ ringMs: 0 }) });
      expect(result).toBe('unanswered');
      const said = leg(A)?.heard.filter((text) => text.startsWith('You have missed a call'));
      expect(said).toEqual(['You have missed a call from 1 2 1 2 5 5 5 0 1 2 3. Goodbye.']);
      expect(leg(A)?.heard.at(-1)).toBe(said?.[0]);
    },
  );

  it('strict hangs up on an unknown callee, lenient bridges them', async () => {
    expect((await played({ policy: 'strict' }, { [A]: silent({ key: '1' }) })).result).toBe('unanswered');
    expect((await played({ policy: 'lenient' }, { [A]: silent() })).result).toBe('connected');
  });

  it('the policy can tell the caller at once when a callee declines', async () => {
    const people = { [A]: { ...human(), pickUp: { does: 'busy', afterMs: 500, sip: 486 } } as Person, [B]: human() };
    const app = forwardingApp({ forwardTo: [A, B], policy: { busy: 'fall back' } }, { people });
    const call = app.sim.placeCall({ from: CALLER, to: OUR_NUMBER });
    await app.sim.settle();
    expect(app.states.get(call.sid)?.result).toBe('unanswered');
    expect(app.sim.calls.map(({ to }) => to)).not.toContain(B);
    await app.stop();
  });
});
