import { readFileSync } from 'node:fs';
import {
  busy,
  createSimulator,
  fax,
  handlerTransport,
  human,
  noAnswer,
  silent,
  unreachable,
  voicemail,
  type Person,
} from '@amd/simulator';
import twilio from 'twilio';
import { describe, expect, it } from 'vitest';

const BASE = 'https://app.example.com';
const OURS = '+14155550199';
const CALLER = '+12125550123';
const ANN = '+14155550142';
const BEN = '+14155550143';

/** The recipe as docs/answers.md prints it: one number, a whisper, detection. */
const guide = readFileSync(new URL('../../../../docs/answers.md', import.meta.url), 'utf8');
const RECIPE =
  [...guide.matchAll(/```xml\n([\s\S]*?)```/g)]
    .map(([, xml]) => xml ?? '')
    .find((xml) => xml.includes('<Number url=')) ?? '';
const WITHOUT_URL = RECIPE.replace(' url="/whisper"', '');

/** The gate: without a key, no caller. */
const GATE =
  '<Response><Gather numDigits="1" timeout="5" action="/pressed"><Say>Press a key</Say></Gather><Hangup/></Response>';

type Form = Readonly<Record<string, string>>;

/** An application of four addresses. It ends by REST whatever detection calls a machine or a fax. */
async function played(people: Record<string, Person>, document = WITHOUT_URL, whisper = GATE) {
  const asked: { path: string; at: number; form: Form }[] = [];
  const sim = createSimulator({
    numbers: [{ phoneNumber: OURS, voiceUrl: `${BASE}/voice` }],
    people,
    transport: handlerTransport(async (request) => {
      const path = new URL(request.url).pathname;
      const form = Object.fromEntries(new URLSearchParams(await request.text()));
      asked.push({ path, at: sim.clock.now(), form });
      if (path === '/amd') {
        const { AnsweredBy = '', CallSid = '' } = form;
        const nobody = AnsweredBy.startsWith('machine') || AnsweredBy === 'fax';
        if (nobody) await client.calls(CallSid).update({ status: 'completed' });
        return new Response(null, { status: 204 });
      }
      const documents: Record<string, string> = {
        '/voice': document,
        '/whisper': whisper,
        '/pressed': '<Response><Say>Thank you</Say></Response>',
        '/dial-ended': '<Response><Say>Nobody is available.</Say></Response>',
      };
      return new Response(documents[path] ?? '', { headers: { 'content-type': 'text/xml' } });
    }),
  });
  const client = twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient });
  const caller = sim.placeCall({ from: CALLER, to: OURS });
  await sim.settle();
  const requests = (path: string) => asked.filter((one) => one.path === path);
  const legs = sim.calls.filter((call) => call.parentSid === caller.sid);
  const leg = (to: string) => legs.find((call) => call.to === to);
  const ended = requests('/dial-ended');
  expect(ended).toHaveLength(1);
  expect(sim.calls.every((call) => call.endedAt !== undefined)).toBe(true);
  return { sim, caller, legs, leg, requests, ended: ended[0]?.form ?? {} };
}

describe('Twilio’s own <Dial>, as docs/answers.md describes it', () => {
  it('docs/answers.md has a recipe with a whisper, detection, and an action', () => {
    for (const part of [
      'answerOnBridge="true"',
      'timeout="20"',
      'action="/dial-ended"',
      'url="/whisper"',
      'amdStatusCallback="/amd"',
    ]) {
      expect(RECIPE).toContain(part);
    }
  });

  describe('a callee picks up', () => {
    it('a callee hears the whisper before the two are connected by a key', async () => {
      const { sim, caller, leg, ended } = await played({ [ANN]: human({ key: '1', talkMs: 20_000 }) }, RECIPE);
      expect(leg(ANN)?.heard).toEqual(['Press a key', 'Thank you']);
      expect(leg(ANN)?.bridgedWith).toMatchObject([{ sid: caller.sid, ms: 20_000 }]);
      expect(leg(ANN)?.bridgedWith[0]?.since).toBeGreaterThan((leg(ANN)?.answeredAt ?? 0) + 3000);
      // Their phone rang until then: nothing was answered, and nothing heard.
      expect(caller.answeredAt).toBe(caller.bridgedWith[0]?.since);
      expect(ended).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'true' });
      expect(sim.debugger).toEqual([]);
    });

    it.each([
      ['a human', human()],
      ['somebody silent', silent()],
    ])('a callee who presses nothing (%s) never has the caller', async (_, person) => {
      const { caller, leg, ended } = await played({ [ANN]: person }, RECIPE);
      expect(leg(ANN)?.heard).toEqual(['Press a key']);
      expect(caller.bridgedWith).toEqual([]);
      expect(caller.heard).toEqual(['Nobody is available.']);
      expect(ended).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'false' });
    });

    it('the whisper is the only gate: without a question a voicemail gets through', async () => {
      const said = '<Response><Say>A call for Ann</Say></Response>';
      const { leg, caller } = await played({ [ANN]: voicemail({ ringMs: 5000 }) }, RECIPE, said);
      expect(leg(ANN)?.heard).toEqual(['A call for Ann']);
      expect(caller.bridgedWith).toMatchObject([{ sid: leg(ANN)?.sid }]);
    });
  });

  describe('without url', () => {
    it.each([
      ['human', human({ talkMs: 20_000 }), 2600],
      ['machine_start', voicemail({ ringMs: 5000 }), 3800],
      ['fax', fax(), 3200],
      ['unknown', silent({ talkMs: 20_000 }), 5000],
    ])(
      'without url the two are connected at once, and the verdict %s comes while they hear each other',
      async (verdict, person, ms) => {
        const { sim, caller, leg, requests } = await played({ [ANN]: person });
        const answeredAt = leg(ANN)?.answeredAt ?? NaN;
        expect(caller.bridgedWith).toMatchObject([{ sid: leg(ANN)?.sid, since: answeredAt }]);
        expect(requests('/amd')).toEqual([
          {
            path: '/amd',
            at: answeredAt + ms,
            form: {
              AccountSid: sim.accountSid,
              AnsweredBy: verdict,
              CallSid: leg(ANN)?.sid,
              MachineDetectionDuration: String(ms),
            },
          },
        ]);
        expect(sim.debugger).toEqual([]);
      },
    );

    it.each([
      ['human', human({ talkMs: 20_000 })],
      ['unknown', silent({ talkMs: 20_000 })],
    ])('without url the verdict %s changes nothing: they talk', async (verdict, person) => {
      const { caller, leg, ended } = await played({ [ANN]: person });
      expect(leg(ANN)?.answeredBy).toBe(verdict);
      expect(caller.bridgedWith).toMatchObject([{ ms: 20_000 }]);
      expect(ended).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'true', DialCallDuration: '20' });
    });

    it.each([
      ['machine_start', voicemail({ ringMs: 5000 }), 3800],
      ['fax', fax(), 3200],
    ])(
      'without url and with verdict %s, the app ends the leg, and the caller has heard its beginning',
      async (verdict, person, ms) => {
        const { caller, leg, ended } = await played({ [ANN]: person });
        expect(leg(ANN)).toMatchObject({ answeredBy: verdict, status: 'completed' });
        expect(caller.bridgedWith).toMatchObject([{ sid: leg(ANN)?.sid, ms }]);
        // Status and duration look like any other call; the app has to remember the verdict.
        expect(ended).toMatchObject({ DialCallStatus: 'completed', DialBridged: 'true', CallStatus: 'in-progress' });
        expect(caller.heard).toEqual(['Nobody is available.']);
      },
    );

    it.each([
      ['voicemail', voicemail({ ringMs: 5000 }), 75_000],
      ['fax', fax(), 30_000],
    ])('an app that does nothing leaves the caller with it: %s', async (_, person, ms) => {
      const deaf = WITHOUT_URL.replace(' amdStatusCallback="/amd"', '');
      const { caller, requests } = await played({ [ANN]: person }, deaf);
      expect(requests('/amd')).toEqual([]);
      expect(caller.bridgedWith).toMatchObject([{ ms }]);
    });
  });

  describe('several numbers', () => {
    const several = WITHOUT_URL.replace(
      /<Number([^>]*)>[^<]*<\/Number>/,
      `<Number$1>${ANN}</Number><Number$1>${BEN}</Number>`,
    );

    it('with several numbers the first pick-up wins, and the others are hung up on', async () => {
      const { caller, leg } = await played({ [ANN]: human({ ringMs: 9000 }), [BEN]: human({ ringMs: 4000 }) }, several);
      expect(leg(ANN)).toMatchObject({ status: 'canceled', endedAt: leg(BEN)?.answeredAt, bridgedWith: [] });
      expect(caller.bridgedWith).toMatchObject([{ sid: leg(BEN)?.sid }]);
    });

    it('with several numbers a voicemail’s pick-up wins too: the human who would have answered is never reached', async () => {
      const people = { [ANN]: human({ ringMs: 9000 }), [BEN]: voicemail({ ringMs: 4000 }) };
      const { caller, leg, ended } = await played(people, several);
      expect(leg(ANN)).toMatchObject({ status: 'canceled', bridgedWith: [] });
      expect(leg(BEN)?.answeredBy).toBe('machine_start');
      expect(caller.bridgedWith).toMatchObject([{ sid: leg(BEN)?.sid, ms: 3800 }]);
      expect(ended).toMatchObject({ DialCallSid: leg(BEN)?.sid });
      expect(caller.heard).toEqual(['Nobody is available.']);
    });
  });

  it.each([
    ['busy', busy()],
    ['no-answer', noAnswer()],
    ['failed', unreachable()],
  ])('the action gets the status of the leg: %s', async (status, person) => {
    for (const document of [RECIPE, WITHOUT_URL]) {
      const { sim, caller, legs, ended, requests } = await played({ [ANN]: person }, document);
      expect(ended).toMatchObject({ DialCallStatus: status, DialCallSid: legs[0]?.sid, DialBridged: 'false' });
      expect([...requests('/amd'), ...requests('/whisper')]).toEqual([]);
      expect(caller).toMatchObject({ bridgedWith: [], heard: ['Nobody is available.'] });
      expect(sim.debugger).toEqual([]);
    }
  });

  it('the recipe rings for the 20 seconds it says', async () => {
    const { legs } = await played({ [ANN]: noAnswer() }, RECIPE);
    expect((legs[0]?.endedAt ?? 0) - (legs[0]?.ringingAt ?? 0)).toBe(20_000);
  });

  it('the Dial verb has no AsyncAmd parameters: a warning, and the leg is connected at once all the same', async () => {
    const { sim, caller, leg } = await played(
      { [ANN]: human() },
      WITHOUT_URL.replace('<Number', '<Number asyncAmd="false"'),
    );
    expect(sim.debugger.map(({ code, level }) => [code, level])).toEqual([
      [12_200, 'warning'],
      [21_263, 'warning'],
    ]);
    expect(caller.bridgedWith).toMatchObject([{ since: leg(ANN)?.answeredAt }]);
  });
});
