import { human } from '@amd/simulator';
import { expect, it } from 'vitest';
import { CALLER, forwardingApp, OUR_NUMBER } from '../../src/crowds/forwarding-app.js';

const A = '+14155550101';
const B = '+14155550102';

it('a human who gives up during a long greeting does not cost the caller their call', async () => {
  const people = { [A]: human({ ringMs: 5000, patienceMs: 20_000 }), [B]: human({ ringMs: 5000, talkMs: 10_000 }) };
  const app = forwardingApp(
    { forwardTo: [A, B], texts: { greeting: 'Please hold the line. '.repeat(25) } },
    { people },
  );
  const call = app.sim.placeCall({ from: CALLER, to: OUR_NUMBER });
  await app.sim.settle();
  expect(app.states.get(call.sid)?.result).toBe('connected');
  expect(call.bridgedWith.map(({ sid }) => app.sim.call(sid)?.to)).toEqual([B]);
  expect(app.sim.calls.every((leg) => leg.endedAt !== undefined)).toBe(true);
  await app.stop();
});
