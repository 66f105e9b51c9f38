import { createSimulator, virtualClock, type Simulator } from '@amd/simulator';
import { expect, it } from 'vitest';
import { createPhones } from '../src/demo/phone.js';

const OURS = '+14155550199';
const CALLER = '+12125550123';

function setup(): { sim: Simulator; panel: ReturnType<typeof createPhones>['panel'] } {
  const phones = createPhones({
    sim: () => sim,
    numbers: [OURS],
    people: [{ to: '+14155550142', name: 'Ann', answers: 'you' }],
    since: () => 0,
  });
  const sim: Simulator = createSimulator({
    clock: virtualClock(),
    people: (to) => phones.person(to),
    numbers: [{ phoneNumber: OURS, voiceUrl: 'https://app.example.com/inbound' }],
    transport: async () => ({
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: '<Response><Say>Welcome.</Say><Pause length="60"/></Response>',
    }),
  });
  return { sim, panel: phones.panel };
}

it('the phones place a call, and report it to every listener', async () => {
  const { sim, panel } = setup();
  let changes = 0;
  const stop = panel.onChange(() => {
    changes += 1;
  });
  expect(panel.command({ do: 'call', from: CALLER, to: OURS })).toEqual({ ok: true });
  await sim.advance(3000);
  expect(panel.state().calls).toMatchObject([
    { direction: 'inbound', from: CALLER, status: 'in-progress', yours: true, ringsForYou: false, heard: 'Welcome.' },
  ]);
  expect(changes).toBeGreaterThan(0);
  const { sid } = panel.state().calls[0]!;
  expect(panel.command({ do: 'press', sid, digits: '1' })).toEqual({ ok: true });
  expect(panel.command({ do: 'hangUp', sid })).toEqual({ ok: true });
  await sim.advance(1000);
  expect(panel.state().calls).toEqual([]);
  stop();
});

it('the phones refuse nonsense, and say why', async () => {
  const { sim, panel } = setup();
  const refused = (command: Parameters<typeof panel.command>[0], message: string): void => {
    expect(panel.command(command)).toEqual({ ok: false, message: expect.stringContaining(message) });
  };
  refused({ do: 'call', from: CALLER, to: '+14155550100' }, 'one of our numbers');
  refused({ do: 'call', from: '<b>', to: OURS }, 'The caller must be');
  refused({ do: 'call', from: OURS, to: OURS }, 'cannot call itself');
  refused({ do: 'answer', sid: 'CA0' }, 'over');
  refused({ do: 'choose', to: '+14155550142', answers: 'nobody' }, 'Nobody is known');
  for (let call = 0; call < 20; call += 1)
    void panel.command({ do: 'call', from: `+121255501${String(10 + call)}`, to: OURS });
  refused({ do: 'call', from: CALLER, to: OURS }, 'enough calls');
  await sim.advance(1000);
  refused({ do: 'answer', sid: panel.state().calls[0]!.sid }, 'does not ring for you');
  sim.close();
});

it('the phones give everyone added on the page a phone of their own', () => {
  const { panel } = setup();
  expect(panel.command({ do: 'choose', to: '+14155550142', answers: 'fax' })).toEqual({ ok: true });
  expect(panel.state().people).toEqual([{ to: '+14155550142', name: 'Ann', answers: 'fax' }]);
});
