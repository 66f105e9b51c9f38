import { describe, expect, it } from 'vitest';
import { AmdError } from '@amd/core';
import { twiml } from '../../src/wire/twiml.js';
import { BASE, CALLER, common, LEG, webhook } from '../helpers/webhooks.js';
import { parseXml } from '../helpers/xml.js';
import { AWAY, CALLER_REF, LEG_REF, scene, settled, typesOf, verbsOf } from './scene.js';

describe('a caller who is told goodbye', () => {
  it.each([
    ['/inbound', '', undefined],
    ['/incoming', '', undefined],
    ['/inbound/document', CALLER_REF, 1],
    ['/inbound/ended', CALLER_REF, 1],
    ['/inbound/fallback', CALLER_REF, 1],
  ])('a goodbye at %s?%s is recorded for the visit that the caller was in', async (path, ref, visit) => {
    const { endpoint, heard, log, state, since } = scene();
    state.answer = ({ type }) => (type === 'caller.goodbye' ? Promise.resolve(twiml()) : AWAY());
    const query = [ref, since(20)].filter((part) => part !== '').join('&');
    const told = await endpoint.handle(webhook(path, common(CALLER), { query }));
    expect(verbsOf(told)).toEqual(['Say', 'Hangup']);
    expect(heard.at(-1)).toEqual({
      key: `forwarding:${CALLER}`,
      event: { type: 'caller.goodbye', ...(visit === undefined ? {} : { visit }) },
    });
    expect(log.map(({ code }) => code)).toEqual(['reply.failed', 'goodbye']);
    expect(log.at(-1)).toMatchObject({ level: 'error', path, call: CALLER });
  });

  it.each([
    ['somebody we rang', '/outbound', LEG_REF, LEG],
    ['a reference of another call', '/inbound/document', `ref=forwarding.${LEG}.1.0`, CALLER],
    ['a reference of another flow', '/inbound/document', `ref=taskrouter.${CALLER}.1.0`, CALLER],
    ['hold music', '/inbound/wait', CALLER_REF, CALLER],
  ])('a request that is not %s records no goodbye', async (_, path, ref, sid) => {
    const { endpoint, heard, state, since } = scene();
    state.answer = AWAY;
    await endpoint.handle(webhook(path, common(sid), { query: `${ref}&${since(20)}` }));
    expect(typesOf(heard)).not.toContain('caller.goodbye');
  });

  it('the caller hears the goodbye in time even if it cannot be recorded, and it is recorded later', async () => {
    const { endpoint, heard, log, state, clock, since } = scene();
    state.answer = () => new Promise(() => undefined);
    let isTold = false;
    const replied = endpoint.handle(webhook('/inbound', common(CALLER), { query: since(20) }));
    void replied.then(() => (isTold = true));
    await settled();
    // The last try gets 80 % of the budget of 1500 ms, and the goodbye what is left.
    await clock.advanceBy(1199, settled);
    expect(typesOf(heard)).toEqual(['inbound']);
    await clock.advanceBy(1, settled);
    expect(typesOf(heard)).toEqual(['inbound', 'caller.goodbye']);
    await clock.advanceBy(299, settled);
    expect(isTold).toBe(false);
    await clock.advanceBy(1, settled);
    expect(verbsOf(await replied)).toEqual(['Say', 'Hangup']);
    expect(log.map(({ code }) => code)).toEqual(['reply.late', 'goodbye']);

    state.answer = () => Promise.resolve(twiml());
    await clock.advanceBy(999, settled);
    expect(heard).toHaveLength(2);
    await clock.advanceBy(1, settled);
    expect(typesOf(heard).slice(2)).toEqual(['caller.goodbye']);
    await clock.advanceBy(600_000, settled);
    expect(heard).toHaveLength(3);
  });

  it('recording a goodbye is tried at growing intervals for five minutes, and then the log says so', async () => {
    const { endpoint, heard, log, state, clock, since } = scene();
    state.answer = AWAY;
    await endpoint.handle(webhook('/inbound', common(CALLER), { query: since(20) }));
    const begun = clock.now();
    const tries: number[] = [];
    state.answer = () => {
      tries.push((clock.now() - begun) / 1000);
      return AWAY();
    };
    await clock.advanceBy(301_000 - 1, settled);
    expect(log.map(({ code }) => code)).not.toContain('goodbye.failed');
    await clock.advanceBy(600_000, settled);
    expect(tries).toEqual([1, 3, 7, 15, 31, 61, 121, 181, 241, 301]);
    expect(log.at(-1)).toMatchObject({ level: 'error', code: 'goodbye.failed', path: '/inbound', call: CALLER });
    expect(log.at(-1)?.message).toContain('the store is away');
    expect(typesOf(heard).filter((type) => type === 'caller.goodbye')).toHaveLength(11);
  });

  it('a stopped runtime does not record a goodbye: another process has the call', async () => {
    const { endpoint, heard, log, state, clock, since } = scene();
    state.answer = () => Promise.reject(new AmdError('ERR_STOPPED', 'the runtime was stopped'));
    await endpoint.handle(webhook('/inbound', common(CALLER), { query: since(20) }));
    await clock.advanceBy(600_000, settled);
    expect(typesOf(heard)).toEqual(['inbound', 'caller.goodbye']);
    expect(log.map(({ code }) => code)).toEqual(['reply.failed', 'goodbye']);
  });
});

describe('a caller who is asked to wait', () => {
  it("a waiting caller waits no longer because another process's clock was ahead", async () => {
    const { endpoint, state, since } = scene();
    state.answer = AWAY;
    const { body } = await endpoint.handle(webhook('/inbound', common(CALLER), { query: since(-3600) }));
    expect(parseXml(body).children[1]?.text).toBe(`${BASE}/inbound?${since(0)}#rc=3&rp=5xx,ct,rt`);
  });

  it('the flow learns when the caller first asked, so that they are not rung for too long', async () => {
    const { endpoint, heard, clock, since } = scene();
    await endpoint.handle(webhook('/inbound', common(CALLER), { query: since(7) }));
    await endpoint.handle(webhook('/inbound', common(CALLER)));
    expect(heard).toMatchObject([{ event: { call: { since: clock.now() - 7000 } } }, { event: { call: {} } }]);
    expect((heard[1] as unknown as { event: { call: object } }).event.call).not.toHaveProperty('since');
  });

  it('a caller on hold hears music again, at the same address, for as long as it takes', async () => {
    const { endpoint, state, since } = scene();
    state.answer = AWAY;
    const kept = `${CALLER_REF}&${since(300)}`;
    const first = await endpoint.handle(webhook('/inbound/wait', common(CALLER), { query: CALLER_REF }));
    expect(
      parseXml(first.body).children.map(({ name, attributes, text }) => [name, attributes['length'] ?? text]),
    ).toEqual([
      ['Pause', '5'],
      ['Redirect', `${BASE}/inbound/wait?${CALLER_REF}#rc=3&rp=5xx,ct,rt`],
    ]);
    expect(verbsOf(await endpoint.handle(webhook('/inbound/wait', common(CALLER), { query: kept })))).toEqual([]);
    const whisper = await endpoint.handle(webhook('/inbound/whisper', common(LEG), { query: CALLER_REF }));
    expect(verbsOf(whisper)).toEqual([]);
  });
});

describe('what detection said', () => {
  const again = async (answeredBy: string | undefined): Promise<string> => {
    const { endpoint, state } = scene();
    state.answer = AWAY;
    const params = common(LEG, answeredBy === undefined ? {} : { AnsweredBy: answeredBy });
    const { body } = await endpoint.handle(webhook('/outbound', params, { query: LEG_REF }));
    return parseXml(body).children[1]?.text ?? '';
  };

  it('the verdict travels with a leg that has to ask again, and counts if Twilio does not repeat it', async () => {
    const address = await again('machine_start');
    const query = address.replace(/^[^?]*\?/, '').replace(/#.*$/, '');
    expect(query).toMatch(/^ref=.*&answeredBy=machine_start&failingSince=\d+$/);
    expect(await again(undefined)).not.toContain('answeredBy');
    const { endpoint, heard } = scene();
    await endpoint.handle(webhook('/outbound', common(LEG), { query }));
    await endpoint.handle(webhook('/outbound', common(LEG, { AnsweredBy: 'human' }), { query }));
    expect(heard).toMatchObject([
      { event: { type: 'leg.answered', answeredBy: 'machine_start' } },
      { event: { type: 'leg.answered', answeredBy: 'human' } },
    ]);
  });

  it('the verdict appears in no other address of ours', async () => {
    const { endpoint, heard } = scene();
    for (const [path, sid, ref] of [
      ['/outbound/key', LEG, LEG_REF],
      ['/inbound/document', CALLER, CALLER_REF],
    ] as const) {
      const query = `${ref}&answeredBy=human`;
      expect((await endpoint.handle(webhook(path, common(sid, { Digits: '1' }), { query }))).status).toBe(403);
    }
    expect(heard).toEqual([]);
  });
});

describe('a caller without a record who is redirected to us again', () => {
  const again = (visit = 5, key = CALLER, leg = 0): string => `ref=forwarding.${key}.${String(visit)}.${String(leg)}`;
  const asked = (sid = CALLER) => common(sid, { CallToken: 'of long ago', ForwardedFrom: '+13105550100' });

  it('a caller whose record was lost is served as a new call after the lost visit, without the token of their first request', async () => {
    const { endpoint, heard } = scene();
    await endpoint.handle(webhook('/inbound/again', asked(), { query: again() }));
    const [only, ...more] = heard;
    expect([only?.key, more]).toEqual([`forwarding:${CALLER}`, []]);
    expect(only?.event).toMatchObject({ type: 'inbound', lostVisit: 5, call: { sid: CALLER, status: 'in-progress' } });
    expect(JSON.stringify(only)).not.toMatch(/of long ago|since/);
  });

  it('a caller whose record was lost is known to have waited if serving them failed at first', async () => {
    const { endpoint, heard, clock, since } = scene();
    await endpoint.handle(webhook('/inbound/again', asked(), { query: `${again()}&${since(3)}` }));
    expect(heard).toMatchObject([{ event: { lostVisit: 5, call: { since: clock.now() - 3000 } } }]);
  });

  it.each([
    ['another call', asked(LEG), again()],
    ['a leg', asked(), again(5, CALLER, 1)],
  ])('a redirected call that is not %s writes nothing', async (_, params, query) => {
    const { endpoint, heard } = scene();
    expect(verbsOf(await endpoint.handle(webhook('/inbound/again', params, { query })))).toEqual(['Hangup']);
    expect(heard).toEqual([]);
  });
});

describe('a call that was forwarded to us', () => {
  it('the flow and "resolve" learn from where a call was forwarded, and "resolve" does not see its token', async () => {
    const seen: unknown[] = [];
    const { endpoint, heard } = scene({
      resolve: (call) => {
        seen.push(call);
        return { forwardTo: [] };
      },
    });
    const forwarded = { ForwardedFrom: '+13105550100', CalledVia: '+13105550101', CallToken: 'secret' };
    await endpoint.handle(webhook('/inbound', common(CALLER, forwarded)));
    const call = {
      sid: CALLER,
      status: 'in-progress',
      from: '+12125550123',
      to: '+14155550199',
      forwardedFrom: '+13105550100',
      calledVia: '+13105550101',
    };
    expect(seen).toEqual([{ ...call, sipHeaders: {}, query: {} }]);
    expect(heard).toMatchObject([{ event: { call: { ...call, token: 'secret' } } }]);
  });
});
