import { human, silent, type Person } from '@amd/simulator';
import { atOnce, inOrder, type CallOptions } from '@amd/core';
import { describe, expect, it } from 'vitest';
import { CALLER, forwardingApp, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';
import { taskRouterApp } from '../../src/crowds/taskrouter-app.js';

const A = '+14155550101';
const B = '+14155550102';
const KEYS = { accept: '1', decline: '2' };
const QUESTION = 'A call for you, from 1 2 1 2 5 5 5 0 1 2 3. Press 1 to take it, or 2 to decline.';
const GOODBYE = 'All right. Goodbye.';
const MODES = ['sync', 'async', 'off'] as const;

async function played(options: CallOptions, people: Record<string, Person>) {
  const app = forwardingApp({ confirm: 'always', keys: KEYS, ...options }, { people });
  const call = app.sim.placeCall({ from: CALLER, to: OUR_NUMBER });
  await app.sim.settle();
  expect(app.failures).toEqual([]);
  expect(app.sim.debugger).toEqual([]);
  expect(app.sim.calls.every((leg) => leg.endedAt !== undefined)).toBe(true);
  const state = app.states.get(call.sid);
  const leg = (to: string) => app.sim.calls.find((one) => one.to === to);
  await app.stop();
  return { call, leg, result: state?.result, ends: state?.legs.map((one) => one.result?.kind) };
}

describe('keys that accept and decline', () => {
  it.each(MODES)('who presses 2 hears a word, and the next person is rung at once (%s)', async (mode) => {
    const { call, leg, result, ends } = await played(
      { forwardTo: inOrder([A, B]), amd: { mode } },
      { [A]: human({ key: '2' }), [B]: human({ key: '1' }) },
    );
    expect(result).toBe('connected');
    expect(ends).toEqual(['declined', 'bridged']);
    expect(leg(A)?.heard).toEqual([QUESTION, GOODBYE]);
    expect(leg(A)?.bridgedWith).toEqual([]);
    expect(leg(B)?.bridgedWith.map(({ sid }) => sid)).toEqual([call.sid]);
    // The next phone rings while they hear the word.
    expect(leg(B)?.createdAt).toBeLessThan(leg(A)?.endedAt ?? 0);
  });

  it.each(MODES)('in a race the others ring on when somebody declines (%s)', async (mode) => {
    const { leg, result, ends } = await played(
      { forwardTo: atOnce([A, B]), amd: { mode } },
      { [A]: human({ key: '2', ringMs: 1000 }), [B]: human({ key: '1', ringMs: 15_000 }) },
    );
    expect(result).toBe('connected');
    expect(ends).toEqual(['declined', 'bridged']);
    expect(leg(A)?.heard.at(-1)).toBe(GOODBYE);
    expect(leg(B)?.bridgedWith).toHaveLength(1);
  });

  it('a silent callee may decline as well, where the policy asks them', async () => {
    const { leg, ends } = await played(
      { forwardTo: inOrder([A, B]), confirm: 'when-unsure' },
      { [A]: silent({ key: '2' }), [B]: human() },
    );
    expect(ends).toEqual(['declined', 'bridged']);
    expect(leg(A)?.heard).toEqual([QUESTION, GOODBYE]);
  });

  it('when everybody declines, the caller is told that nobody is available', async () => {
    const { call, result, ends } = await played(
      { forwardTo: atOnce([A, B]) },
      { [A]: human({ key: '2' }), [B]: human({ key: '2', ringMs: 8000 }) },
    );
    expect(result).toBe('unanswered');
    expect(ends).toEqual(['declined', 'declined']);
    expect(call.heard.at(-1)).toMatch(/^We are sorry, nobody is available/);
  });

  it('a key that means nothing does not take the call, and the callee is asked again', async () => {
    const { leg, result } = await played({ forwardTo: [A] }, { [A]: human({ key: '7' }) });
    expect(result).toBe('unanswered');
    expect(leg(A)?.heard.length).toBeGreaterThan(1);
    expect(new Set(leg(A)?.heard)).toEqual(new Set([QUESTION]));
  });

  it('a worker who presses 2 is rejected and cools down, and the next worker has the caller', async () => {
    const workers = [
      { name: 'Ann', person: human({ key: '2' }) },
      { name: 'Ben', person: human({ key: '1' }) },
    ];
    const app = await taskRouterApp({ workers, settings: { confirm: 'always', keys: KEYS } });
    const call = app.sim.placeCall({ from: CALLER, to: OUR_NUMBER });
    await app.sim.settle();
    const state = app.states.get(call.sid);
    await app.stop();
    expect(app.failures).toEqual([]);
    expect(state).toMatchObject({ result: 'connected', legs: [{ result: { kind: 'declined' } }, {}] });
    expect(state?.reservations.map(({ result, rejectTo }) => [result, rejectTo])).toEqual([
      ['rejected', 'unavailable'],
      ['accepted', null],
    ]);
    expect(app.sim.calls.find(({ heard }) => heard.includes(GOODBYE))?.bridgedWith).toEqual([]);
    // The cool-down is over when everything has settled.
    expect(app.sim.workspaces[0]?.workers.map(({ activity }) => activity)).toEqual(['Available', 'Available']);
  });
});
