import { describe, expect, it } from 'vitest';
import { createMemoryStore, e164, type CallSid, type CreateCall, type CallEffect } from '@amd/core';
import { createTwilioExecutor, type TwilioCall, type TwilioCallCreate, type TwilioClient } from '@amd/core/twilio';
import { events, manualClock, NUMBERS, payloads, sids } from '@amd/core/testing';
import { around, setup, untimed } from '../runtime/setup.js';
import { BASE, CALL_KEY, edge, TOKEN, url } from './edge.js';
import { silent } from '../helpers/silent.js';

const create: CreateCall = {
  type: 'call.create',
  id: 'create:1:caller',
  leg: 1,
  to: e164(NUMBERS.ann, 'to'),
  from: e164(NUMBERS.ours, 'from'),
  answered: { flow: 'forwarding', key: sids.call(0), visit: 1, leg: 1, purpose: 'leg.answered' },
  status: { flow: 'forwarding', key: sids.call(0), visit: 1, leg: 1, purpose: 'leg.status' },
  ringSeconds: 20,
  timeLimitSeconds: 14_400,
  detection: { mode: 'Enable', timeoutSeconds: 30 },
};

/** A client that records its requests and answers as told. */
function client(answer: () => Promise<TwilioCall> = () => Promise.resolve({ sid: sids.call(1), status: 'queued' })) {
  const sent: (TwilioCallCreate | { readonly sid: string; readonly params?: object })[] = [];
  const calls = Object.assign(
    (sid: string) => ({
      update: (params: object) => (sent.push({ sid, params }), answer()),
      fetch: () => (sent.push({ sid }), answer()),
    }),
    { create: (params: TwilioCallCreate) => (sent.push(params), answer()) },
  );
  return { client: { calls } satisfies TwilioClient, sent };
}

describe('pitfalls of the HTTP endpoint', () => {
  it('P-36 Twilio adds parameters without notice, and not all begin with a capital: a key press says `msg=Gather End`', async () => {
    const { post, refOf } = edge();
    await post('/inbound', payloads.inbound());
    await post('/outbound', payloads.answered({ answeredBy: 'unknown' }), { ref: refOf(1) });
    const key = await post(
      '/outbound/key',
      { ...payloads.key(), msg: 'Gather End', SomethingNew: '1' },
      { ref: refOf(1) },
    );
    expect([key.status, key.body]).toEqual([200, expect.stringContaining('<Conference')]);
  });

  it('P-37 notifications get an empty 204, requests get TwiML with its type', async () => {
    const { post, refOf } = edge();
    const inbound = await post('/inbound', payloads.inbound());
    expect([inbound.status, inbound.headers['content-type']]).toEqual([200, 'text/xml; charset=utf-8']);
    const told = await post('/outbound/status', payloads.status({ status: 'ringing' }), { ref: refOf(1) });
    expect(told).toEqual({ status: 204, headers: {}, body: '' });
  });

  it('P-38 both names of a webhook work: the one in the README and the one in the code', async () => {
    const { post } = edge();
    const [first, second] = [await post('/inbound', payloads.inbound()), await post('/incoming', payloads.inbound())];
    expect(second).toEqual(first);
    expect(edge().endpoint.paths).toEqual(expect.arrayContaining(['/inbound', '/incoming', '/outbound', '/outgoing']));
  });

  it('P-39 an unsigned or wrongly signed request is not obeyed, and writes nothing', async () => {
    const { post, refOf, read } = edge();
    for (const bend of [{ token: null }, { token: 'not the token' }, { signedFor: 'https://other.example.com' }]) {
      expect((await post('/inbound', payloads.inbound(), bend)).status).toBe(403);
      expect(
        (await post('/outbound/status', payloads.status({ status: 'busy' }), { ...bend, ref: refOf(1) })).status,
      ).toBe(403);
    }
    expect(await read()).toBeUndefined();
  });

  it('P-40 behind a proxy the address changes: the signature is checked against the configured one, with or without port', async () => {
    const { post } = edge();
    expect((await post('/inbound', payloads.inbound(), { signedFor: `${BASE}:443` })).status).toBe(200);
    const prefixed = edge({ publicBaseUrl: `${BASE}/voice` });
    expect((await prefixed.post('/inbound', payloads.inbound(), { signedFor: `${BASE}/voice` })).status).toBe(200);
    const { post: refused, log } = edge();
    await refused('/inbound', payloads.inbound(), { signedFor: 'http://127.0.0.1:5000' });
    expect(log.at(-1)?.message).toContain(BASE);
  });

  it('P-41 the Host header decides no address', async () => {
    const { post } = edge();
    const { body } = await post('/inbound', payloads.inbound(), {
      headers: { host: 'evil.example.net', 'x-forwarded-host': 'evil.example.net' },
    });
    expect(body).toContain(`${BASE}/inbound/ended`);
    expect(body).not.toContain('evil');
  });

  it('P-42 no request can have a number called: none names one, and `mayDial` decides last', async () => {
    const { post, runtime, execute } = edge();
    await post('/inbound', { ...payloads.inbound(), DestNum: '+19005550100', ForwardedFrom: '+19005550100' });
    await runtime.tick();
    expect(execute.of('call.create').map(({ to }) => to)).toEqual([NUMBERS.ann]);
    const { client: twilio, sent } = client();
    for (const mayDial of [() => false, () => 'yes' as never, () => Promise.reject(new Error('down'))]) {
      expect(await createTwilioExecutor({ log: silent, client: twilio, url, mayDial })(create)).toMatchObject({
        outcome: { kind: 'refused' },
      });
    }
    expect(sent).toEqual([]);
  });

  it('P-43 a value that is not a SID reaches neither the state nor a REST path', async () => {
    const { post, refOf, read } = edge();
    const bad = '../../AC00000000000000000000000000000001/Queues/QU1';
    expect((await post('/inbound', payloads.inbound({ sid: bad }))).status).toBe(403);
    expect((await post('/outbound', payloads.answered({ sid: bad }), { ref: refOf(1) })).status).toBe(403);
    expect(
      (await post('/outbound', payloads.answered(), { ref: `forwarding.${encodeURIComponent(bad)}.1.1` })).body,
    ).toContain('<Hangup/>');
    expect(await read()).toBeUndefined();
    const { client: twilio, sent } = client();
    const effect = { type: 'call.end', id: 'end', leg: 1, sid: bad as CallSid } satisfies CallEffect;
    expect(await createTwilioExecutor({ log: silent, mayDial: () => true, client: twilio, url })(effect)).toMatchObject(
      {
        outcome: { kind: 'refused' },
      },
    );
    expect(sent).toEqual([]);
  });

  it('P-44 a number of ours would call ourselves, and a machine must not call an emergency number: neither is dialled', async () => {
    const { client: twilio, sent } = client();
    const execute = createTwilioExecutor({
      log: silent,
      mayDial: () => true,
      client: twilio,
      url,
      ownNumbers: [NUMBERS.ben],
    });
    for (const to of [NUMBERS.ben, NUMBERS.ours, '+911', '911', '+1911', '+112']) {
      expect(await execute({ ...create, to: to as never })).toMatchObject({
        kind: 'outcome',
        outcome: { kind: 'refused' },
      });
    }
    expect(sent).toEqual([]);
  });

  it('P-45 text from callers becomes neither markup nor an illegal character', async () => {
    const texts = { greeting: 'Hello & "welcome" <Hangup/> \u0000\u0008 {caller}' };
    const { post, refOf } = edge({ resolve: () => ({ forwardTo: [NUMBERS.ann], texts }) });
    const { body } = await post('/inbound', { ...payloads.inbound(), From: '"><Hangup/>', CallerName: '<Dial>\u0001' });
    expect(body).toContain('Hello &amp; ');
    expect(body).not.toContain('<Hangup/>');
    // eslint-disable-next-line no-control-regex -- looks for the very characters that XML forbids
    expect(body).not.toMatch(/[\u0000-\u0008]/);
    const asked = await post('/outbound', payloads.answered({ answeredBy: 'unknown' }), { ref: refOf(1) });
    expect(asked.body).toContain('a withheld number');
  });

  it('P-46 a failure of ours is answered with TwiML, and reveals nothing', async () => {
    const away = (): Promise<never> => Promise.reject(new Error('secret at 10.0.0.7'));
    const store = around(createMemoryStore(), { read: away, commit: away });
    const { post, refOf } = edge({ store });
    const inbound = await post('/inbound', payloads.inbound());
    const leg = await post('/outbound', payloads.answered(), { ref: refOf(1) });
    expect([inbound.status, leg.status]).toEqual([200, 200]);
    expect(inbound.body).toMatch(/<Pause length="1"\/><Redirect/);
    expect(leg.body).toMatch(/<Pause length="1"\/><Redirect/);
    expect((await post('/outbound/status', payloads.status({ status: 'busy' }), { ref: refOf(1) })).status).toBe(503);
    expect(inbound.body + leg.body).not.toContain('secret');
  });

  it('P-47 phone numbers appear in no address, and masked in the log', async () => {
    const { post, refOf, log } = edge({
      resolve: () => {
        throw new Error(`no plan for ${NUMBERS.caller}`);
      },
      defaultSettings: { forwardTo: [NUMBERS.ann] },
    });
    const { body } = await post('/inbound', payloads.inbound());
    const asked = await post('/outbound', payloads.answered({ answeredBy: 'unknown' }), { ref: refOf(1) });
    for (const [, address] of `${body}${asked.body}`.matchAll(/"(https:[^"]*)"|>(https:[^<]*)</g))
      expect(address ?? '').not.toMatch(/\+?1?(212|415)555/);
    expect(JSON.stringify(log)).toContain('+12…23');
    expect(JSON.stringify(log)).not.toContain(NUMBERS.caller);
  });

  it('P-48 bodies have a limit, and parameters may not come twice', async () => {
    const { post } = edge();
    const long = { ...payloads.inbound(), CallerName: 'x'.repeat(70_000) };
    expect((await post('/inbound', long)).status).toBe(413);
    const twice = `${new URLSearchParams(payloads.inbound()).toString()}&CallStatus=completed`;
    expect((await post('/inbound', payloads.inbound(), { body: twice })).status).toBe(403);
  });

  it('P-49 a REST request that hangs is given up and delays no caller: a creation is never repeated', async () => {
    const clock = manualClock();
    const { client: twilio, sent } = client(() => new Promise(() => undefined));
    const scene = setup({
      clock,
      execute: createTwilioExecutor({ log: silent, mayDial: () => true, client: twilio, url, clock, timeoutMs: 8000 }),
    });
    await scene.runtime.handle(CALL_KEY, untimed(events.inbound()));
    const working = scene.runtime.tick();
    while (sent.length === 0) await Promise.resolve();
    expect((await scene.runtime.handle(CALL_KEY, untimed(events.conference({ event: 'join' })))).kind).toBe('nothing');
    await clock.advanceBy(8000);
    await working;
    await clock.advanceBy(15_000);
    await scene.runtime.tick();
    expect(sent).toHaveLength(1);
  });

  it('P-50 only `completed` is reported unless more is requested; and it goes to an address of its own', async () => {
    const { client: twilio, sent } = client();
    await createTwilioExecutor({ log: silent, mayDial: () => true, client: twilio, url })(create);
    const [params] = sent as TwilioCallCreate[];
    expect(params?.statusCallbackEvent).toEqual(['initiated', 'ringing', 'answered', 'completed']);
    expect(params?.url.split('?')[0]).toBe(`${BASE}/outbound`);
    expect(params?.statusCallback.split('?')[0]).toBe(`${BASE}/outbound/status`);
  });

  it('P-51 rooms beep unless told not to', async () => {
    expect((await edge().post('/inbound', payloads.inbound())).body).toContain('beep="false"');
  });

  it('P-52 digits to send would turn detection off: we never send any', async () => {
    const { client: twilio, sent } = client();
    await createTwilioExecutor({ log: silent, mayDial: () => true, client: twilio, url })(create);
    expect(sent[0]).toMatchObject({ machineDetection: 'Enable' });
    expect(Object.keys(sent[0] ?? {}).join()).not.toMatch(/digits/i);
  });

  it('P-53 `canceled` does nothing to an answered call: a leg is ended by `completed`, and already gone is success', async () => {
    const effect = { type: 'call.end', id: 'end', leg: 1, sid: sids.call(1) } satisfies CallEffect;
    const { client: twilio, sent } = client();
    await createTwilioExecutor({ log: silent, mayDial: () => true, client: twilio, url })(effect);
    expect(sent).toEqual([{ sid: sids.call(1), params: { status: 'completed' } }]);
    for (const error of [
      { status: 404, code: 20404 },
      { status: 400, code: 21220 },
    ]) {
      const failing = client(() => Promise.reject(Object.assign(new Error('no'), error)));
      expect(
        await createTwilioExecutor({ log: silent, mayDial: () => true, client: failing.client, url })(effect),
      ).toEqual({
        kind: 'outcome',
        outcome: { kind: 'gone' },
      });
    }
  });

  it('P-54 documents fetched by GET are cached: ours are fetched by POST and not stored', async () => {
    const { client: twilio, sent } = client();
    const document = { flow: 'forwarding', key: sids.call(0), visit: 1, leg: 0, purpose: 'caller.document' } as const;
    await createTwilioExecutor({ log: silent, mayDial: () => true, client: twilio, url })({
      type: 'call.redirect',
      id: 'r',
      leg: 0,
      sid: sids.call(0),
      document,
    });
    expect(sent).toMatchObject([{ params: { method: 'POST', url: url(document) } }]);
    expect((await edge().post('/inbound', payloads.inbound())).headers['cache-control']).toBe('no-store');
  });

  it('P-55 `Duration` is minutes and `CallDuration` seconds: no decision reads either', async () => {
    const { post, refOf, state } = edge();
    await post('/inbound', payloads.inbound());
    await post(
      '/outbound/status',
      { ...payloads.status({ status: 'busy' }), Duration: '1', CallDuration: '999999' },
      { ref: refOf(1) },
    );
    expect(await state()).toMatchObject({ legs: [{ result: { kind: 'notReached', status: 'busy' } }, { id: 2 }] });
  });

  it('P-56 a restart strands nobody: another process continues every call', async () => {
    const before = edge();
    await before.post('/inbound', payloads.inbound());
    const later = edge({ store: before.store });
    await later.runtime.tick();
    expect(later.execute.of('call.create')).toHaveLength(1);
    const { body } = await later.post('/outbound', payloads.answered(), { ref: later.refOf(1) });
    expect(body).toContain(`amd-${sids.call(0)}`);
  });

  it('P-57 the token of a call comes percent-encoded, and is sent back unchanged', async () => {
    const token = '%7B%22parentCallInfoToken%22%3A%22a.b%2Bc%22%7D';
    const { post, runtime, execute } = edge();
    await post('/inbound', payloads.inbound({ token }));
    await runtime.tick();
    expect(execute.of('call.create')).toMatchObject([{ callToken: token, from: NUMBERS.caller }]);
    const { client: twilio, sent } = client();
    await createTwilioExecutor({ log: silent, mayDial: () => true, client: twilio, url })({
      ...create,
      callToken: token,
    });
    expect(sent).toMatchObject([{ callToken: token }]);
  });

  it('P-58 a 5xx is not repeated by default: every address we give out requests it', () => {
    for (const ref of [create.answered, create.status]) expect(url(ref)).toMatch(/#rc=3&rp=5xx,ct,rt$/);
  });

  it('P-59 `AnsweredBy` may be missing or new: missing is `unknown`, and a new machine value is a machine', async () => {
    const { AnsweredBy: _, ...without } = payloads.answered();
    for (const [payload, verb] of [
      [without, '<Gather'],
      [{ ...without, AnsweredBy: 'machine_end_music' }, '<Hangup/>'],
      [{ ...without, AnsweredBy: 'robot' }, '<Gather'],
    ] as const) {
      const { post, refOf } = edge();
      await post('/inbound', payloads.inbound());
      expect((await post('/outbound', payload as Record<string, string>, { ref: refOf(1) })).body).toContain(verb);
    }
  });

  it('P-60 an account has two tokens during an exchange: both are accepted', async () => {
    const { post } = edge({ authTokens: ['the new one', TOKEN] });
    expect((await post('/inbound', payloads.inbound())).status).toBe(200);
    expect((await post('/inbound', payloads.inbound(), { token: 'the new one' })).status).toBe(200);
  });

  /** A store that is down until it is released. */
  function blinking() {
    const store = createMemoryStore();
    const state = { away: true };
    const ask = <T>(question: () => Promise<T>) => (state.away ? Promise.reject(new Error('away')) : question());
    return {
      state,
      store: around(store, {
        read: (...a) => ask(() => store.read(...a)),
        commit: (...a) => ask(() => store.commit(...a)),
        claim: (...a) => ask(() => store.claim(...a)),
      }),
    };
  }
  /** The query of the address they are redirected to. */
  const queryOf = (body: string): string => /<Redirect[^?]*\?([^#]*)#/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';

  it('P-108 the store is away for a moment: a new caller waits for 20 s, and is served when it is back', async () => {
    const { store, state } = blinking();
    const { post, clock } = edge({ store });
    const first = await post('/inbound', payloads.inbound(), { query: 'who=Ann' });
    expect(queryOf(first.body)).toBe(`who=Ann&failingSince=${String(clock.now())}`);
    await clock.advanceBy(19_000);
    const query = queryOf((await post('/inbound', payloads.inbound(), { query: queryOf(first.body) })).body);
    expect(query).toBe(queryOf(first.body));
    state.away = false;
    expect((await post('/inbound', payloads.inbound(), { query })).body).toContain('<Conference');
  });

  it('P-109 the second request of a call: a caller over the limit hears so, and without a token our number is shown', async () => {
    const limits = { admit: () => Promise.resolve('tooManyAtOnce' as const) };
    const query = `failingSince=${String(manualClock().now())}`;
    const full = edge({ limits });
    expect((await full.post('/inbound', payloads.inbound())).body).toContain('<Reject');
    expect((await full.post('/inbound', payloads.inbound(), { query })).body).toContain('our lines are busy');
    const { post, runtime, execute } = edge();
    const { CallToken: _, ...again } = payloads.inbound({ status: 'in-progress' });
    await post('/inbound', again, { query });
    await runtime.tick();
    expect(execute.of('call.create')).toMatchObject([{ from: NUMBERS.ours }]);
  });

  it('P-110 a caller who got the goodbye: nobody is rung for them when the store is back', async () => {
    const { store, state } = blinking();
    const { post, clock, runtime, execute } = edge({ store });
    const first = await post('/inbound', payloads.inbound());
    await clock.advanceBy(20_000);
    const last = await post('/inbound', payloads.inbound(), { query: queryOf(first.body) });
    expect(last.body).toContain('nobody is available');
    state.away = false;
    await clock.advanceBy(1000);
    // A decision made too late finds the goodbye recorded.
    await runtime.handle(CALL_KEY, untimed(events.inbound({})));
    await runtime.tick();
    expect(execute.effects).toEqual([]);
  });

  it('P-111 a verdict that is sent once is not lost while the leg is asked to wait', async () => {
    const { store, state } = blinking();
    state.away = false;
    const { post, refOf } = edge({ store });
    await post('/inbound', payloads.inbound());
    state.away = true;
    const answered = await post('/outbound', payloads.answered({ answeredBy: 'machine_start' }), { ref: refOf(1) });
    state.away = false;
    const { AnsweredBy: _, ...without } = payloads.answered();
    const again = await post('/outbound', without, { query: queryOf(answered.body) });
    expect(again.body).toContain('<Hangup/>');
  });
});
