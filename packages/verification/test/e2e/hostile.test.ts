import { silent } from '@amd/simulator';
import { expect, it } from 'vitest';
import { HOSTILE } from '../helpers/hostile.js';
import { forwardingApp, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';

it(`${String(HOSTILE.length)} hostile callers are announced and served like any other: no document breaks`, async () => {
  const ANN = '+14155550142';
  const app = forwardingApp(
    { forwardTo: [{ to: ANN, name: 'Ann' }] },
    { people: { [ANN]: silent({ key: '1', talkMs: 5000 }) } },
  );
  for (const text of HOSTILE) {
    // Twilio sends nothing that begins with + but numbers: anything else is refused.
    const from = text.startsWith('+') ? 'anonymous' : text;
    const call = app.sim.placeCall({ from, to: OUR_NUMBER, callerName: text, forwardedFrom: text });
    await app.sim.settle();
    const state = app.states.get(call.sid);
    expect(state?.result, from).toBe('connected');
  }
  expect(app.sim.debugger).toEqual([]);
  expect(app.failures).toEqual([]);
  expect(app.log).toEqual([]);
  await app.stop();
});
