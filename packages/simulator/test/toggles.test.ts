import { describe, expect, it } from 'vitest';
import {
  ALTERNATIVES,
  DEFAULT_TOGGLES,
  createSimulator,
  hangsUpDuringDetection,
  human,
  noAnswer,
  unreachable,
} from '../src/index.js';
import type { Person, SimulatorOptions, Toggles } from '../src/index.js';
import { BASE, CALLER, NUMBER, PHONE, conference, forwarding, world, xml } from './app.js';

const TWIML = xml('<Say>Hello</Say>');
const CALL = {
  to: PHONE,
  from: NUMBER,
  statusCallback: `${BASE}/status`,
  statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
};

async function forwarded(toggles: Partial<Toggles>, person: Person, create: object = {}) {
  const app = forwarding({ toggles, person, create });
  const caller = app.sim.placeCall({ from: CALLER, to: NUMBER });
  await app.sim.settle();
  return { ...app, caller, last: app.find('/status').at(-1)?.params };
}

/** A call in its state after `ms`, and a way to change it. */
async function after(ms: number, toggles: Partial<Toggles>, options: SimulatorOptions = {}) {
  const app = world({}, { person: human(), toggles, ...options });
  const { sid } = await app.client.calls.create({ ...CALL, twiml: xml('<Pause length="60"/>') });
  await app.sim.advance(ms);
  return { ...app, sid };
}

it('every switch lists its default and its other values', () => {
  expect(Object.keys(ALTERNATIVES)).toEqual(Object.keys(DEFAULT_TOGGLES));
  for (const [name, values] of Object.entries(ALTERNATIVES)) {
    expect(values.length).toBeGreaterThan(0);
    expect(values).not.toContain(DEFAULT_TOGGLES[name as keyof Toggles]);
  }
  expect(() => createSimulator({ toggles: { nonsense: 1 } as never })).toThrow('unknown toggle "nonsense"');
  expect(() => createSimulator({ toggles: { cancelInProgress: 'maybe' } as never })).toThrow(
    'must be one of noop, error',
  );
});

it.each(
  Object.entries(ALTERNATIVES).flatMap(([name, values]) =>
    (values as readonly unknown[]).map((value) => [name, value]),
  ),
)('a careful application forwards calls with %s = %s', async (name, value) => {
  const toggles = { [name as string]: value } as Partial<Toggles>;
  for (const person of [human(), noAnswer(), unreachable()]) {
    const { sim, caller } = await forwarded(toggles, person);
    expect(caller.status).toBe('completed');
    expect(sim.debugger).toEqual([]);
  }
});

describe('each switch', () => {
  it('cancelInProgress', async () => {
    const { client, sid } = await after(9000, { cancelInProgress: 'error' });
    await expect(client.calls(sid).update({ status: 'canceled' })).rejects.toMatchObject({ status: 400, code: 21220 });
  });

  it('completeWhileQueued', async () => {
    const { client, sid, sim, log } = await after(0, { completeWhileQueued: 'completed' });
    expect((await client.calls(sid).update({ status: 'completed' })).status).toBe('completed');
    await sim.settle();
    expect(log()).toEqual([]);
  });

  it.each(['completed', 'no-answer'] as const)('completeWhileRinging %s', async (completeWhileRinging) => {
    const { client, sid, sim, log } = await after(3000, { completeWhileRinging });
    await client.calls(sid).update({ status: 'completed' });
    await sim.settle();
    expect(log().at(-1)).toBe(`S:${completeWhileRinging}`);
  });

  it('answeredBeforeUrl', async () => {
    const { log } = await forwarded({ answeredBeforeUrl: false }, human());
    expect(log().indexOf('S:in-progress')).toBeGreaterThan(log().indexOf('outbound:human'));
  });

  it('hangupDuringAmd', async () => {
    const { log, last, sim } = await forwarded({ hangupDuringAmd: 'urlUnknown' }, hangsUpDuringDetection());
    expect(log()).toContain('outbound:unknown');
    expect(log().indexOf('outbound:unknown')).toBeLessThan(log().indexOf('S:completed'));
    expect(last).toMatchObject({ AnsweredBy: 'unknown' });
    expect(sim.calls[1]?.bridgedWith).toEqual([]);
  });

  it.each([
    ['none', 0],
    ['late', 1],
  ] as const)('dialActionOnRedirect %s', async (dialActionOnRedirect, times) => {
    const { client, sim, find } = world(
      { '/inbound': () => xml(conference('room', '/ended')), '/ended': () => xml('<Say>Wrong</Say>') },
      { toggles: { dialActionOnRedirect } },
    );
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.advance(1000);
    await client.calls(caller.sid).update({ twiml: xml('<Say>Right</Say><Pause length="5"/>') });
    await sim.settle();
    expect(find('/ended')).toHaveLength(times);
    expect(caller.heard).toEqual(['Right']);
    expect(find('/conference').map(({ params }) => params['ReasonParticipantLeft'])).toContain(
      'participant_updated_via_api',
    );
  });

  it('dialActionOnHangup', async () => {
    for (const [dialActionOnHangup, times] of [
      [true, 1],
      [false, 0],
    ] as const) {
      const { sim, find } = world(
        { '/inbound': () => xml(conference('room', '/ended')) },
        { toggles: { dialActionOnHangup } },
      );
      sim.placeCall({ from: CALLER, to: NUMBER, hangUp: { afterMs: 5000 } });
      await sim.settle();
      expect(find('/ended')).toHaveLength(times);
    }
  });

  it('asyncResultAfterHangup', async () => {
    for (const [asyncResultAfterHangup, times] of [
      ['none', 0],
      ['unknown', 1],
    ] as const) {
      const { client, sim, find } = world(
        {},
        { person: hangsUpDuringDetection(), toggles: { asyncResultAfterHangup } },
      );
      await client.calls.create({
        ...CALL,
        twiml: xml('<Pause length="9"/>'),
        machineDetection: 'Enable',
        asyncAmd: 'true',
        asyncAmdStatusCallback: `${BASE}/amd`,
      });
      await sim.settle();
      expect(find('/amd').map(({ params }) => params['AnsweredBy'])).toEqual(Array<string>(times).fill('unknown'));
    }
  });

  it('conferenceEndWithoutStart', async () => {
    for (const conferenceEndWithoutStart of [true, false]) {
      const { sim, log } = world(
        { '/inbound': () => xml(conference('room', '/ended')) },
        { toggles: { conferenceEndWithoutStart } },
      );
      sim.placeCall({ from: CALLER, to: NUMBER, hangUp: { afterMs: 5000 } });
      await sim.settle();
      expect(log().includes('C:end')).toBe(conferenceEndWithoutStart);
    }
  });

  it('endOnExitWithoutStart', async () => {
    for (const endOnExitWithoutStart of [true, false]) {
      const waiting = (end: boolean) =>
        xml(
          `<Dial><Conference startConferenceOnEnter="false" endConferenceOnExit="${end}">room</Conference></Dial><Say>Dropped</Say>`,
        );
      const { sim } = world(
        { '/inbound': ({ params }) => waiting(params['From'] === CALLER) },
        { toggles: { endOnExitWithoutStart } },
      );
      sim.placeCall({ from: CALLER, to: NUMBER, hangUp: { afterMs: 5000 } });
      const other = sim.placeCall({ from: '+12125550124', to: NUMBER, hangUp: { afterMs: 9000 } });
      await sim.settle();
      expect(other.heard).toEqual(endOnExitWithoutStart ? ['Dropped'] : []);
    }
  });

  it('redirectWhileRinging', async () => {
    const { client, sid, sim } = await after(3000, { redirectWhileRinging: 'ok' });
    await client.calls(sid).update({ twiml: TWIML });
    await sim.settle();
    expect(sim.call(sid)?.heard).toEqual(['Hello']);
  });

  it('machineDetectionDurationOnSync', async () => {
    const silent = await forwarded({}, human());
    expect(silent.find('/outbound')[0]?.params).not.toHaveProperty('MachineDetectionDuration');
    const { find } = await forwarded({ machineDetectionDurationOnSync: 'ms' }, human({ verdictMs: 2345 }));
    expect(find('/outbound')[0]?.params).toMatchObject({ MachineDetectionDuration: '2345' });
  });

  it('answeredByOnCompleted and answeredByWhenUnfinished', async () => {
    expect((await forwarded({}, human())).last).toMatchObject({ AnsweredBy: 'human' });
    expect((await forwarded({ answeredByOnCompleted: 'absent' }, human())).last).not.toHaveProperty('AnsweredBy');
    const { last } = await forwarded({ answeredByWhenUnfinished: 'unknown' }, hangsUpDuringDetection());
    expect(last).toMatchObject({ AnsweredBy: 'unknown' });
  });

  it('inboundGivenUp', async () => {
    const { sim, log } = forwarding({ person: human(), toggles: { inboundGivenUp: 'canceled' } });
    sim.placeCall({ from: CALLER, to: NUMBER, hangUp: { afterMs: 5 } });
    await sim.settle();
    expect(log()).toContain('N:canceled');
  });

  it('emptyDocument', async () => {
    for (const emptyDocument of ['hangup', 'failure'] as const) {
      const { sim } = world({ '/inbound': () => undefined }, { toggles: { emptyDocument } });
      const caller = sim.placeCall({ from: CALLER, to: NUMBER });
      await sim.settle();
      expect(caller.status).toBe('completed');
      expect(sim.debugger.map(({ code }) => code)).toEqual(emptyDocument === 'hangup' ? [] : [11770]);
    }
  });

  it('errorCodeOnStatus', async () => {
    expect((await forwarded({}, unreachable())).last).not.toHaveProperty('ErrorCode');
    expect((await forwarded({ errorCodeOnStatus: 'present' }, unreachable())).last).toHaveProperty('ErrorCode');
  });

  it('callTokenAfterEnd', async () => {
    let callToken = '';
    const { client, sim } = world(
      {
        '/inbound': ({ params }) => {
          callToken = params['CallToken'] ?? '';
          return xml('');
        },
      },
      { person: human(), toggles: { callTokenAfterEnd: 'accepted' } },
    );
    sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.settle();
    expect((await client.calls.create({ to: PHONE, from: CALLER, callToken, twiml: TWIML })).status).toBe('queued');
  });
});
