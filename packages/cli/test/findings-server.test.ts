import type { Finding } from '@amd/cli';
import { webhookUrls } from '@amd/core/http';
import { describe, expect, it } from 'vitest';
import { examine } from '../src/doctor/examine.js';
import { checkServer } from '../src/doctor/server.js';
import { countFindings, showFinding } from '../src/doctor/show.js';
import { ACCOUNT, BASE, OURS, failing, lines, doctorTarget } from './doctor-target.js';

describe('the server', () => {
  const LEAD = 'Check PUBLIC_BASE_URL, its path, and the target of the tunnel';
  interface Answers {
    readonly health?: () => Response | Promise<Response>;
    readonly signed?: number;
    readonly unsigned?: number;
  }
  /** Which requests get which answers. */
  function served({ health = () => new Response('ok'), signed = 200, unsigned = 403 }: Answers = {}) {
    const asked: { readonly url: string; readonly init: RequestInit | undefined }[] = [];
    const fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      asked.push({ url: input as string, init });
      if (init?.method !== 'POST') return Promise.resolve(health());
      const isSigned = 'x-twilio-signature' in (init.headers ?? {});
      return Promise.resolve(new Response(null, { status: isSigned ? signed : unsigned }));
    };
    return { asked, fetch };
  }
  const check = async (answers: Answers, changes: Parameters<typeof doctorTarget>[0] = {}): Promise<string[]> =>
    lines(await checkServer(doctorTarget({ fetch: served(answers).fetch, ...changes })));
  const FINE = 'ok signature: A signed webhook is accepted, an unsigned one is refused';

  it('the server is fine when it answers, accepts a signed webhook and refuses an unsigned one', async () => {
    const { asked, fetch } = served();
    const found = lines(await checkServer(doctorTarget({ fetch })));
    expect(found[0]).toMatch(/^ok public-url: https:\/\/calls\.example\.com answers, in \d+ ms$/);
    expect(found.slice(1)).toEqual([FINE]);
    expect(asked.map(({ url }) => url)).toEqual([
      `${BASE}/healthz`,
      `${BASE}/inbound/status`,
      `${BASE}/inbound/status`,
    ]);
    const [, signed, unsigned] = asked.map(({ init }) => init);
    expect(signed).toMatchObject({ method: 'POST', redirect: 'manual' });
    expect(signed?.body).toBe(unsigned?.body);
    expect(Object.fromEntries(new URLSearchParams(signed?.body as string))).toMatchObject({
      AccountSid: ACCOUNT,
      ApiVersion: '2010-04-01',
      CallSid: expect.stringMatching(/^CA[0-9a-f]{32}$/) as string,
      CallStatus: 'completed',
      Direction: 'inbound',
      From: '+12125550123',
      To: OURS,
    });
  });

  it('the server is asked for its health under the path of its address', async () => {
    const { asked, fetch } = served();
    const base = `${BASE}/phone/`;
    await checkServer(doctorTarget({ fetch, base, addresses: webhookUrls(base) }));
    expect(asked[0]?.url).toBe(`${BASE}/phone/healthz`);
  });

  it.each([
    'http://localhost:5000',
    'http://127.0.0.1',
    'http://127.9.9.9',
    'http://[::1]:5000',
    'https://10.1.2.3',
    'https://192.168.0.1',
    'https://172.16.0.1',
    'https://172.31.0.1',
    'https://printer.local',
  ])('a server at %s cannot be reached by Twilio', async (base) => {
    expect(await check({}, { base })).toEqual([
      `error public-url: ${base} is an address of this machine or network: Twilio cannot reach it → Run a tunnel, such as "ngrok http 5000", and set PUBLIC_BASE_URL to its https address`,
      'skipped signature: the server cannot be reached',
    ]);
    expect((await check({}, { base, isSimulated: true }))[0]).toMatch(/^ok public-url/);
  });

  it.each(['https://172.15.0.1', 'https://172.32.0.1', 'https://11.0.0.1', 'https://localhost.example.com'])(
    'a server at %s can be reached by Twilio',
    async (base) => {
      expect((await check({}, { base }))[0]).toMatch(/^ok public-url/);
    },
  );

  it('a server without encryption is checked all the same, and warned of', async () => {
    const base = 'http://calls.example.com';
    expect(await check({}, { base })).toEqual([
      `warning public-url: ${base} answers, but without encryption → Use https: callers and numbers are private`,
      FINE,
    ]);
  });

  it.each([
    [() => new Response(null, { status: 502 }), '502'],
    [() => new Response(null, { status: 504 }), '504'],
    [
      () => new Response(null, { status: 404, headers: { 'ngrok-error-code': 'ERR_NGROK_3200' } }),
      '404 (ERR_NGROK_3200)',
    ],
  ])('a tunnel without an app counts as no server', async (health, said) => {
    expect(await check({ health })).toEqual([
      `error public-url: ${BASE} answers ${said}: there is no app behind the tunnel or proxy → Start the app, and point the tunnel at its port (PORT, 5000)`,
      'skipped signature: the server cannot be reached',
    ]);
  });

  it.each([
    [300, 'another address'],
    [399, 'another address'],
    [308, 'https://new.example.com'],
  ])('a server that redirects with %d to %s is not where webhooks arrive', async (status, to) => {
    const headers = status === 308 ? { location: to } : {};
    expect((await check({ health: () => new Response(null, { status, headers }) }))[0]).toBe(
      `error public-url: ${BASE} redirects to ${to}: signed requests do not reach the app → Set PUBLIC_BASE_URL to the address at the end of the redirect, usually https`,
    );
  });

  it.each([299, 400, 404, 500, 503])(
    'a server that answers %d at /healthz is up: it may have no such address',
    async (status) => {
      expect((await check({ health: () => new Response(null, { status }) }))[0]).toMatch(/^ok public-url/);
    },
  );

  it.each([
    [new Error('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND') }), 'getaddrinfo ENOTFOUND'],
    [new Error('fetch failed'), 'fetch failed'],
    [Object.assign(new Error('x'), { name: 'TimeoutError' }), 'no answer within 10 s'],
    ['a text', 'a text'],
  ])('a server that does not answer (%s) may not run, or its name has changed', async (problem, said) => {
    expect((await check({ health: () => Promise.reject(problem as Error) }))[0]).toBe(
      `error public-url: ${BASE} does not answer: ${said} → Is the app running, and does the name point to it? A free tunnel changes its address when it is restarted`,
    );
  });

  it.each([
    [
      { signed: 403 },
      `The app refuses a webhook that is signed for ${BASE}/inbound/status → The app's TWILIO_AUTH_TOKEN or PUBLIC_BASE_URL differs from the one here, or a proxy changes the request. The app's log names the address it checked`,
    ],
    [{ signed: 404 }, `${BASE}/inbound/status answers 404: this is not the app → ${LEAD}`],
    [{ signed: 405 }, `${BASE}/inbound/status answers 405: this is not the app → ${LEAD}`],
    [
      { signed: 503 },
      'The app answers a signed webhook with 503 → Check its log; a 503 means that its store does not answer',
    ],
    [
      { signed: 300 },
      'The app answers a signed webhook with 300 → Check its log; a 503 means that its store does not answer',
    ],
    [
      { unsigned: 200 },
      'The app accepts webhooks without a signature (200): anyone can send it commands → Set "authTokens" of the endpoint, and make sure that nothing else answers in front of it',
    ],
    [
      { unsigned: 399 },
      'The app accepts webhooks without a signature (399): anyone can send it commands → Set "authTokens" of the endpoint, and make sure that nothing else answers in front of it',
    ],
  ])('a server that answers %j is reported', async (answers, said) => {
    expect((await check(answers))[1]).toBe(`error signature: ${said}`);
  });

  it('a server that accepts with 299 and refuses with 400 is fine', async () => {
    expect((await check({ signed: 299, unsigned: 400 }))[1]).toBe(FINE);
  });

  it('a server that goes down during the checks is reported, with what to try', async () => {
    const fetch: typeof globalThis.fetch = (_, init) =>
      init?.method === 'POST' ? Promise.reject(new Error('reset')) : Promise.resolve(new Response('ok'));
    expect((await check({}, { fetch }))[1]).toBe(
      `error signature: ${BASE}/inbound/status does not answer: reset → Try again; then check the log of the app`,
    );
  });

  it('a server gets no webhook when there is no token to sign it with', async () => {
    const { asked, fetch } = served();
    const account = { accountSid: ACCOUNT, authToken: undefined, apiKey: 'SK1', apiSecret: 'x', region: {} };
    const found = await checkServer(doctorTarget({ fetch, account }));
    expect(lines(found)[1]).toBe('skipped signature: TWILIO_AUTH_TOKEN is missing');
    expect(asked).toHaveLength(1);
  });
});

describe('a check that fails', () => {
  it('a failing check is a finding too, named after the check, and the others go on', async () => {
    const doing: string[] = [];
    const api = { v2010: { accounts: () => ({ fetch: () => Promise.resolve({ status: 'active' }) }) } };
    const here = doctorTarget({
      client: { api },
      flow: 'taskrouter',
      fetch: () => Promise.resolve(new Response(null, { status: 403 })),
    });
    const found = await examine(here, { progress: (text) => doing.push(text) });
    const broken = found.filter(({ message }) => message.startsWith('This could not be checked: '));
    expect(broken.map(({ check }) => check)).toEqual(['number', 'workspace', 'calls-per-second']);
    expect(new Set(broken.map(({ fix }) => fix))).toEqual(
      new Set(['Try again; status.twilio.com says whether Twilio has a problem']),
    );
    expect(doing).toEqual([
      'Checking the account',
      `Calling ${BASE}`,
      'Checking the number',
      'Checking the caller id',
      'Checking the workspace',
      'Checking the numbers to be rung',
      'Checking recent calls',
    ]);
  });

  it('a failing check of the credentials ends the checks at Twilio', async () => {
    const api = { v2010: { accounts: () => ({ fetch: () => failing(401) }) } };
    const found = await examine(doctorTarget({ client: { api }, base: 'http://localhost' }));
    expect(found.map(({ check, status }) => `${status} ${check}`)).toEqual([
      'error credentials',
      'error public-url',
      'skipped signature',
      'skipped number',
    ]);
    expect(found.at(-1)?.message).toBe('Twilio refuses access: the other checks need it');
  });

  it('a failing check does not hide that forwarding has nobody to ring', async () => {
    const api = { v2010: { accounts: () => ({ fetch: () => Promise.resolve({ status: 'active' }) }) } };
    const found = await examine(doctorTarget({ client: { api }, flow: 'forwarding', base: 'http://localhost' }));
    expect(lines(found)).toContain(
      'error destinations: FORWARD_TO is missing: nobody can be rung → Set it to numbers, separated by commas',
    );
  });
});

describe('printed findings', () => {
  const paint = (style: unknown, text: string): string => `<${String(style)}>${text}</>`;
  const finding = (status: Finding['status'], fix: string | null = null): Finding => ({
    check: 'number',
    status,
    message: 'said',
    fix,
  });

  it('a printed finding has a sign, the check and the message, and below it the remedy', () => {
    const space = ' '.repeat(13);
    expect(showFinding(finding('ok'), { paint })).toEqual([`<green>✓</> number${space}said`]);
    expect(showFinding(finding('warning', 'do it'), { paint })).toEqual([
      `<yellow>!</> number${space}said`,
      `${' '.repeat(21)}<cyan>→</> do it`,
    ]);
    expect(showFinding(finding('error', 'do it'), { paint })[0]).toBe(`<red>✕</> number${space}said`);
    expect(showFinding(finding('skipped'), { paint })).toEqual([`<dim>–</> number${space}<dim>said</>`]);
  });

  it('printed findings are counted at the end', () => {
    expect(countFindings([])).toBe('0 errors, 0 warnings, 0 ok');
    expect(countFindings([finding('error'), finding('warning'), finding('warning'), finding('ok')])).toBe(
      '1 error, 2 warnings, 1 ok',
    );
    expect(countFindings([finding('skipped')])).toBe('0 errors, 0 warnings, 0 ok, 1 not checked');
  });
});
