import { busy, fax, human, noAnswer, refused, silent, unreachable, voicemail } from '@amd/simulator';
import { describe, expect, it } from 'vitest';
import { CALLER, forwardingApp, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';

const A = '+14155550101';
const B = '+14155550102';

describe('a call on the simulator', () => {
  it('a call reaches the first human behind a voicemail', async () => {
    const app = forwardingApp({ forwardTo: [A, B] }, { people: { [A]: voicemail(), [B]: human({ talkMs: 20_000 }) } });
    const call = app.sim.placeCall({ from: CALLER, to: OUR_NUMBER });
    await app.sim.settle();
    expect(app.failures).toEqual([]);
    expect(app.log).toEqual([]);
    expect(app.sim.debugger).toEqual([]);
    expect(app.states.get(call.sid)?.result).toBe('connected');
    const second = app.sim.calls.find((leg) => leg.to === B);
    expect(second?.bridgedWith.map((other) => other.sid)).toEqual([call.sid]);
    expect(app.sim.calls.every((leg) => leg.endedAt !== undefined)).toBe(true);
    await app.stop();
  });

  it.each([
    ['fax', fax()],
    ['busy', busy()],
    ['no answer', noAnswer()],
    ['unreachable', unreachable()],
    ['refused', refused(21211)],
    ['silent', silent()],
  ])('a call tells the caller when there is only: %s', async (_, person) => {
    const app = forwardingApp({ forwardTo: [A] }, { people: { [A]: person } });
    const call = app.sim.placeCall({ from: CALLER, to: OUR_NUMBER });
    await app.sim.settle();
    expect(app.failures).toEqual([]);
    expect(app.sim.debugger).toEqual([]);
    expect(app.states.get(call.sid)?.result).toBe('unanswered');
    expect(call.heard.at(-1)).toMatch(/nobody is available/);
    await app.stop();
  });

  it('a call bridges an unknown callee who presses a key', async () => {
    const app = forwardingApp({ forwardTo: [A] }, { people: { [A]: silent({ key: '#', talkMs: 5_000 }) } });
    const call = app.sim.placeCall({ from: CALLER, to: OUR_NUMBER });
    await app.sim.settle();
    expect(app.states.get(call.sid)?.result).toBe('connected');
    await app.stop();
  });
});
