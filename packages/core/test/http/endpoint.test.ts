import { beforeEach, describe, expect, test } from 'vitest';
import { AmdError } from '../../src/kernel/errors.js';
import type { ForwardingEvent } from '../../src/flows/forwarding/events.js';
import { callSettings, type CallOptions } from '../../src/flows/forwarding/options.js';
import { createForwardingEndpoint, type ForwardingEndpointOptions, type LogEntry } from '../../src/http/index.js';
import type { HttpRequest, HttpResponse } from '../../src/http/message.js';
import type { Clock } from '../../src/runtime/clock.js';
import type { Untimed } from '../../src/runtime/runtime.js';
import { NOTHING, twiml, type Reply } from '../../src/wire/twiml.js';
import { ACCOUNT, BASE, CALLER, common, LEG, TOKEN, webhook } from '../helpers/webhooks.js';
import { names, parseXml } from '../helpers/xml.js';

const START = Date.UTC(2025, 5, 2, 17, 40);
const FORWARD: CallOptions = { forwardTo: ['+14155550142'] };
const REF = `ref=forwarding.${CALLER}.1.2`;
const CALLER_REF = `ref=forwarding.${CALLER}.1.0`;

let handled: { key: string; event: Untimed<ForwardingEvent> }[];
let log: LogEntry[];
let reply: (event: Untimed<ForwardingEvent>) => Reply | Promise<Reply>;

beforeEach(() => {
  handled = [];
  log = [];
  reply = (event) =>
    /^conference$|(status|verdict|recording|goodbye)$/.test(event.type) ? NOTHING : twiml({ verb: 'hangup' });
});

/** Every timer fires as soon as it is awaited. */
const impatient: Clock = {
  now: () => 0,
  wakeAt: (_, run) => {
    const timer = setImmediate(run);
    return () => {
      clearImmediate(timer);
    };
  },
};

/** Only `resolve` runs out of time. */
const hasty: Clock = {
  now: () => 0,
  wakeAt: (at, run) => (at === 1000 ? impatient.wakeAt(at, run) : () => undefined),
};

function endpoint(options: Partial<ForwardingEndpointOptions> = {}): ReturnType<typeof createForwardingEndpoint> {
  return createForwardingEndpoint({
    runtime: {
      handle: async (key, event) => {
        handled.push({ key, event });
        return reply(event);
      },
    },
    publicBaseUrl: BASE,
    authTokens: [TOKEN],
    accountSid: ACCOUNT,
    resolve: () => FORWARD,
    log: (entry) => log.push(entry),
    ...options,
  });
}

function verbs(response: HttpResponse): unknown {
  expect(response.status).toBe(200);
  expect(response.headers['content-type']).toBe('text/xml; charset=utf-8');
  return parseXml(response.body).children.map(names);
}

const ROOM = `CF${'3'.repeat(32)}`;
const FILE = { sid: `RE${'1'.repeat(32)}`, url: `https://api.twilio.com/Recordings/RE${'1'.repeat(32)}`, seconds: 12 };
const RECORDED = {
  RecordingSid: FILE.sid,
  RecordingUrl: FILE.url,
  RecordingDuration: '12',
  RecordingStatus: 'completed',
};
const NOTICES = /status$|amd$|recording$|^\/conference$/;

describe('webhooks become events', () => {
  test.each(['/inbound', '/incoming'])('%s becomes a new call, with what was resolved for it', async (path) => {
    const seen: unknown[] = [];
    const ends = endpoint({
      resolve: (call) => {
        seen.push(call);
        return FORWARD;
      },
    });
    const params = common(CALLER, { CallStatus: 'ringing', CallToken: 'to%2Fken' });
    expect(verbs(await ends.handle(webhook(path, params)))).toEqual(['Hangup']);
    const call = { sid: CALLER, from: '+12125550123', to: '+14155550199', status: 'ringing' };
    expect(seen).toEqual([{ ...call, sipHeaders: {}, query: {} }]);
    expect(handled).toEqual([
      {
        key: `forwarding:${CALLER}`,
        event: { type: 'inbound', call: { ...call, token: 'to%2Fken' }, settings: callSettings(FORWARD) },
      },
    ]);
  });

  test.each([
    [
      '/inbound/status',
      '',
      common(CALLER, { CallStatus: 'completed' }),
      { type: 'caller.status', status: 'completed' },
    ],
    ['/inbound/ended', CALLER_REF, common(CALLER), { type: 'caller.ended', visit: 1, status: 'in-progress' }],
    [
      '/inbound/document',
      CALLER_REF,
      common(CALLER),
      { type: 'caller.document', visit: 1, status: 'in-progress', sid: CALLER },
    ],
    [
      '/conference',
      CALLER_REF,
      { AccountSid: ACCOUNT, StatusCallbackEvent: 'participant-join', CallSid: CALLER, ConferenceSid: ROOM },
      { type: 'conference', visit: 1, event: 'join', sid: CALLER, conference: ROOM, reason: null, status: null },
    ],
    [
      '/outbound',
      REF,
      common(LEG, { AnsweredBy: 'human' }),
      { type: 'leg.answered', leg: 2, sid: LEG, status: 'in-progress', answeredBy: 'human' },
    ],
    [
      '/outgoing',
      REF,
      common(LEG),
      { type: 'leg.answered', leg: 2, sid: LEG, status: 'in-progress', answeredBy: null },
    ],
    [
      '/outbound/key',
      REF,
      common(LEG, { Digits: '#' }),
      { type: 'leg.key', leg: 2, sid: LEG, status: 'in-progress', digits: '#' },
    ],
    [
      '/outbound/amd',
      REF,
      { AccountSid: ACCOUNT, CallSid: LEG, AnsweredBy: 'fax', MachineDetectionDuration: '3312' },
      { type: 'leg.verdict', leg: 2, sid: LEG, answeredBy: 'fax', durationMs: 3312 },
    ],
    [
      '/inbound/fallback',
      CALLER_REF,
      common(CALLER, { RecordingUrl: FILE.url, RecordingDuration: '12', Digits: 'hangup' }),
      { type: 'caller.fallback', visit: 1, status: 'in-progress', recording: FILE, answered: null },
    ],
    [
      '/inbound/fallback',
      CALLER_REF,
      common(CALLER, { DialCallStatus: 'no-answer' }),
      { type: 'caller.fallback', visit: 1, status: 'in-progress', recording: null, answered: false },
    ],
    [
      '/inbound/recording',
      CALLER_REF,
      { AccountSid: ACCOUNT, CallSid: CALLER, ...RECORDED },
      { type: 'caller.recording', visit: 1, recording: FILE },
    ],
    [
      '/recording',
      CALLER_REF,
      { AccountSid: ACCOUNT, CallSid: LEG, ConferenceSid: ROOM, ...RECORDED },
      { type: 'talk.recording', visit: 1, recording: FILE },
    ],
    ['/inbound/wait', CALLER_REF, common(CALLER), { type: 'caller.wait', visit: 1, again: false }],
    ['/inbound/progress', CALLER_REF, common(CALLER), { type: 'caller.wait', visit: 1, again: true }],
    ['/inbound/whisper', CALLER_REF, common(LEG), { type: 'caller.whisper', visit: 1 }],
    ['/outbound/poll', REF, common(LEG), { type: 'leg.poll', leg: 2, sid: LEG, status: 'in-progress' }],
    ['/outbound/document', REF, common(LEG), { type: 'leg.document', leg: 2, sid: LEG, status: 'in-progress' }],
    ['/outbound/ended', REF, common(LEG), { type: 'leg.ended', leg: 2, sid: LEG, status: 'in-progress' }],
    [
      '/outbound/status',
      REF,
      common(LEG, { CallStatus: 'busy', SipResponseCode: '486' }),
      { type: 'leg.status', leg: 2, sid: LEG, status: 'busy', answeredBy: null, sipCode: 486 },
    ],
  ])('%s', async (path, query, params, event) => {
    const response = await endpoint().handle(webhook(path, params, { query }));
    expect(handled).toEqual([{ key: `forwarding:${CALLER}`, event }]);
    if (NOTICES.test(path)) expect(response).toEqual({ status: 204, headers: {}, body: '' });
    else expect(verbs(response)).toEqual(['Hangup']);
  });

  test('a path prefix may be removed by a proxy or kept, and is signed either way', async () => {
    const ends = endpoint({ publicBaseUrl: `${BASE}/voice/v1/` });
    const request = webhook('/outbound/poll', common(LEG), { base: `${BASE}/voice/v1`, query: REF });
    expect((await ends.handle(request)).status).toBe(200);
    expect((await ends.handle({ ...request, path: `/voice/v1${request.path}` })).status).toBe(200);
    expect(ends.owns('/voice/v1/outbound')).toBe(true);
    expect(ends.owns('/voice/outbound')).toBe(false);
  });

  test('the decided document is rendered, with addresses that ask for retries', async () => {
    reply = () =>
      twiml({ verb: 'redirect', to: { flow: 'forwarding', key: CALLER, visit: 1, leg: 2, purpose: 'leg.poll' } });
    const response = await endpoint().handle(webhook('/outbound/poll', common(LEG), { query: REF }));
    expect(parseXml(response.body).children[0]?.text).toBe(`${BASE}/outbound/poll?${REF}#rc=3&rp=5xx,ct,rt`);
  });
});

describe('what is not about a call of ours writes nothing', () => {
  test.each([
    ['/outbound', ''],
    ['/outbound', 'ref=forwarding.CA1.1.1'],
    ['/outbound', `ref=taskrouter.${CALLER}.1.1`],
    ['/outbound', CALLER_REF],
    ['/inbound/ended', REF],
    ['/inbound/ended', `ref=forwarding.${LEG.replace('3', '4')}.1.0`],
    ['/outbound/status', 'ref='],
    ['/conference', REF],
  ])('%s?%s is not about a call of ours, and writes nothing', async (path, query) => {
    const sid = path === '/inbound/ended' ? CALLER : LEG;
    const params = { ...common(sid), StatusCallbackEvent: 'conference-start', ConferenceSid: ROOM };
    const response = await endpoint().handle(webhook(path, params, { query }));
    if (path === '/outbound/status' || path === '/conference') expect(response.status).toBe(204);
    else expect(verbs(response)).toEqual(['Hangup']);
    expect(handled).toEqual([]);
  });

  test("a reference to a leg in the caller's own requests writes nothing", async () => {
    await endpoint().handle(webhook('/outbound', common(CALLER, { AnsweredBy: 'human' }), { query: REF }));
    expect(handled).toEqual([]);
  });
});

describe('what is refused writes nothing', () => {
  const human = common(LEG, { AnsweredBy: 'human' });
  const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
  const good = webhook('/outbound', human, { query: REF });
  const silent = without('AnsweredBy', human);

  test.each<[string, number, HttpRequest]>([
    ['an unknown path', 404, { ...good, path: '/elsewhere' }],
    ['another method', 405, { ...good, method: 'GET' }],
    [
      'a JSON body',
      415,
      webhook('/outbound', {}, { query: REF, headers: { 'content-type': 'application/json' }, body: '{}' }),
    ],
    ['no content type', 415, { ...good, headers: { ...good.headers, 'content-type': undefined } }],
    ['more than 64 KiB', 413, { ...good, body: `${good.body}&X=${'x'.repeat(65_536)}` }],
    ['more than 200 parameters', 413, { ...good, body: `${good.body}&${many(201)}` }],
    ['no signature', 403, { ...good, headers: { ...good.headers, 'x-twilio-signature': undefined } }],
    ['a blank signature', 403, { ...good, headers: { ...good.headers, 'x-twilio-signature': '' } }],
    ['a wrong signature', 403, { ...good, headers: { ...good.headers, 'x-twilio-signature': 'x'.repeat(28) } }],
    ['another token', 403, webhook('/outbound', human, { query: REF, token: 'f'.repeat(32) })],
    ['another address', 403, webhook('/outbound', human, { query: REF, base: 'https://evil.example.net' })],
    ['another path', 403, { ...good, path: '/outbound/poll' }],
    ['another reference', 403, { ...good, query: REF.replace('.2', '.3') }],
    ['a changed body', 403, { ...good, body: form({ ...human, AnsweredBy: 'fax' }) }],
    ['another account', 403, webhook('/outbound', { ...human, AccountSid: `AC${'1'.repeat(32)}` }, { query: REF })],
    ['no account', 403, webhook('/outbound', without('AccountSid', human), { query: REF })],
    ['a repeated parameter', 403, { ...good, body: `${good.body}&AnsweredBy=human` }],
    ['a verdict that moved into its name', 403, { ...good, body: form({ ...silent, AnsweredByhuman: '' }) }],
    [
      'all parameters moved into the address',
      403,
      webhook('/outbound', {}, { query: `${REF}&${form(human)}`, signedQuery: REF }),
    ],
    ['parameters in a signed address', 403, webhook('/outbound', {}, { query: `${REF}&${form(human)}` })],
    ['bodySHA256', 403, webhook('/outbound', human, { query: `${REF}&bodySHA256=${'0'.repeat(64)}` })],
    ['bodySHA256 at the number', 403, webhook('/inbound', common(CALLER), { query: `bodySHA256=${'0'.repeat(64)}` })],
    ['another query parameter', 403, webhook('/outbound', human, { query: `${REF}&x=1` })],
    ['a repeated reference', 403, webhook('/outbound', human, { query: `${REF}&${REF}` })],
    ['a strange time', 403, webhook('/outbound', human, { query: `${REF}&failingSince=x` })],
    ['two times', 403, webhook('/outbound', human, { query: `${REF}&failingSince=1&failingSince=2` })],
    ['no call', 403, webhook('/outbound', without('CallSid', human), { query: REF })],
    ['no call at the number', 403, webhook('/inbound', without('CallSid', human))],
    ['a status that is none', 403, webhook('/inbound/status', common(CALLER, { CallStatus: 'gone' }))],
  ])('%s is refused and writes nothing: %i', async (_, status, request) => {
    const response = await endpoint().handle(request);
    expect(response.status).toBe(status);
    expect(handled).toEqual([]);
    if (status === 403) expect(response.body).toBe('Forbidden\n');
    if (status === 405) expect(response.headers['allow']).toBe('POST');
  });

  test('the request that the refused ones were made from is accepted, with either token of a rotation', async () => {
    expect((await endpoint({ authTokens: ['f'.repeat(32), TOKEN] }).handle(good)).status).toBe(200);
    expect(handled).toHaveLength(1);
  });

  test('a query at the number is ignored', async () => {
    expect((await endpoint().handle(webhook('/inbound', common(CALLER), { query: "who=O'Neil" }))).status).toBe(200);
  });

  test('the log says which address was checked, and no secret', async () => {
    await endpoint({ publicBaseUrl: 'https://me:secret@amd.example.com' }).handle({ ...good, query: '' });
    expect(log).toHaveLength(1);
    expect(log[0]?.message).toContain('https://amd.example.com/outbound');
    expect(JSON.stringify(log)).not.toContain('secret');
    expect(JSON.stringify(log)).not.toContain(TOKEN);
  });
});

describe('when we fail, TwiML is still given', () => {
  const failures: [string, () => Promise<Reply>][] = [
    ['the store throws', () => Promise.reject(new Error('connect ECONNREFUSED'))],
    ['there is no end of conflicts', () => Promise.reject(new AmdError('ERR_STORE_CONFLICT', 'conflict'))],
    ['the record is newer than we', () => Promise.reject(new AmdError('ERR_STATE_VERSION', 'schema 2'))],
    ['the store hangs', () => new Promise<never>(() => undefined)],
  ];

  describe.each(failures)('%s', (_, fail) => {
    beforeEach(() => {
      reply = fail;
    });

    test.each([
      ['/inbound', '', CALLER],
      ['/incoming', "who=O'Neil&&a=%C3%BC+b", CALLER],
      ['/inbound/ended', CALLER_REF, CALLER],
      ['/inbound/document', CALLER_REF, CALLER],
      ['/outbound', REF, LEG],
      ['/outbound/key', REF, LEG],
      ['/outbound/ended', REF, LEG],
    ])('%s?%s is asked again for 20 s from the first failure, then hears one sentence', async (path, query, sid) => {
      let now = START;
      const clock = { ...impatient, now: () => now };
      const ends = endpoint({ clock, fallbackTexts: { lost: 'Lost.', unavailable: 'Nobody.' } });
      const ask = query === '' ? '' : `${query}&`;
      for (const seconds of [0, 1, 19.999]) {
        now = START + seconds * 1000;
        const shape = { query: seconds === 0 ? query : `${ask}failingSince=${String(START)}` };
        const response = await ends.handle(webhook(path, common(sid), shape));
        expect(verbs(response)).toEqual(['Pause', 'Redirect']);
        const { children } = parseXml(response.body);
        expect(children[0]?.attributes).toEqual({ length: '1' });
        expect(children[1]?.text).toBe(`${BASE}${path}?${ask}failingSince=${String(START)}#rc=3&rp=5xx,ct,rt`);
      }
      now = START + 20_000;
      handled = [];
      const last = await ends.handle(webhook(path, common(sid), { query: `${ask}failingSince=${String(START)}` }));
      expect(verbs(last)).toEqual(['Say', 'Hangup']);
      expect(parseXml(last.body).children[0]?.text).toBe(sid === LEG ? 'Lost.' : 'Nobody.');
      // It was tried once more; and the goodbye is recorded for the caller, in their call's own line.
      const visit = path.startsWith('/inbound/') ? { visit: 1 } : {};
      expect(handled.slice(1)).toEqual(
        sid === LEG ? [] : [{ key: `forwarding:${CALLER}`, event: { type: 'caller.goodbye', ...visit } }],
      );
      expect(log.some(({ code }) => code === 'goodbye')).toBe(sid === CALLER);
    });

    test.each([
      ['of a process whose clock is an hour ahead', START + 3_600_000],
      ['of no time at all', 999_999_999_999_999],
    ])('a first failure %s makes no caller wait longer', async (_, since) => {
      const ends = endpoint({ clock: { ...impatient, now: () => START } });
      for (const [path, query, sid] of [
        ['/inbound', '', CALLER],
        ['/inbound/document', `${CALLER_REF}&`, CALLER],
      ] as const) {
        const asked = webhook(path, common(sid), { query: `${query}failingSince=${String(since)}` });
        const { children } = parseXml((await ends.handle(asked)).body);
        expect(children[1]?.text).toBe(`${BASE}${path}?${query}failingSince=${String(START)}#rc=3&rp=5xx,ct,rt`);
      }
    });

    test('times of a clock with fractions are sent in whole milliseconds, and understood', async () => {
      let now = START + 0.3;
      const ends = endpoint({ clock: { ...impatient, now: () => now } });
      const first = await ends.handle(webhook('/inbound', common(CALLER)));
      const address = parseXml(first.body).children[1]?.text;
      expect(address).toBe(`${BASE}/inbound?failingSince=${String(START)}#rc=3&rp=5xx,ct,rt`);
      now = START + 20_000.3;
      const last = await ends.handle(webhook('/inbound', common(CALLER), { query: `failingSince=${String(START)}` }));
      expect(verbs(last)).toEqual(['Say', 'Hangup']);
    });

    test("text in the number's query that is not a time belongs to the user", async () => {
      const ends = endpoint({ clock: { ...impatient, now: () => START } });
      const { body } = await ends.handle(webhook('/inbound', common(CALLER), { query: 'failingSince=x' }));
      expect(parseXml(body).children[1]?.text).toBe(`${BASE}/inbound?failingSince=${String(START)}#rc=3&rp=5xx,ct,rt`);
    });

    test.each([
      ['/inbound/status', ''],
      ['/outbound/status', REF],
      ['/conference', CALLER_REF],
    ])('a failed %s is answered 503, so that it is repeated', async (path, query) => {
      const params = {
        ...common(path === '/inbound/status' ? CALLER : LEG),
        StatusCallbackEvent: 'conference-start',
        ConferenceSid: ROOM,
      };
      expect((await endpoint({ clock: impatient }).handle(webhook(path, params, { query }))).status).toBe(503);
    });
  });

  describe.each<[string, ForwardingEndpointOptions['resolve']]>([
    [
      'throws',
      () => {
        throw new Error('no plan for +14155550142');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['hangs', () => new Promise<never>(() => undefined)],
    ['returns what is not valid', () => ({ forwardTo: ['4155550142'] })],
    ['returns nothing', () => undefined as never],
  ])('"resolve" %s', (_, resolve) => {
    const isForGood = _.startsWith('returns');

    test(`the caller ${isForGood ? 'hears the static fallback' : 'waits, and asks again'}`, async () => {
      const ends = endpoint({ resolve, clock: hasty, fallbackTexts: { unavailable: 'Sorry.', voice: 'alice' } });
      const response = await ends.handle(webhook('/inbound', common(CALLER)));
      expect(verbs(response)).toEqual(isForGood ? ['Say', 'Hangup'] : ['Pause', 'Redirect']);
      if (isForGood) {
        expect(parseXml(response.body).children[0]).toMatchObject({ text: 'Sorry.', attributes: { voice: 'alice' } });
      }
      expect(handled.map(({ event }) => event.type)).toEqual(isForGood ? ['caller.goodbye'] : []);
      expect(log[0]?.code).toBe('resolve.failed');
      expect(log[0]?.message).not.toContain('4155550142');
    });

    test('default settings are used if configured when "resolve" fails', async () => {
      const ends = endpoint({ resolve, clock: hasty, defaultSettings: FORWARD });
      expect(verbs(await ends.handle(webhook('/inbound', common(CALLER))))).toEqual(['Hangup']);
      expect(handled[0]?.event).toMatchObject({ settings: callSettings(FORWARD) });
    });
  });

  test('settings that are already complete are used unchanged', async () => {
    const settings = callSettings(FORWARD);
    await endpoint({ resolve: () => Promise.resolve(settings) }).handle(webhook('/inbound', common(CALLER)));
    expect(handled[0]?.event).toMatchObject({ settings });
  });

  test('a request for TwiML whose decision is nothing is hung up', async () => {
    reply = () => NOTHING;
    expect(verbs(await endpoint().handle(webhook('/outbound', common(LEG), { query: REF })))).toEqual(['Hangup']);
  });

  test.each([
    ['/inbound', '', CALLER, 'Nobody.'],
    ['/inbound/document', CALLER_REF, CALLER, 'Nobody.'],
    ['/outbound', REF, LEG, 'Lost.'],
  ])('a reply that cannot be rendered: %s hears one sentence', async (path, query, sid, sentence) => {
    reply = () => twiml({ verb: 'say', text: 5 as never }, { verb: 'hangup' });
    const ends = endpoint({ fallbackTexts: { unavailable: 'Nobody.', lost: 'Lost.' } });
    const response = await ends.handle(webhook(path, common(sid), { query }));
    expect(verbs(response)).toEqual(['Say', 'Hangup']);
    expect(parseXml(response.body).children[0]?.text).toBe(sentence);
    expect(log.map(({ code }) => code)).toEqual(['render.failed']);
  });

  test('a log that throws makes no webhook fail', async () => {
    const ends = endpoint({
      log: () => {
        throw new Error('disk full');
      },
    });
    expect((await ends.handle(webhook('/inbound', common(CALLER), { token: 'x' }))).status).toBe(403);
  });
});

describe('options are checked', () => {
  test.each<[string, Partial<ForwardingEndpointOptions>]>([
    ['publicBaseUrl', { publicBaseUrl: 'amd.example.com' }],
    ['publicBaseUrl', { publicBaseUrl: 'https://amd.example.com/?x=1' }],
    ['publicBaseUrl', { publicBaseUrl: 'https://amd.example.com/#x' }],
    ['publicBaseUrl', { publicBaseUrl: 'https://amd_1.example.com' }],
    ['publicBaseUrl', { publicBaseUrl: 'ftp://amd.example.com' }],
    ['publicBaseUrl', { publicBaseUrl: 'https://' }],
    ['publicBaseUrl', { publicBaseUrl: undefined as never }],
    ['authTokens', { authTokens: [] }],
    ['authTokens', { authTokens: [''] }],
    ['authTokens', { authTokens: 'token' as never }],
    ['accountSid', { accountSid: 'SK00000000000000000000000000000000' }],
    ['replyBudgetMs', { replyBudgetMs: 0 }],
    ['resolveBudgetMs', { resolveBudgetMs: 2000 }],
    ['forwardTo[0]', { defaultSettings: { forwardTo: ['x'] } }],
    ['defaultSettings', { defaultSettings: null as never }],
    ['fallbackTexts.lost', { fallbackTexts: { lost: 5 as never } }],
    ['fallbackTexts.gone', { fallbackTexts: { gone: 'x' } as never }],
    ['fallbackTexts', { fallbackTexts: 'x' as never }],
    ['resolve', { resolve: undefined as never }],
  ])('a wrong option is refused: %s', (option, options) => {
    expect(() => endpoint(options)).toThrow(`"${option}"`);
  });

  test('a fallback text that is undefined is the default', async () => {
    const ends = endpoint({ resolve: () => undefined as never, fallbackTexts: { unavailable: undefined as never } });
    const response = await ends.handle(webhook('/inbound', common(CALLER)));
    expect(parseXml(response.body).children[0]?.text).toContain('nobody is available');
  });

  test('addresses without a prefix, with a port and with user info are accepted', () => {
    for (const publicBaseUrl of ['http://127.0.0.1:5000', 'https://me:pw@a.example/x/y-z/', 'https://[::1]:8443']) {
      expect(() => endpoint({ publicBaseUrl })).not.toThrow();
    }
  });

  test('tests may switch off the signature, and nothing else', async () => {
    const ends = endpoint({ verifySignature: false, authTokens: [] });
    const request = webhook('/inbound', common(CALLER), { token: 'x' });
    expect((await ends.handle(request)).status).toBe(200);
    expect((await ends.handle({ ...request, body: `${request.body}&From=x` })).status).toBe(403);
  });
});

function many(count: number): string {
  return Array.from({ length: count }, (_, index) => `P${String(index)}=1`).join('&');
}

function without(name: string, params: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(params).filter(([other]) => other !== name));
}
