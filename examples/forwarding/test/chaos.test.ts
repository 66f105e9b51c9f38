import { createSimulator, human, virtualClock, voicemail, type TimelineEntry } from '@amd/simulator';
import { describe, expect, it } from 'vitest';
import { BIN } from '../src/demo/bin.js';
import { momentOf, momentOfAnswer } from '../src/demo/chaos-moments.js';
import { chaosFaults, chaosOutcome, chaosStory, endingOf, type CrashResult } from '../src/demo/chaos-report.js';
import { CRASH_SCENARIOS, type CrashScenario } from '../src/demo/chaos-scenarios.js';
import { planCrashes } from '../src/demo/planned-crashes.js';
import { remotePhone } from '../src/demo/remote-phone.js';

const OURS = '+14155550199';
const ANN = '+14155550142';
const ROOM = '<Response><Say>Please hold.</Say><Dial><Conference>room</Conference></Dial></Response>';

/** A call on the simulator: an application without any library rings Ann and puts both in a room. */
async function played(change: Partial<CrashResult> = {}, document = ROOM, person = human({ talkMs: 12_000 })) {
  const xml = (body: string) => ({ status: 200, headers: { 'content-type': 'text/xml' }, body });
  const sim = createSimulator({
    clock: virtualClock(),
    people: { [ANN]: person },
    numbers: [{ phoneNumber: OURS, voiceUrl: 'https://app.example.com/inbound', voiceFallbackUrl: BIN.url }],
    transport: async ({ url }) => {
      if (url === BIN.url) return xml(BIN.twiml);
      if (document === '') throw Object.assign(new Error('dead'), { code: 'ECONNREFUSED' });
      return xml(document);
    },
  });
  const caller = sim.placeCall({ from: '+12125550123', to: OURS, hangUp: { afterMs: 40_000 } });
  if (document === ROOM) {
    const { status } = await sim.httpClient
      .request({
        method: 'post',
        uri: `https://api.twilio.com/2010-04-01/Accounts/${sim.accountSid}/Calls.json`,
        username: sim.accountSid,
        password: sim.authToken,
        data: { To: ANN, From: OURS, Url: 'https://app.example.com/leg', MachineDetection: 'Enable' },
      })
      .then(({ statusCode }) => ({ status: statusCode }));
    expect(status).toBe(201);
  }
  await sim.settle();
  const scenario: CrashScenario = { name: 'a talk', people: [], crashes: [], ending: 'talk', talksTo: ['Ann'] };
  const result: CrashResult = {
    scenario,
    caller,
    legs: sim.calls.filter(({ direction }) => direction !== 'inbound'),
    names: new Map([[ANN, 'Ann']]),
    entries: sim.timeline,
    complaints: sim.debugger,
    crashes: [],
    inVain: 0,
    byItself: 0,
    stuck: [],
    ...change,
  };
  return { sim, result };
}

describe('how a call has ended, by the record of the simulated Twilio', () => {
  it('a talk with a human is an ending', async () => {
    const { result } = await played();
    expect(endingOf(result)).toBe('talk');
    expect(chaosOutcome(result)).toMatch(/^talked with Ann for 12\.\d s$/);
    expect(chaosFaults(result)).toEqual([]);
  });

  it('a talk that was cut, with another person, or with a machine is a fault', async () => {
    const { result } = await played();
    const scenario = { ...result.scenario, talksTo: ['Ben'], talkMs: 20_000 };
    expect(chaosFaults({ ...result, scenario })).toEqual([
      'Ann has the caller',
      expect.stringMatching(/^they talked for/),
    ]);
    const { result: machine } = await played({}, ROOM, voicemail({ ringMs: 1_000 }));
    expect(chaosFaults(machine)).toContain('Ann is not a human');
  });

  it("Twilio's own document is an ending when the app is dead", async () => {
    const crashes = [{ when: 'calling' as const, at: 0, backAt: 1e15 }];
    const { result } = await played({ crashes }, '');
    expect(endingOf(result)).toBe('fallback');
    const scenario: CrashScenario = { ...result.scenario, crashes: [{ when: 'calling' }], ending: 'fallback' };
    expect(chaosFaults({ ...result, scenario })).toEqual([]);
    expect(chaosFaults({ ...result, scenario, crashes: [] })).toEqual(
      expect.arrayContaining([expect.stringMatching(/^the simulated Twilio complains: 11205/)]),
    );
  });

  it('a sentence, a message or hanging up is an ending, and silence is nothing', async () => {
    const sorry = '<Response><Say>We are sorry, nobody is available to take your call.</Say></Response>';
    expect(endingOf((await played({}, sorry)).result)).toBe('told');
    const record = '<Response><Record action="https://app.example.com/over" maxLength="5"/></Response>';
    const { result } = await played({}, record);
    expect(endingOf(result)).toBe('message');
    expect(endingOf((await played({}, '<Response><Pause length="60"/></Response>')).result)).toBe('hungUp');
    const over = (await played({}, '<Response><Say>Bye.</Say></Response>')).result;
    expect(endingOf(over)).toBe('nothing');
    expect(chaosFaults(over)).toContain('the caller\'s end is "nothing" instead of "talk"');
  });

  it('a party still on the line, crashes that did not happen and crashes of the app itself are faults', async () => {
    const { result } = await played();
    const scenario = { ...result.scenario, crashes: [{ when: 'ringing' as const }] };
    expect(chaosFaults({ ...result, scenario, stuck: [ANN] })).toEqual([
      'the app was killed 0 times instead of 1',
      'Ann was still on the line',
    ]);
    expect(chaosFaults({ ...result, byItself: 1, crashes: [{ when: 'talking', at: 0 }] })).toEqual([
      'the app died 1 times by itself',
      'the app did not come back',
    ]);
  });

  it('the story tells when the app died and when it was back', async () => {
    const { result } = await played();
    const at = result.caller.createdAt + 2_000;
    const texts = chaosStory({ ...result, crashes: [{ when: 'ringing', at, backAt: at + 1_500 }] }).map(
      ({ text }) => text,
    );
    expect(texts[0]).toBe('+12125550123 calls');
    const died = texts.indexOf('THE APP IS KILLED: a phone rings');
    expect(died).toBeGreaterThan(0);
    expect(texts.indexOf('the app is back, after 1.5 s')).toBeGreaterThan(died);
  });
});

describe('the moments of a call', () => {
  it('moments are recognised in the timeline, in their order', async () => {
    const { sim } = await played();
    const isCaller = (sid: string): boolean => sim.call(sid)?.direction === 'inbound';
    const moments = sim.timeline.map((entry) => momentOf(entry, isCaller)).filter((moment) => moment !== null);
    expect([...new Set(moments)]).toEqual(['greeted', 'ringing', 'pickedUp', 'talking']);
  });

  it('a message that is being recorded is a moment', () => {
    const entry = { kind: 'call', call: 'CA1', detail: { event: 'recording' } } as unknown as TimelineEntry;
    expect(momentOf(entry, () => true)).toBe('recording');
  });

  it('a human verdict that was answered is a moment; a machine, and other webhooks, are none', () => {
    expect(momentOfAnswer('http://127.0.0.1/outbound/amd?ref=x', 'AnsweredBy=human')).toBe('verdict');
    expect(momentOfAnswer('http://127.0.0.1/outbound/amd?ref=x', 'AnsweredBy=fax')).toBeNull();
    expect(momentOfAnswer('http://127.0.0.1/outbound?ref=x', 'AnsweredBy=human')).toBeNull();
  });
});

describe('planned crashes', () => {
  it('planned crashes come one after the other, each for its moment, and the next one only when the app is back', () => {
    const clock = virtualClock();
    let kills = 0;
    const crashes = planCrashes([{ when: 'ringing', afterMs: 2_000 }, { when: 'verdict' }], {
      clock,
      kill: () => {
        kills += 1;
        crashes.crashed(clock.now());
      },
    });
    const began = clock.now();
    expect(crashes.happens('talking')).toBe(false);
    expect(crashes.happens('ringing')).toBe(false);
    expect(kills).toBe(0);
    clock.step();
    expect([kills, clock.now() - began]).toEqual([1, 2_000]);
    expect(crashes.happens('verdict')).toBe(false);
    crashes.back(clock.now() + 1_000);
    expect(crashes.happens('verdict')).toBe(true);
    expect(crashes.all).toEqual([
      { when: 'ringing', at: began + 2_000, backAt: began + 3_000 },
      { when: 'verdict', at: began + 2_000 },
    ]);
  });

  it('planned crashes of the tour name people whom it rings', () => {
    for (const { name, people, talksTo = [], ending, crashes } of CRASH_SCENARIOS) {
      expect(people.map((person) => person.name)).toEqual(expect.arrayContaining([...talksTo]));
      expect(talksTo.length > 0, name).toBe(ending === 'talk');
      expect(crashes.length, name).toBeGreaterThan(0);
    }
  });
});

it('phones in another process return results to their own commands, and report changes', async () => {
  const told: unknown[] = [];
  const { panel, hear } = remotePhone({ numbers: [], kinds: [], people: [], calls: [] }, (message) =>
    told.push(message),
  );
  let changes = 0;
  const stop = panel.onChange(() => {
    changes += 1;
  });
  const first = panel.command({ do: 'hangUp', sid: 'CA1' });
  const second = panel.command({ do: 'hangUp', sid: 'CA2' });
  hear({ type: 'phone.result', id: 2, result: { ok: true } });
  hear({ type: 'phone.result', id: 1, result: { ok: false, message: 'This call is over.' } });
  expect(await first).toEqual({ ok: false, message: 'This call is over.' });
  expect(await second).toEqual({ ok: true });
  expect(told).toHaveLength(2);
  hear({ type: 'phone', state: { numbers: [OURS], kinds: [], people: [], calls: [] } });
  expect([changes, panel.state().numbers]).toEqual([1, [OURS]]);
  stop();
  hear({ type: 'phone', state: { numbers: [], kinds: [], people: [], calls: [] } });
  expect(changes).toBe(1);
});
