import { busy, human, noAnswer, voicemail, type Person } from '@amd/simulator';
import type { CallOptions } from '@amd/core';
import { describe, expect, it } from 'vitest';
import { CALLER, forwardingApp, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';

const A = '+14155550101';
const LAST = '+14155550109';

async function played(fallback: CallOptions['fallback'], last: Person = busy(), callerHangsUpAfterMs?: number) {
  const messages: unknown[] = [];
  const app = forwardingApp(
    { forwardTo: [A], fallback },
    { people: { [A]: noAnswer(), [LAST]: last }, hooks: { voicemail: (data) => void messages.push(data) } },
  );
  const call = app.sim.placeCall({
    from: CALLER,
    to: OUR_NUMBER,
    ...(callerHangsUpAfterMs === undefined ? {} : { hangUp: { afterMs: callerHangsUpAfterMs } }),
  });
  await app.sim.settle();
  expect(app.failures).toEqual([]);
  expect(app.sim.debugger).toEqual([]);
  expect(app.sim.calls.every((leg) => leg.endedAt !== undefined)).toBe(true);
  const state = app.states.get(call.sid);
  await app.stop();
  return { call, messages, state, last: app.sim.calls.find(({ to }) => to === LAST) };
}

describe('the fallback', () => {
  it('the fallback records a message, and reports it once', async () => {
    const { call, messages, state } = await played({ kind: 'voicemail' });
    expect(call.heard.slice(-2)).toEqual([
      'We are sorry, nobody is available to take your call. Please leave a message after the beep.',
      'Thank you for your message. Goodbye.',
    ]);
    expect(messages).toMatchObject([{ sid: call.sid, from: CALLER, recording: { seconds: 11 } }]);
    expect(state).toMatchObject({ result: 'unanswered', caller: { recording: { seconds: 11 } } });
  });

  it('the fallback records the message of a caller who hangs up at its end', async () => {
    const { messages, state } = await played({ kind: 'voicemail' }, busy(), 45_000);
    expect(messages).toHaveLength(1);
    expect(state).toMatchObject({ result: 'unanswered' });
  });

  it('the fallback connects to a number, and whoever answers there has the caller', async () => {
    const { call, last, state } = await played({ kind: 'number', to: LAST }, human({ talkMs: 7000 }));
    expect(last).toMatchObject({ direction: 'outbound-dial', bridgedWith: [{ sid: call.sid, ms: 7000 }] });
    expect(state).toMatchObject({ result: 'handedOff' });
  });

  it.each([
    ['busy', busy()],
    ['no answer', noAnswer()],
  ])('the fallback goes on to what follows when its number is: %s', async (_, person) => {
    const { call, messages } = await played({ kind: 'number', to: LAST, ifUnanswered: { kind: 'voicemail' } }, person);
    expect(messages).toHaveLength(1);
    expect(call.heard.at(-1)).toBe('Thank you for your message. Goodbye.');
  });

  it('the fallback tells the caller when its number does not answer either', async () => {
    const { call } = await played({ kind: 'number', to: LAST });
    expect(call.heard.at(-1)).toMatch(/nobody is available/);
  });

  it('the fallback releases its number when the caller hangs up', async () => {
    const { last } = await played({ kind: 'number', to: LAST }, voicemail({ ringMs: 20_000 }), 30_000);
    expect(last).toMatchObject({ status: 'canceled', bridgedWith: [] });
  });
});
