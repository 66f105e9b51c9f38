import dns from 'node:dns';
import express from 'express';
import twilio from 'twilio';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { busy, createSimulator, createTestApp, human, noAnswer, refused, voicemail } from '../src/index.js';
import type { BuiltApp, FetchHandler, TestAppParts } from '../src/index.js';

const ANN = '+14155550142';
const BEN = '+14155550143';

const document = (body: string): Response =>
  new Response(`<Response>${body}</Response>`, { headers: { 'content-type': 'text/xml' } });

/** A web-standard app that answers by path. */
const paths =
  (handlers: Readonly<Record<string, (form: URLSearchParams) => string | Promise<string>>>): FetchHandler =>
  async (request) => {
    const form = new URLSearchParams(await request.text());
    return document((await handlers[new URL(request.url).pathname]?.(form)) ?? '');
  };

const dials = (numbers: string): FetchHandler =>
  paths({ '/inbound': () => `<Say>Please hold.</Say><Dial>${numbers}</Dial>` });

describe('a story', () => {
  it('says who was rung, what they heard, who talked with the caller for how long, and who ended it', async () => {
    const app = createTestApp(() =>
      paths({
        '/inbound': () => `<Say>Please hold.</Say><Dial action="/more"><Number>${ANN}</Number></Dial>`,
        '/more': (form) =>
          form.get('DialCallStatus') === 'completed' ? '' : `<Dial><Number url="/whisper">${BEN}</Number></Dial>`,
        '/whisper': () => '<Say>A call for you.</Say>',
      }),
    );
    const story = await app.call({ people: { [ANN]: noAnswer(), [BEN]: human({ talkMs: 12_000 }) } });
    expect(story).toEqual({
      from: '+12125550123',
      to: '+14155550199',
      rung: [ANN, BEN],
      people: [
        { to: ANN, status: 'no-answer', answeredBy: null, rangSeconds: 30, heard: [], pressed: '', talkedSeconds: 0 },
        {
          to: BEN,
          status: 'completed',
          answeredBy: null,
          rangSeconds: 6,
          heard: ['A call for you.'],
          pressed: '',
          talkedSeconds: 12,
        },
      ],
      refused: [],
      talkedWith: BEN,
      talkedSeconds: 12,
      waitedSeconds: 40.5,
      heard: ['Please hold.'],
      pressed: '',
      messageSeconds: [],
      status: 'completed',
      endedBy: 'callee',
      seconds: 52.5,
      problems: [],
    });
    expect(app.simulator.call(story.sid)?.status).toBe('completed');
    expect(story.text).toMatch(/^00:00\.000 .*\+12125550123 calls \+14155550199\n[^]*human picks up\n/);
  });

  it.each([
    ['caller', dials(`<Number>${ANN}</Number>`), { hangUp: { when: 'bridged', afterMs: 2000 } }],
    ['caller', dials(`<Number>${ANN}</Number>`), { hangUp: { afterMs: 3000 } }],
    ['callee', dials(`<Number>${ANN}</Number>`), {}],
    ['app', paths({ '/inbound': () => `<Dial>${ANN}</Dial><Say>Goodbye.</Say>` }), {}],
    ['app', paths({ '/inbound': () => '<Reject/>' }), {}],
    ['time limit', paths({ '/inbound': () => '<Pause length="20000"/>' }), {}],
    ['application error', () => new Response('', { status: 404 }), {}],
  ] as const)('says that the %s ended the call', async (endedBy, handler, options) => {
    const app = createTestApp(() => handler, { statusCallback: null });
    expect(await app.call({ people: { [ANN]: human() }, ...options })).toMatchObject({ endedBy });
  });

  it('has the keys that were pressed, what was recorded, and what Twilio complains about', async () => {
    const app = createTestApp(() =>
      paths({
        '/inbound': () => '<Gather numDigits="2" action="/keys"/>',
        '/keys': (form) => (form.get('Digits') === '12' ? '<Play>/a.mp3</Play><Record action="/done"/><Unknown/>' : ''),
        '/done': () => '<Hangup/>',
      }),
    );
    expect(await app.call({ press: [{ afterMs: 500, digits: '12' }] })).toMatchObject({
      pressed: '12',
      heard: ['https://app.example.com/a.mp3'],
      messageSeconds: [11],
      talkedWith: null,
      waitedSeconds: null,
      problems: [expect.stringMatching(/^warning 12200: /)],
    });
  });

  it('has the numbers that Twilio refused to call, and those that were engaged', async () => {
    const app = createTestApp(({ client, number }) =>
      paths({
        '/inbound': async (form) => {
          const create = { from: number, twiml: '<Response/>' };
          for (const to of [ANN, BEN]) await client.calls.create({ ...create, to }).catch(() => undefined);
          return form.get('CallStatus') === 'ringing' ? '<Pause length="5"/>' : '';
        },
      }),
    );
    expect(await app.call({ people: { [ANN]: refused(21_215), [BEN]: busy() } })).toMatchObject({
      refused: [{ to: ANN, code: 21_215 }],
      rung: [BEN],
      people: [{ to: BEN, status: 'busy' }],
    });
  });
});

describe('an app under test', () => {
  const answers = express().post('/inbound', (_request, response) => {
    response.type('text/xml').send('<Response><Say>Hi</Say></Response>');
  });

  it.each<[string, BuiltApp | Promise<BuiltApp>]>([
    ['a listener of Node', answers],
    ['a listener, later', Promise.resolve(answers)],
    ['a web-standard handler', () => document('<Say>Hi</Say>')],
    ['an object with a listener', { listener: answers }],
    ['an object with a handler', { fetch: () => document('<Say>Hi</Say>') }],
  ])('may be %s', async (_name, built) => {
    const app = createTestApp(() => built, { statusCallback: null });
    expect(await app.call()).toMatchObject({ heard: ['Hi'], problems: [], endedBy: 'app' });
  });

  it('is reached at its public address: signatures hold behind a framework, without a port', async () => {
    const { signal, ...seen }: { signal: string[]; ip?: string | undefined } = { signal: [] };
    const app = createTestApp(
      ({ authToken }) => {
        const web = express();
        web.use(express.urlencoded({ extended: false }), twilio.webhook(authToken));
        web.post('/base/voice', (request, response) => {
          signal.push(request.protocol, request.host, String((request.body as { To?: string }).To));
          seen.ip = request.ip;
          response.type('text/xml').send('<Response><Say>Grüezi</Say></Response>');
        });
        return web;
      },
      {
        publicBaseUrl: 'https://calls.example.com/base/',
        voiceUrl: '/voice',
        statusCallback: null,
        number: '+14155550100',
      },
    );
    expect(await app.call()).toMatchObject({ heard: ['Grüezi'], to: '+14155550100' });
    expect(signal).toEqual(['https', 'calls.example.com', '+14155550100']);
    expect(seen.ip).toBe('127.0.0.1');
  });

  it('is built once, before the first call, and stopped at the end', async () => {
    let [built, stopped] = [0, 0];
    const app = createTestApp(() => {
      built += 1;
      return { fetch: () => document(''), stop: () => (stopped += 1) };
    });
    expect(built).toBe(0);
    await app.call();
    await app.call();
    await app.close();
    expect([built, stopped]).toEqual([1, 1]);
  });

  it('may have timers that never end: time goes on until the call is over', async () => {
    const app = createTestApp(({ clock }) => {
      const poll = (): void => void clock.wakeAt(clock.now() + 1000, poll);
      poll();
      return dials(ANN);
    });
    expect(await app.call({ people: { [ANN]: human() } })).toMatchObject({ talkedSeconds: 30 });
  });

  it('may go on with its work after the answer: time stands still until its runtime is idle', async () => {
    let work = Promise.resolve();
    const app = createTestApp(({ client, number }) => ({
      runtime: { idle: () => work },
      fetch: paths({
        '/inbound': () => {
          work = (async () => {
            for (let turn = 0; turn < 100; turn += 1) await new Promise(setImmediate);
            await client.calls.create({ to: ANN, from: number, twiml: '<Response/>' });
          })();
          return '<Pause length="1"/>';
        },
      }),
    }));
    expect(await app.call({ people: { [ANN]: voicemail({ ringMs: 1000 }) } })).toMatchObject({ rung: [ANN] });
  });

  it('plays callers at the same time, each with a story of their own', async () => {
    const app = createTestApp(() =>
      paths({ '/inbound': (form) => `<Dial>${form.get('From') === '+12125550001' ? ANN : BEN}</Dial>` }),
    );
    const [one, other] = await Promise.all([
      app.call({ from: '+12125550001', people: { [ANN]: human() } }),
      app.call({ from: '+12125550002', people: { [BEN]: busy() } }),
    ]);
    expect(one).toMatchObject({ rung: [ANN], talkedWith: ANN });
    expect(other).toMatchObject({ rung: [BEN], talkedWith: null, people: [{ status: 'busy' }] });
    expect(await app.call({ from: '+12125550001' })).toMatchObject({
      rung: [],
      people: [{ to: ANN, status: 'failed' }],
    });
  });

  it('reaches nothing but itself, unless the test says what is elsewhere', async () => {
    const redirect = () => document('<Redirect>https://elsewhere.example.com/menu</Redirect>');
    const alone = createTestApp(() => redirect);
    expect((await alone.call()).problems).toContain('error 11210: HTTP bad host name');
    const elsewhere = () =>
      Promise.resolve({
        status: 200,
        headers: { 'content-type': 'text/xml' },
        body: '<Response><Say>Menu</Say></Response>',
      });
    expect((await createTestApp(() => redirect, { elsewhere }).call()).heard).toEqual(['Menu']);
  });
});

describe('an app that holds the caller for ever', () => {
  const holds = (): Response =>
    new Response('<Response><Dial><Conference>hold</Conference></Dial></Response>', {
      headers: { 'content-type': 'text/xml' },
    });

  it('is told that it never used the clock, which its timers may wait for in vain', async () => {
    const app = createTestApp(() => holds);
    const { endedBy, problems } = await app.call();
    expect(endedBy).toBe('time limit');
    expect(problems[0]).toContain('never used the clock of the simulator: pass `clock`');
    await app.close();
  });

  it('is told that it sent no REST request, without which nobody gets the caller out of a room', async () => {
    const app = createTestApp(({ clock }) => {
      clock.wakeAt(clock.now() + 1000, () => undefined);
      return holds;
    });
    const { endedBy, problems } = await app.call();
    expect(endedBy).toBe('time limit');
    expect(problems).toEqual([expect.stringContaining('no REST request to the simulator: pass `client`')]);
    await app.close();
  });

  it('is not told so when it has used both', async () => {
    const app = createTestApp(({ client, clock }) => {
      clock.wakeAt(clock.now() + 1000, () => void client.calls.list());
      return holds;
    });
    expect(await app.call()).toMatchObject({ endedBy: 'time limit', problems: [] });
    await app.close();
  });
});

describe('an app that asks Twilio itself', () => {
  type Found = (error: Error) => void;
  const waiting: Found[] = [];
  /** As behind a network that answers nothing until the test is over; no request leaves this machine. */
  const nowhere = (): void => {
    vi.spyOn(dns, 'lookup').mockImplementation(((_host: string, _options: unknown, found: Found) => {
      waiting.push(found);
    }) as never);
  };
  // Otherwise they would fail in the midst of another test, half a minute later.
  afterEach(() => {
    for (const found of waiting.splice(0)) found(Object.assign(new Error('no network'), { code: 'ENOTFOUND' }));
    vi.restoreAllMocks();
  });

  const call = ({ accountSid, authToken, number }: TestAppParts) =>
    twilio(accountSid, authToken).calls.create({ to: ANN, from: number, twiml: '<Response/>' });

  it.each<[string, (parts: TestAppParts) => BuiltApp]>([
    [
      'while it answers',
      (parts) =>
        paths({
          '/inbound': async () => {
            await call(parts);
            return '';
          },
        }),
    ],
    [
      'after its answer',
      (parts) => {
        let work: Promise<unknown> = Promise.resolve();
        const fetch = paths({
          '/inbound': () => {
            work = call(parts);
            work.catch(() => undefined);
            return '<Dial><Conference>hold</Conference></Dial>';
          },
        });
        return { fetch, idle: () => work };
      },
    ],
    [
      'with a client of its own',
      ({ accountSid }) =>
        paths({
          '/inbound': async () => {
            await fetch(`https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/${accountSid}/Calls.json`);
            return '';
          },
        }),
    ],
  ])('is told so, and what to pass, instead of a call without an end: %s', async (_, build) => {
    nowhere();
    const app = createTestApp(build);
    const sentence =
      /^the app asked Twilio itself instead of the simulator, \w+ https:\/\/api\.(dublin\.ie1\.)?twilio\.com\S+\/Calls\.json: pass `client` or `httpClient`/;
    await expect(app.call()).rejects.toThrow(sentence);
    await expect(app.call()).rejects.toThrow(sentence);
  });

  it('is told so when it cannot be built without an answer', async () => {
    nowhere();
    const app = createTestApp(async ({ accountSid, authToken }) => {
      await twilio(accountSid, authToken).taskrouter.v1.workspaces.list();
      return () => document('');
    });
    await expect(app.call()).rejects.toThrow('GET https://taskrouter.twilio.com/v1/Workspaces');
  });

  it('may ask it for what the simulator does not have', async () => {
    nowhere();
    const app = createTestApp(({ accountSid, authToken, number }) =>
      paths({
        '/inbound': () => {
          const { messages } = twilio(accountSid, authToken);
          messages.create({ to: ANN, from: number, body: 'A call for you.' }).catch(() => undefined);
          return '<Say>Goodbye.</Say>';
        },
      }),
    );
    expect(await app.call()).toMatchObject({ heard: ['Goodbye.'], endedBy: 'app', problems: [] });
  });
});

describe('a person who is none', () => {
  it('is refused with the number, and what was forgotten', async () => {
    const app = createTestApp(() => () => new Response(''));
    const calling = app.call({ people: { '+14155550142': human as never } });
    await expect(calling).rejects.toThrow('"people" has the function human at +14155550142: call it, human()');
    expect(() => createSimulator({ people: { '+14155550142': undefined as never } })).toThrow(
      'no person at +14155550142',
    );
    await app.close();
  });
});

describe('what is wrong with an app', () => {
  const wrong = async (build: (parts: TestAppParts) => unknown): Promise<unknown> =>
    createTestApp(build as () => BuiltApp, { statusCallback: null })
      .call()
      .then(
        () => 'nothing',
        (error: unknown) => error,
      );

  it('is thrown when the call is over, with the path and the cause', async () => {
    const cause = new Error('no such table');
    const [sync, async] = [
      (_request: unknown, _response: unknown): void => {
        throw cause;
      },
      (_request: unknown, _response: unknown): Promise<void> => Promise.reject(cause),
    ];
    for (const app of [sync, async, () => Promise.reject(cause)]) {
      const error = await wrong(() => app);
      expect(error).toMatchObject({ message: 'the app threw while it answered POST /inbound: no such table', cause });
    }
  });

  it('is said when it is not an app', async () => {
    expect(await wrong(() => undefined)).toMatchObject({
      message: expect.stringContaining('must be a listener') as string,
    });
    expect(await wrong(() => () => 'hello')).toMatchObject({
      message: expect.stringContaining('returned no Response') as string,
    });
  });

  it('is thrown by the first call when it cannot be built', async () => {
    const cause = new Error('DATABASE_URL is missing');
    expect(
      await wrong(() => {
        throw cause;
      }),
    ).toBe(cause);
  });
});
