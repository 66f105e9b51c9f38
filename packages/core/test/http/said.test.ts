import { describe, expect, it } from 'vitest';
import { toFastifyHandler, type LogEntry, type TaskRouterEndpointOptions } from '@amd/core/http';
import { manualClock, taskSids, WORKSPACE } from '@amd/core/testing';
import { likelyCause } from '../../src/http/security/likely-cause.js';
import { publicBase } from '../../src/http/urls.js';
import { foreignTasks, unreadablePhone } from '../../src/http/taskrouter/guests.js';
import { parsedBody, readNodeBody } from '../../src/http/servers/node-body.js';
import { refusal } from '../../src/http/message.js';
import { resolveSettings } from '../../src/http/resolve.js';
import { ROUTES } from '../../src/http/routes.js';
import { sign } from '../../src/http/security/signature.js';
import { twiml } from '../../src/wire/twiml.js';
import { ACCOUNT, BASE, CALLER, common, LEG, TOKEN, webhook } from '../helpers/webhooks.js';
import { ASSIGNMENT, AWAY, CALLER_REF, LEG_REF, scene, settled, taskRouter, typesOf, verbsOf } from './scene.js';

// What the log says about webhooks, word by word, and which callers' goodbyes are recorded.

describe('why a signature is wrong', () => {
  const params = new Map(Object.entries(common(CALLER)));
  const route = ROUTES.get('/inbound');
  if (route === undefined) throw new Error('/inbound');
  /** The cause found for a request at `base` whose signature is that of `url`. */
  const cause = (url: string, { base = BASE, query = '', headers = {} } = {}): Promise<string | null> =>
    likelyCause(
      {
        method: 'POST',
        path: '/inbound',
        query,
        headers: { ...headers, 'x-twilio-signature': sign(TOKEN, url, params) },
        body: '',
      },
      route,
      publicBase(base),
      { hash: 'SHA-1', secrets: [TOKEN], said: null },
      params,
    );

  it('no cause is looked for without a signature, or found for one of something else', async () => {
    for (const signature of [undefined, '', 'x'])
      expect(
        await likelyCause(
          { method: 'POST', path: '/inbound', query: '', headers: { 'x-twilio-signature': signature }, body: '' },
          route,
          publicBase(BASE),
          { hash: 'SHA-1', secrets: [TOKEN], said: null },
          params,
        ),
      ).toBeNull();
    expect(await cause('https://evil.example.net/inbound')).toBeNull();
  });

  it('the cause may be the scheme, either way, and no password is logged', async () => {
    const wrong = 'the public base URL has the wrong scheme (http or https)';
    expect(await cause('http://amd.example.com/inbound')).toBe(
      `Twilio signed "http://amd.example.com/inbound": ${wrong}`,
    );
    expect(await cause('https://amd.example.com/inbound', { base: 'http://amd.example.com' })).toBe(
      `Twilio signed "https://amd.example.com/inbound": ${wrong}`,
    );
    expect(await cause('http://a.example/https/inbound', { base: 'https://me:secret@a.example/https' })).toBe(
      `Twilio signed "http://a.example/https/inbound": ${wrong}`,
    );
  });

  it('the cause may be the path prefix, which is one too many or missing', async () => {
    expect(await cause(`${BASE}/inbound`, { base: `${BASE}/voice` })).toContain('a path prefix too many');
    const other = 'the public base URL has another host, scheme or path';
    const at = { base: `${BASE}/voice`, headers: { host: 'other.example' } };
    for (const url of ['https://other.example/voice/inbound', 'http://other.example/inbound'])
      expect(await cause(url, at)).toBe(`Twilio signed "${url}": ${other}`);
    expect(await cause('https://other.example/voice/inbound', { headers: { host: 'other.example' } })).toBeNull();
  });

  it('the cause may be the host, as told by a proxy or as requested, but nothing that is not a host', async () => {
    const other = 'another host, scheme or path';
    expect(
      await cause('https://a.example:8080/inbound', { headers: { 'x-forwarded-host': 'a.example:8080' } }),
    ).toContain(other);
    expect(await cause('http://[::1]:5000/inbound', { headers: { host: '[::1]:5000' } })).toContain(other);
    for (const host of ['a.example/x', 'me@a.example', 'a'.repeat(101)])
      expect(await cause(`https://${host}/inbound`, { headers: { host } }), host).toBeNull();
  });

  it('the cause may be the order of a query, if there are not too many', async () => {
    const order = 'something in front of us changes the order of the query';
    expect(await cause(`${BASE}/inbound?c=3&a=1&d=4&b=2`, { query: 'a=1&b=2&c=3&d=4' })).toContain(order);
    expect(await cause(`${BASE}/inbound?b=2&a=1&c=3&d=4&e=5`, { query: 'a=1&b=2&c=3&d=4&e=5' })).toBeNull();
    expect(await cause(`${BASE}/inbound`, { query: 'a=1' })).toContain('something in front of us adds the query');
    expect(await cause(`${BASE}/inbound/?a=1`, { query: 'a=1' })).toBe(
      `Twilio signed "${BASE}/inbound/": the address at Twilio ends in a slash`,
    );
  });

  it('the cause is logged with the checked address, without its query, and with what else to check', async () => {
    const { endpoint, log } = scene();
    const forged = webhook('/inbound', common(CALLER), { query: 'a=1', token: 'another' });
    await endpoint.handle({ ...forged, headers: { ...forged.headers, host: undefined } });
    expect(log).toEqual([
      {
        level: 'warn',
        code: 'signature',
        path: '/inbound',
        message:
          `answered 403: the signature is wrong. It was checked against ${BASE}/inbound?…: that must be the address Twilio calls, ` +
          'with the same scheme (http or https), host and path prefix. Also check that the auth token is the primary one of the ' +
          'account, and that nothing in front of us changes the query or the body.',
      },
    ]);
  });

  it('a missing signature is logged as missing', async () => {
    for (const signature of [undefined, '']) {
      const { endpoint, log } = scene();
      const bare = webhook('/inbound', common(CALLER));
      await endpoint.handle({ ...bare, headers: { ...bare.headers, 'x-twilio-signature': signature } });
      expect(log[0]?.message).toMatch(/^answered 403: there is no signature\. It was checked against https:/);
    }
  });
});

describe('what is refused', () => {
  it.each([
    [{ accountSid: `AC${'9'.repeat(32)}` }, webhook('/inbound', common(CALLER)), 'AccountSid is not ours'],
    [{}, webhook('/outbound', common(LEG), { query: `${LEG_REF}&x=1` }), 'the query has more in it than we put there'],
    [{}, webhook('/outbound', common(LEG), { query: `${LEG_REF}&${LEG_REF}` }), '"ref" is there twice'],
    [{}, webhook('/outbound', common(LEG), { query: `${LEG_REF}&failingSince=x` }), '"failingSince" is not a time'],
    [{}, webhook('/inbound', common(CALLER, { CallSid: 'CA1' })), 'CallSid is missing or not a Call SID'],
    [{}, webhook('/inbound/status', common(CALLER, { CallStatus: 'x' })), 'CallStatus is missing or not a status'],
    [{}, webhook('/outbound', common(LEG, { CallStatus: '' }), { query: LEG_REF }), 'CallStatus is missing'],
    [{}, webhook('/inbound/again', common(CALLER, { CallStatus: '' }), { query: CALLER_REF }), 'CallStatus is missing'],
  ] as const)('the refusal of %o says why', async (change, request, why) => {
    const { endpoint, heard, log } = scene(change);
    expect((await endpoint.handle(request)).status).toBe(403);
    expect(log).toEqual([
      {
        level: 'warn',
        code: 'refused',
        path: request.path,
        message: expect.stringContaining(`answered 403: ${why}`) as string,
      },
    ]);
    expect(heard).toEqual([]);
  });

  it('a refusal by TaskRouter names a caller, a callback or an event that cannot be read', async () => {
    for (const [path, params, query] of [
      ['/inbound/status', common(CALLER, { CallStatus: 'x' }), ''],
      ['/inbound/ended', common(CALLER, { CallStatus: 'x' }), `ref=taskrouter.${CALLER}.1.0`],
      ['/trevents', { EventType: 'task.created', TaskSid: 'WT', WorkspaceSid: 'WS' }, ''],
    ] as const) {
      const { ask, heard, log } = taskRouter();
      expect((await ask(path, params, query)).status).toBe(403);
      expect(log).toMatchObject([{ level: 'warn', code: 'refused', path }]);
      expect(heard).toEqual([]);
    }
  });

  it('a refusal names no method longer than twenty letters', async () => {
    const { endpoint, log } = scene();
    await endpoint.handle({ ...webhook('/inbound', common(CALLER)), method: 'X'.repeat(100) });
    expect(log[0]?.message).toContain(`answered 405: "${'X'.repeat(20)}" is not taken here`);
    expect(log[0]?.message).toContain('Set it at Twilio with the method HTTP POST; "amd doctor"');
  });

  it('a refused request is answered by name', () => {
    expect([refusal(403).headers, refusal(405).headers]).toEqual([
      { 'content-type': 'text/plain; charset=utf-8' },
      { 'content-type': 'text/plain; charset=utf-8', allow: 'POST' },
    ]);
  });
});

describe('what fails', () => {
  it.each([
    ['/inbound', common(CALLER), '', CALLER, 'answered with stand-in TwiML: the store is away'],
    ['/inbound/status', common(CALLER), '', CALLER, 'answered 503: the store is away'],
  ])(
    'a failure at %s logs what was answered instead, for which call, and why',
    async (path, params, query, call, message) => {
      const { endpoint, log, state } = scene();
      state.answer = AWAY;
      await endpoint.handle(webhook(path, params, { query }));
      expect(log).toEqual([{ level: 'error', code: 'reply.failed', path, call, message }]);
    },
  );

  it('a failed assignment logs its reservation', async () => {
    const { ask, log } = taskRouter({ runtime: { handle: AWAY } });
    await ask('/assign', ASSIGNMENT);
    expect(log).toEqual([
      {
        level: 'error',
        code: 'reply.failed',
        path: '/assign',
        call: taskSids.reservation(1),
        message: 'answered with a rejection: the store is away',
      },
    ]);
  });

  it('a document that cannot be rendered logs why', async () => {
    const { endpoint, log, state } = scene();
    state.answer = () => Promise.resolve(twiml({ verb: 'say', text: 5 as never }));
    await endpoint.handle(webhook('/inbound', common(CALLER)));
    expect(log).toMatchObject([{ level: 'error', code: 'render.failed' }]);
    expect(log[0]?.message).toMatch(/^TwiML could not be rendered: \w/);
  });
});

describe('a goodbye', () => {
  const asked = async (path: string, params: Record<string, string>, query: string) => {
    const { endpoint, heard, since, state, log } = scene();
    state.answer = ({ type }) => (type === 'caller.goodbye' ? Promise.resolve({ kind: 'nothing' }) : AWAY());
    const ask = query === '' ? since(20) : `${query}&${since(20)}`;
    const response = await endpoint.handle(webhook(path, params, { query: ask }));
    return { types: typesOf(heard), verbs: verbsOf(response), said: log.filter(({ code }) => code === 'goodbye') };
  };

  it('a goodbye is recorded for a caller whose call the reference is about, and logged', async () => {
    const { types, verbs, said } = await asked('/inbound/document', common(CALLER), CALLER_REF);
    expect([types, verbs]).toEqual([
      ['caller.document', 'caller.goodbye'],
      ['Say', 'Hangup'],
    ]);
    expect(said).toEqual([
      {
        level: 'error',
        code: 'goodbye',
        path: '/inbound/document',
        call: CALLER,
        message: 'the caller could not be served for so long that they were told goodbye: see the lines before',
      },
    ]);
  });

  it.each([
    ['who was rung', '/outbound', common(LEG), LEG_REF],
    ['who only listens', '/inbound/wait', common(CALLER), CALLER_REF],
  ])('a goodbye is not recorded for a caller %s', async (_, path, params, query) => {
    expect((await asked(path, params, query)).types).not.toContain('caller.goodbye');
  });

  it('a goodbye reaches the flow before notifications, and without a visit if the caller has only arrived', async () => {
    const turns: unknown[] = [];
    const clock = manualClock();
    const handle = (_: string, event: { readonly type: string }, turn?: unknown): Promise<never> => {
      if (event.type !== 'caller.goodbye') return AWAY();
      turns.push([event, turn]);
      return Promise.resolve({ kind: 'nothing' } as never);
    };
    const query = `failingSince=${String(clock.now() - 20_000)}`;
    await scene({ clock, runtime: { handle } }).endpoint.handle(webhook('/inbound', common(CALLER), { query }));
    await taskRouter({ clock, runtime: { handle } }).ask('/inbound', common(CALLER), query);
    expect(turns).toEqual(Array(2).fill([{ type: 'caller.goodbye' }, { first: true }]));
  });
});

describe('what an endpoint of TaskRouter says', () => {
  const saying = (change: Partial<TaskRouterEndpointOptions> = {}) => taskRouter(change);

  it('the log says why an assignment was rejected', async () => {
    const { ask, log, heard } = saying();
    await ask('/assign', { ...ASSIGNMENT, ReservationSid: '' });
    expect(log).toEqual([
      {
        level: 'warn',
        code: 'refused',
        path: '/assign',
        message: expect.stringMatching(/^answered with a rejection: \w/) as string,
      },
    ]);
    expect(heard).toEqual([]);
  });

  it('the log says which other workspace a reservation came from, and which one is configured', async () => {
    const { ask, log } = saying();
    const other = `WS${'9'.repeat(32)}`;
    const { body } = await ask('/assign', { ...ASSIGNMENT, WorkspaceSid: other });
    expect(body).toBe('');
    expect(log).toEqual([
      {
        level: 'warn',
        code: 'refused',
        path: '/assign',
        message: `left alone: a reservation of workspace ${other}, but this app is at work in ${WORKSPACE.sid}`,
      },
    ]);
  });

  it('the log says before the first call that times do not fit together', () => {
    const hasty = { ...WORKSPACE, workflow: { ...WORKSPACE.workflow, reservationTimeoutSeconds: 5 } };
    const { log } = saying({ directory: { current: () => hasty, load: AWAY, learn: () => undefined } });
    expect(log).toEqual([{ level: 'warn', code: 'times', message: expect.stringContaining('5 s') as string }]);
  });

  it('a watching page that fails is not logged, and no page is required', async () => {
    const event = { ...ASSIGNMENT, EventType: 'reservation.accepted' };
    for (const onEvent of [undefined, () => void JSON.parse('{')]) {
      const { ask, heard, log } = saying({ onEvent });
      expect((await ask('/trevents', event)).status).toBe(204);
      expect([typesOf(heard), log]).toEqual([['reservation'], []]);
    }
  });

  it('an event without a worker is logged with its task only', async () => {
    const learnt: unknown[] = [];
    const directory = { current: () => WORKSPACE, load: AWAY, learn: (event: unknown) => void learnt.push(event) };
    const { WorkerSid: _, WorkerName: __, WorkerAttributes: ___, ...task } = { WorkerName: '', ...ASSIGNMENT };
    const { ask, heard } = saying({ directory });
    expect((await ask('/trevents', { ...task, EventType: 'task.canceled' })).status).toBe(204);
    expect([typesOf(heard), learnt]).toEqual([['task'], [{ type: 'task.canceled', activity: undefined }]]);
  });

  it.each([
    [
      { WorkflowSid: 'WW1', WorkflowName: 'Support', TaskChannelUniqueName: 'chat' },
      'workflow "Support"',
      'channel "chat"',
    ],
    [{ WorkflowSid: 'WW1' }, 'workflow WW1', 'no "call_sid", or an outbound call'],
    [{}, 'workflow unknown', 'no "call_sid", or an outbound call'],
  ])('tasks that are not calls of ours are logged: %o', (params, which, what) => {
    const log: LogEntry[] = [];
    foreignTasks((entry) => log.push(entry))(new Map(Object.entries(params)));
    expect(log).toEqual([
      {
        level: 'warn',
        code: 'task.foreign',
        path: '/assign',
        message:
          `${which} also routes tasks that are no calls of ours (this one: ${what}). ` +
          'They are left alone: unless somebody else accepts such a reservation, it times out and Twilio moves its worker to the ' +
          "workspace's timeout activity. Give the calls a workflow of their own, and only that one our assignment URL",
      },
    ]);
  });

  it.each([
    [null, null, `worker ${taskSids.worker(1)} has no attribute "phone" or "contact_uri"`],
    ['Ann', null, `worker "Ann" (${taskSids.worker(1)}) has no attribute "phone" or "contact_uri"`],
    ['Ann', 'phone', 'has no phone number that can be called in the attribute "phone"'],
  ])('a worker %s whose number is not in %s is logged', (workerName, phoneAttribute, why) => {
    const entry = unreadablePhone({ worker: taskSids.worker(1), workerName, phoneAttribute }, ['phone', 'contact_uri']);
    expect(entry).toMatchObject({ level: 'warn', code: 'worker.phone', path: '/assign' });
    expect(entry.message).toContain(`${why}: they are not rung, and are moved to the offline activity.`);
  });
});

const NO_DETAILS = { sipHeaders: {}, query: {} };

describe('settings that cannot be had', () => {
  const call = { sid: CALLER, from: '+12125550123', to: '+14155550199', status: 'ringing' } as never;
  const settled = async (resolve: () => string, defaults: string | undefined, check = (text: string) => text) => {
    const log: LogEntry[] = [];
    const parts = {
      resolve,
      check,
      defaults,
      budgetMs: 1000,
      clock: manualClock(),
      log: (entry: LogEntry) => void log.push(entry),
    };
    const resolved = await resolveSettings(call, NO_DETAILS, parts);
    return { resolved, log };
  };
  const fail = (): never => {
    throw new Error('away');
  };

  it('failing settings log what is done instead, for which call, and why', async () => {
    const said = (message: string) => [
      { level: 'error', code: 'resolve.failed', call: CALLER, message: `"resolve" failed, so ${message}: away` },
    ];
    expect(await settled(fail, 'defaults')).toEqual({
      resolved: { ok: true, settings: 'defaults' },
      log: said('"defaultSettings" are used'),
    });
    expect(await settled(fail, undefined)).toEqual({
      resolved: { ok: false, later: true },
      log: said('the caller waits, and it is asked again for 20 s'),
    });
    expect(await settled(() => 'wrong', undefined, fail)).toEqual({
      resolved: { ok: false, later: false },
      log: said('the caller hears the static fallback'),
    });
    expect(await settled(() => 'right', 'defaults')).toEqual({ resolved: { ok: true, settings: 'right' }, log: [] });
  });

  it('settings that take too long are named', async () => {
    const clock = manualClock();
    const log: LogEntry[] = [];
    const resolving = resolveSettings(call, NO_DETAILS, {
      resolve: () => new Promise<never>(() => undefined),
      check: (text) => text,
      defaults: undefined,
      budgetMs: 1000,
      clock,
      log: (entry) => log.push(entry),
    });
    await clock.advanceBy(1000);
    expect(await resolving).toEqual({ ok: false, later: true });
    expect(log[0]?.message).toContain('"resolve"');
  });

  it('"resolve" gets the forwarding party only where it is known', async () => {
    const seen: unknown[] = [];
    const resolve = (arriving: unknown) => (seen.push(arriving), 'x');
    const parts = {
      resolve,
      check: (text: string) => text,
      defaults: undefined,
      budgetMs: 1,
      clock: manualClock(),
      log: () => undefined,
    };
    const plain = { sid: CALLER, from: 'a', to: 'b', status: 'ringing' } as never as object;
    for (const more of [{}, { forwardedFrom: 'c' }, { calledVia: 'd' }])
      await resolveSettings({ ...plain, ...more, token: 't' } as never, NO_DETAILS, parts);
    expect(seen).toEqual(
      [{}, { forwardedFrom: 'c' }, { calledVia: 'd' }].map((more) => ({ ...plain, ...more, ...NO_DETAILS })),
    );
  });
});

describe('a body', () => {
  const problem = (parts: object): string => {
    const read = parsedBody(parts);
    return read.kind === 'unverifiable' ? read.problem : read.kind;
  };
  const HINT = 'Put the endpoint before the body parser, so that it reads the body itself.';

  it('a body left by a parser in a form that cannot be checked is explained', () => {
    for (const body of [undefined, null, {}, 7])
      expect(problem({ body })).toBe(`somebody has read the body already and left nothing of it. ${HINT}`);
    expect(problem({ body: { a: '1', [`b${'x'.repeat(60)}`]: ['2'] } })).toBe(
      `a body parser has changed the body ("b${'x'.repeat(39)}"). ${HINT}`,
    );
  });

  it('a body that a parser left unchanged is accepted, the raw one first', () => {
    expect(parsedBody({ rawBody: 'a=1', body: { a: '2' } })).toEqual({ kind: 'body', body: 'a=1' });
    expect(parsedBody({ body: Buffer.from('a=ü') })).toEqual({ kind: 'body', body: 'a=ü' });
    expect(parsedBody({ body: { a: '1 2' } })).toEqual({ kind: 'body', body: 'a=1+2' });
    expect(parsedBody({ body: new URLSearchParams('a=1&a=2') })).toEqual({ kind: 'body', body: 'a=1&a=2' });
    expect(parsedBody({ rawBody: 'a=3', body: new URLSearchParams('a=1') })).toEqual({ kind: 'body', body: 'a=3' });
  });

  it('a body is aborted when its connection fails or closes, and otherwise read completely once', async () => {
    for (const event of ['error', 'close', 'end']) {
      const on = (name: string, listener: () => void): void => {
        if (name === event) listener();
      };
      const read = await readNodeBody({ headers: {}, on: on });
      expect(read).toEqual(event === 'end' ? { kind: 'body', body: '' } : { kind: 'aborted' });
    }
  });

  it('a body that Fastify has not read is said to be missing', async () => {
    const { endpoint, log } = scene();
    const reply = { code: () => reply, header: () => reply, send: () => reply };
    await toFastifyHandler(endpoint)({ method: 'POST', url: '/inbound', headers: {}, body: { a: 1 } }, reply);
    expect(log).toMatchObject([{ level: 'error', code: 'body.unverifiable', path: '/inbound' }]);
    expect(log[0]?.message).toBe(
      `answered 500: a body parser has changed the body ("a"). Let Fastify hand it over as text: addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) => done(null, body)).`,
    );
    await settled();
  });
});

it('an endpoint without a configured account accepts webhooks of any account signed with its token', async () => {
  const { endpoint } = scene({ accountSid: undefined });
  expect((await endpoint.handle(webhook('/inbound', common(CALLER, { AccountSid: ACCOUNT })))).status).toBe(200);
});
