import { describe, expect, it } from 'vitest';
import { fax, human, screening, silent, voicemail } from '../src/index.js';
import type { Person } from '../src/index.js';
import { BASE, NUMBER, PHONE, world, xml } from './app.js';

/** One outbound call with detection. */
async function detect(person: Person, create: object = {}) {
  const app = world({ '/leg': () => xml('<Say>Hello there</Say><Pause length="30"/>') }, { person });
  const { sid } = await app.client.calls.create({
    to: PHONE,
    from: NUMBER,
    url: `${BASE}/leg`,
    machineDetection: 'Enable',
    statusCallback: `${BASE}/status`,
    statusCallbackEvent: ['answered', 'completed'],
    ...create,
  });
  await app.sim.settle();
  const call = app.sim.call(sid);
  const leg = app.find('/leg')[0];
  return { ...app, call, leg, afterMs: (leg?.at ?? 0) - (call?.answeredAt ?? 0) };
}

describe('synchronous detection', () => {
  it.each([
    ['human', human(), 2600],
    ['machine_start', voicemail(), 3800],
    ['fax', fax(), 3200],
    ['unknown', silent(), 5000],
    ['unknown', screening(), 4500],
    ['human', screening({ answeredBy: 'human' }), 4500],
  ])('Enable says %s', async (answeredBy, person, ms) => {
    const { leg, afterMs, call } = await detect(person);
    expect(leg?.params).toMatchObject({ AnsweredBy: answeredBy, CallStatus: 'in-progress', Direction: 'outbound-api' });
    for (const absent of ['CallDuration', 'Timestamp', 'SequenceNumber', 'CallbackSource']) {
      expect(leg?.params).not.toHaveProperty(absent);
    }
    expect(afterMs).toBe(ms);
    expect(call?.answeredBy).toBe(answeredBy);
  });

  it.each([
    ['human', human(), {}, 2600],
    ['machine_end_beep', voicemail(), {}, 14_000],
    ['machine_end_silence', voicemail({ beep: false }), {}, 14_000],
    ['machine_end_other', voicemail(), { machineDetectionTimeout: 10 }, 10_000],
    ['unknown', silent(), { machineDetectionSilenceTimeout: 3000 }, 3000],
    ['fax', fax(), {}, 3200],
  ])('DetectMessageEnd says %s', async (answeredBy, person, create, ms) => {
    const { leg, afterMs } = await detect(person, { machineDetection: 'DetectMessageEnd', ...create });
    expect(leg?.params).toMatchObject({ AnsweredBy: answeredBy });
    expect(afterMs).toBe(ms);
  });

  it('synchronous detection sends the answered callback at pick-up, without a verdict', async () => {
    const { find, call } = await detect(human());
    expect(find('/status')[0]?.at).toBe(call?.answeredAt);
    expect(find('/status')[0]?.params).toMatchObject({
      CallStatus: 'in-progress',
      SequenceNumber: '0',
      StirStatus: 'B',
    });
    expect(find('/status')[0]?.params).not.toHaveProperty('AnsweredBy');
  });

  it('SendDigits switches detection off', async () => {
    const { leg, afterMs } = await detect(human(), { sendDigits: '1' });
    expect(leg?.params).not.toHaveProperty('AnsweredBy');
    expect(afterMs).toBe(0);
  });

  it('a call can be redirected while synchronous detection runs', async () => {
    const app = world({ '/leg': () => xml('<Say>never</Say>') }, { person: human() });
    const { sid } = await app.client.calls.create({
      to: PHONE,
      from: NUMBER,
      url: `${BASE}/leg`,
      machineDetection: 'Enable',
    });
    await app.sim.advance(8000);
    await app.client.calls(sid).update({ twiml: xml('<Say>Sorry</Say><Pause length="9"/>') });
    await app.sim.settle();
    expect(app.sim.call(sid)?.heard).toEqual(['Sorry']);
    expect(app.find('/leg')).toEqual([]);
  });
});

describe('asynchronous detection', () => {
  const async = { asyncAmd: 'true', asyncAmdStatusCallback: `${BASE}/amd` };

  it('asynchronous detection requests TwiML at pick-up and reports the verdict separately', async () => {
    const { leg, afterMs, find, call, sim } = await detect(voicemail(), async);
    expect(afterMs).toBe(0);
    expect(leg?.params).not.toHaveProperty('AnsweredBy');
    expect(find('/amd')).toHaveLength(1);
    expect(find('/amd')[0]?.params).toEqual({
      AccountSid: sim.accountSid,
      AnsweredBy: 'machine_start',
      CallSid: call?.sid,
      MachineDetectionDuration: '3800',
    });
    expect(find('/status').at(-1)?.params).toMatchObject({ AnsweredBy: 'machine_start' });
  });

  it('asynchronous detection without a callback is a warning (21262)', async () => {
    const { sim, call } = await detect(human(), { asyncAmd: 'true' });
    expect(sim.debugger).toMatchObject([{ code: 21262, level: 'warning' }]);
    expect(call?.answeredBy).toBe('human');
  });
});

it('a call without detection requests TwiML at pick-up', async () => {
  const { leg, afterMs } = await detect(human(), { machineDetection: undefined });
  expect(leg?.params).not.toHaveProperty('AnsweredBy');
  expect(afterMs).toBe(0);
});

describe('a person asked for a key', () => {
  const ask = (person: Person) => {
    const app = world(
      {
        '/leg': () =>
          xml(
            '<Gather numDigits="1" finishOnKey="" timeout="1" action="/key"><Say>Press any key</Say></Gather><Redirect>/leg</Redirect>',
          ),
        '/key': ({ params }) => xml(`<Say>Got ${params['Digits'] ?? ''}</Say>`),
      },
      { person },
    );
    return app;
  };

  it('a person presses their key some time after the prompt began, in whichever poll that is', async () => {
    for (const keyAfterMs of [500, 3000, 7000]) {
      const { client, sim, find } = ask(silent({ key: '#', keyAfterMs }));
      await client.calls.create({ to: PHONE, from: NUMBER, url: `${BASE}/leg` });
      await sim.settle();
      expect(find('/key').map(({ params }) => params['Digits'])).toEqual(['#']);
      expect(sim.calls[0]?.heard.at(-1)).toBe('Got #');
    }
  });

  it('a person may press no key', async () => {
    const { client, sim, find } = ask(screening({ key: false }));
    await client.calls.create({ to: PHONE, from: NUMBER, url: `${BASE}/leg` });
    await sim.settle();
    expect(find('/key')).toEqual([]);
    expect(sim.calls[0]).toMatchObject({ status: 'completed', duration: 25 });
  });
});
