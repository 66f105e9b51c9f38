import { describe, expect, it } from 'vitest';
import { createForwardingEndpoint, sign, webhookUrls } from '@amd/core/http';
import { manualClock, taskSids } from '@amd/core/testing';
import type { HttpRequest } from '../../src/http/message.js';
import { BASE, CALLER, common, LEG, TOKEN, webhook } from '../helpers/webhooks.js';
import { silent } from '../helpers/silent.js';
import { parseXml } from '../helpers/xml.js';
import { ASSIGNMENT, AWAY, LEG_REF, scene, settled, taskRouter, typesOf, verbsOf } from './scene.js';

describe('a call over the limit', () => {
  const full = (kind: 'tooManyAtOnce' | 'tooManyFromCaller') => ({ limits: { admit: () => Promise.resolve(kind) } });
  const ringing = webhook('/inbound', common(CALLER, { CallStatus: 'ringing' }));

  it.each([
    ['tooManyAtOnce', 'rejected as busy: too many calls at once'],
    ['tooManyFromCaller', 'rejected as busy: too many calls from +12…23'],
  ] as const)('a call refused as %s is rejected before anything is written', async (kind, message) => {
    const { endpoint, heard, log } = scene(full(kind));
    const { body } = await endpoint.handle(ringing);
    expect(parseXml(body).children).toMatchObject([{ name: 'Reject', attributes: { reason: 'busy' } }]);
    expect(heard).toEqual([]);
    expect(log).toMatchObject([{ level: 'warn', code: 'limited', path: '/inbound', call: CALLER, message }]);
  });

  it('a refused call that was already answered hears so, whether our endpoint or an earlier one answered it', async () => {
    const { endpoint, since } = scene({
      ...full('tooManyAtOnce'),
      fallbackTexts: { busy: 'Busy.', language: 'de-DE' },
    });
    const spoken = { name: 'Say', text: 'Busy.', attributes: { language: 'de-DE' } };
    const shapes = [
      webhook('/inbound', common(CALLER)),
      webhook('/inbound', common(CALLER, { CallStatus: 'ringing' }), { query: since(1) }),
    ];
    for (const request of shapes) {
      const { body } = await endpoint.handle(request);
      expect(parseXml(body).children).toMatchObject([spoken, { name: 'Hangup' }]);
    }
  });

  it("the limits get the call's number and flow, and the call goes on when there is room", async () => {
    const asked: unknown[] = [];
    const limits = {
      admit: (call: { readonly sid: string; readonly from: string; readonly flow?: string | undefined }) => {
        asked.push([call.sid, call.from, call.flow]);
        return Promise.resolve('admitted' as const);
      },
    };
    const { endpoint, heard, log } = scene({ limits });
    await endpoint.handle(ringing);
    expect([asked, typesOf(heard), log]).toEqual([[[CALLER, '+12125550123', 'forwarding']], ['inbound'], []]);
  });

  it('a call admitted after its request was answered begins nothing: it asks again', async () => {
    const clock = manualClock();
    let admit = (_: 'admitted'): void => undefined;
    const limits = { admit: () => new Promise<'admitted'>((resolve) => (admit = resolve)) };
    const late = scene({ limits, clock });
    const replied = late.endpoint.handle(ringing);
    await settled();
    await clock.advanceBy(1501, settled);
    expect(verbsOf(await replied)).toEqual(['Pause', 'Redirect']);
    admit('admitted');
    await settled();
    expect(late.heard).toEqual([]);
  });
});

describe('the reply budget', () => {
  it.each([
    [undefined, 1500],
    [700, 700],
  ])('a reply budget of %s ms ends after %i ms', async (replyBudgetMs, ms) => {
    const { endpoint, state, clock, log } = scene({ replyBudgetMs });
    state.answer = () => new Promise(() => undefined);
    let status = 0;
    void endpoint.handle(webhook('/outbound/status', common(LEG), { query: LEG_REF })).then((got) => {
      ({ status } = got);
    });
    await settled();
    await clock.advanceBy(ms - 1, settled);
    expect(status).toBe(0);
    await clock.advanceBy(1, settled);
    expect(status).toBe(503);
    expect(log).toMatchObject([{ code: 'reply.late', path: '/outbound/status', call: LEG }]);
  });

  it.each([
    [{}, 1000],
    [{ replyBudgetMs: 600 }, 599],
    [{ resolveBudgetMs: 300 }, 300],
  ])('%j leaves "resolve" %i ms', async (options, ms) => {
    const { endpoint, clock, log } = scene({ ...options, resolve: () => new Promise(() => undefined) });
    void endpoint.handle(webhook('/inbound', common(CALLER)));
    await settled();
    await clock.advanceBy(ms - 1, settled);
    expect(log).toEqual([]);
    await clock.advanceBy(1, settled);
    expect(log).toMatchObject([{ code: 'resolve.failed', call: CALLER }]);
    expect(log[0]?.message).toContain(`took longer than ${String(ms)} ms`);
  });

  it.each([{ replyBudgetMs: 1.5 }, { resolveBudgetMs: 0 }, { replyBudgetMs: 800, resolveBudgetMs: 800 }])(
    'the budget %j is refused',
    (options) => {
      expect(() => scene(options)).toThrow(RangeError);
    },
  );
});

describe('caching and paths of answers', () => {
  it("answers are not cached, TwiML as little as TaskRouter's", async () => {
    const { endpoint } = scene();
    expect((await endpoint.handle(webhook('/inbound', common(CALLER)))).headers).toEqual({
      'content-type': 'text/xml; charset=utf-8',
      'cache-control': 'no-store',
    });
    for (const reply of [
      { kind: 'later' },
      { kind: 'instruction', instruction: { instruction: 'reject', activity: taskSids.offline } },
    ]) {
      const { ask } = taskRouter({ runtime: { handle: () => Promise.resolve(reply as never) } });
      const { headers } = await ask('/assign', ASSIGNMENT);
      expect(headers).toEqual({ 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
    }
  });

  it('every path of ours is listed, with the sounds and where to set it at Twilio', () => {
    const { endpoint } = scene({ publicBaseUrl: `${BASE}/voice` });
    expect(endpoint.paths).toEqual(expect.arrayContaining(['/inbound', '/outbound/amd', '/audio/ringback-eu.wav']));
    for (const path of endpoint.paths)
      expect([path, endpoint.owns(path), endpoint.owns(`/voice${path}`)]).toEqual([path, true, true]);
    expect(endpoint.owns('/voice')).toBe(false);
    expect(webhookUrls(`${BASE}/voice/`)).toEqual({
      voice: `${BASE}/voice/inbound#rc=3&rp=5xx,ct,rt`,
      status: `${BASE}/voice/inbound/status#rc=3&rp=5xx,ct,rt`,
      assign: `${BASE}/voice/assign`,
      events: `${BASE}/voice/trevents`,
    });
  });
});

describe('a signature', () => {
  it('a signature by one of several tokens counts, and one that is longer or shorter does not', async () => {
    const { endpoint } = scene({ authTokens: ['old', TOKEN, 'new'] });
    const request = webhook('/inbound', common(CALLER));
    const signature = sign('new', `${BASE}/inbound`, new Map(Object.entries(common(CALLER))));
    const withSignature = (value: string): HttpRequest => ({
      ...request,
      headers: { ...request.headers, 'x-twilio-signature': value },
    });
    const statuses = await Promise.all(
      [signature, `${signature} `, signature.slice(1)].map(
        async (value) => (await endpoint.handle(withSignature(value))).status,
      ),
    );
    expect(statuses).toEqual([200, 403, 403]);
  });

  it('an endpoint without a token, which would verify nothing, is not created', () => {
    expect(() =>
      createForwardingEndpoint({
        publicBaseUrl: BASE,
        authTokens: [],
        resolve: () => ({ forwardTo: [] }),
        runtime: { handle: AWAY },
        log: silent,
      }),
    ).toThrow('"authTokens" must name at least one auth token');
  });
});
