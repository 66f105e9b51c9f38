import { busy, human, noAnswer, type Person } from '@amd/simulator';
import type { CallOptions, TaskOptions } from '@amd/core';
import { describe, expect, it } from 'vitest';
import { CALLER, forwardingApp, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';
import { taskRouterApp } from '../../src/crowds/taskrouter-app.js';

const A = '+14155550101';

async function played(options: Omit<CallOptions, 'forwardTo'>, person: Person) {
  const recordings: unknown[] = [];
  const app = forwardingApp(
    { forwardTo: [{ to: A, name: 'Ann' }], ...options },
    { people: { [A]: person }, hooks: { recording: (data) => void recordings.push(data) } },
  );
  const call = app.sim.placeCall({ from: CALLER, to: OUR_NUMBER });
  await app.sim.settle();
  expect(app.failures).toEqual([]);
  expect(app.log).toEqual([]);
  expect(app.sim.debugger).toEqual([]);
  const leg = app.sim.calls.find(({ to }) => to === A);
  const state = app.states.get(call.sid);
  await app.stop();
  return { call, leg, state, recordings };
}

const times = (heard: readonly string[], words: string): number => heard.filter((said) => said.includes(words)).length;

describe('a caller on hold', () => {
  it('a caller on hold hears ringback instead of music, and is connected as usual', async () => {
    const { call, leg } = await played({ ringback: 'us' }, human({ ringMs: 9000 }));
    expect(call.heard.some((said) => said.endsWith('/audio/ringback-us.wav'))).toBe(true);
    expect(leg?.bridgedWith.map(({ sid }) => sid)).toEqual([call.sid]);
  });

  it('a caller on hold hears repeatedly that they are not forgotten, and no longer once they talk', async () => {
    const options = { ringback: 'eu', progress: { everySeconds: 12 }, ringSeconds: 60 } as const;
    const { call } = await played(options, human({ ringMs: 40_000, talkMs: 60_000 }));
    expect(times(call.heard, 'still trying')).toBeGreaterThanOrEqual(2);
    expect(times(call.heard, 'still trying')).toBeLessThanOrEqual(3);
  });

  it('a caller on hold gets the fallback when nobody answers, whatever they listen to', async () => {
    const { call, state } = await played({ progress: { everySeconds: 10 }, waitUrl: '' }, noAnswer());
    expect(state?.result).toBe('unanswered');
    expect(call.heard.at(-1)).toMatch(/nobody is available/);
  });

  it('a caller on hold hears who has taken the call, and the callee does not', async () => {
    const { call, leg } = await played({ texts: { connected: 'Here is {name}.' } }, human({ talkMs: 20_000 }));
    expect(call.heard.at(-1)).toBe('Here is Ann.');
    expect(leg?.heard).toEqual([]);
    expect(call.bridgedWith).toMatchObject([{ ms: 20_000 }]);
  });
});

describe('a talk that is recorded', () => {
  it('recording is announced to both parties, and reported once', async () => {
    const { call, leg, recordings } = await played({ record: true }, human({ talkMs: 20_000 }));
    expect(times(call.heard, 'This call is recorded.')).toBe(1);
    expect(leg?.heard).toEqual(['This call is recorded.']);
    expect(recordings).toMatchObject([{ sid: call.sid, from: CALLER, recording: { seconds: 20 } }]);
  });

  it('no recording exists without a talk', async () => {
    const { recordings } = await played({ record: true }, busy());
    expect(recordings).toEqual([]);
  });
});

describe('a caller in a queue', () => {
  async function queued(settings: TaskOptions, person: Person, keys: readonly { atMs: number; key: string }[] = []) {
    const messages: unknown[] = [];
    const app = await taskRouterApp(
      { workers: [{ name: 'Ann', person }], settings },
      {},
      { voicemail: (data) => void messages.push(data), recording: (data) => void messages.push(data) },
    );
    const press = keys.map(({ atMs, key }) => ({ afterMs: atMs, digits: key }));
    const call = app.sim.placeCall({ from: CALLER, to: OUR_NUMBER, hangUp: { afterMs: 200_000 }, press });
    await app.sim.settle();
    expect(app.failures).toEqual([]);
    expect(app.sim.debugger).toEqual([]);
    const state = app.states.get(call.sid);
    const legs = app.sim.calls.filter(({ direction }) => direction === 'outbound-api');
    await app.stop();
    return { call, state, legs, messages };
  }
  const offering = { offerMessage: true, fallback: { kind: 'voicemail' } } as const;

  it('a queued caller presses star to leave a message, and no more workers are rung for them', async () => {
    const { call, state, legs, messages } = await queued(offering, noAnswer(), [{ atMs: 12_000, key: '*' }]);
    expect(call.heard).toContain('To leave a message now, press star.');
    expect(call.heard.at(-1)).toBe('Thank you for your message. Goodbye.');
    expect(messages).toHaveLength(1);
    expect(state).toMatchObject({ result: 'unanswered', caller: { recording: { seconds: 11 } } });
    expect(legs.every(({ endedAt }) => endedAt !== undefined)).toBe(true);
  });

  it('a queued caller presses another key, and keeps waiting', async () => {
    const { call, messages } = await queued(offering, human({ ringMs: 9000 }), [{ atMs: 6000, key: '5' }]);
    expect(messages).toEqual([]);
    expect(call.bridgedWith).toHaveLength(1);
  });

  it('a queued caller hears who has taken the call, and that it is recorded', async () => {
    const settings = { record: true, texts: { connected: 'Here is {name}.' } };
    const { call, legs, messages } = await queued(settings, human({ talkMs: 15_000 }));
    expect(call.heard.slice(-1)).toEqual(['Here is Ann.']);
    expect(times(call.heard, 'This call is recorded.')).toBe(1);
    expect(legs[0]?.heard).toEqual(['This call is recorded.']);
    expect(messages).toMatchObject([{ recording: { seconds: 15 } }]);
  });
});
