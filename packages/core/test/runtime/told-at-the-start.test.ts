import { createMemoryStore, createRuntime, forwarding, worker } from '@amd/core';
import { createForwardingEndpoint, toNodeListener } from '@amd/core/http';
import { createCallForwarding, createTaskRouterForwarding, createTwilioExecutor } from '@amd/core/twilio';
import { events, sids, START as START_AT } from '@amd/core/testing';
import { describe, expect, it } from 'vitest';
import { KEY, setup, untimed } from './setup.js';

const execute = () => Promise.resolve({ kind: 'ambiguous', reason: '' } as const);
const store = createMemoryStore();
const START = {
  accountSid: sids.account(),
  authToken: 'secret',
  publicBaseUrl: 'https://app.example.com',
  ownNumber: '+14155550199',
};

/** What JavaScript may pass, where a compiler would complain. */
const anything = (value: object): never => value as never;

describe('a misspelt option is named, with what there is', () => {
  it.each([
    ['createRuntime', () => createRuntime(anything({ flow: forwarding, store, execute, hook: {} })), 'hook'],
    ['createTwilioExecutor', () => createTwilioExecutor(anything({ mayDail: () => true })), 'mayDail'],
    ['createForwardingEndpoint', () => createForwardingEndpoint(anything({ publicUrl: '' })), 'publicUrl'],
    ['createMemoryStore', () => createMemoryStore(anything({ sweep: 5 })), 'sweep'],
    ['createCallForwarding', () => createCallForwarding(anything({ ...START, forwardto: [] })), 'forwardto'],
    ['createTaskRouterForwarding', () => createTaskRouterForwarding(anything({ ...START, queue: '' })), 'queue'],
  ])('%s', (maker, make, option) => {
    expect(make).toThrow(
      new RegExp(
        `^"${option}" \\(.*\\) is not an option of ${maker}( \\(did you mean "\\w+"\\?\\))?; there (are|is) \\w+`,
      ),
    );
  });

  it.each([
    ['a word too few', 'number', 'ownNumber'],
    ['other letters', 'forwadTo', 'forwardTo'],
    ['a letter too many', 'hookss', 'hooks'],
  ])('with the one that was meant: %s', (_, given, meant) => {
    expect(() => createCallForwarding(anything({ ...START, [given]: [] }))).toThrow(`did you mean "${meant}"?`);
  });

  it('without a guess where nothing is like it', () => {
    expect(() => createCallForwarding(anything({ ...START, zebra: 1 }))).toThrow(/of createCallForwarding; there are/);
  });

  it('also beside "resolve", where the options of a call are what it returns', () => {
    const options = { ...START, resolve: () => ({ forwardTo: [] }), mayDial: [], fallback: { kind: 'say' } };
    expect(() => createCallForwarding(anything(options))).toThrow('"fallback"');
  });
});

describe('a start that cannot work is refused', () => {
  it.each([
    ['a store that is a promise', { store: Promise.resolve(store) }, '"store" is a promise: await it first'],
    ['a store without a method', { store: { ...store, claim: undefined } }, '"store" must be a store: it has no claim'],
    ['no number of its own', { ownNumber: undefined }, '"ownNumber" must be your Twilio number'],
    ['a hook that no flow runs', { hooks: { voiceMail: () => undefined } }, '"hooks.voiceMail" is never run by'],
    ['a hook that is no function', { hooks: { ended: true } }, '"hooks.ended" must be a function'],
    [
      'resolve without mayDial',
      { forwardTo: undefined, resolve: () => ({ forwardTo: [] }) },
      '"mayDial" must be given',
    ],
    ['a list of numbers with a mistake', { mayDial: ['0415'] }, '"mayDial"'],
    ['a number of ours with a mistake', { ownNumber: '0415' }, '"ownNumber"'],
    ['an empty token', { authToken: '' }, '"authToken"'],
    ['a list of people with a mistake', { forwardTo: ['0415'] }, '"forwardTo'],
  ])('%s', (_, change, sentence) => {
    expect(() => createCallForwarding(anything({ ...START, forwardTo: [], ...change }))).toThrow(sentence);
  });

  it('a hook of a flow that has none', () => {
    const options = { flow: worker, store, execute, hooks: { ended: () => undefined } };
    expect(() => createRuntime(anything(options))).toThrow(
      '"hooks.ended" is never run by "worker"; there are no hooks',
    );
  });
});

describe('start() that was forgotten', () => {
  it('is said 10 s after a call, and never when tick() does the work', async () => {
    const said: string[] = [];
    const log = ({ code }: { readonly code: string }): number => said.push(code);
    const forgotten = setup({ log });
    await forgotten.runtime.handle(KEY, untimed(events.inbound()));
    await forgotten.clock.advanceTo(START_AT + 9_999);
    expect(said).toEqual([]);
    await forgotten.clock.advanceTo(START_AT + 10_000);
    expect(said).toEqual(['start.forgotten']);
    const ticked = setup({ log });
    await ticked.runtime.handle(KEY, untimed(events.inbound()));
    await ticked.runtime.tick();
    await ticked.clock.advanceTo(START_AT + 60_000);
    expect(said).toEqual(['start.forgotten']);
  });
});

describe('a listener that is given a Koa context', () => {
  it('throws a sentence that says what to write instead', () => {
    const endpoint = createForwardingEndpoint({
      runtime: { handle: () => Promise.reject(new Error('nobody asks')) },
      publicBaseUrl: START.publicBaseUrl,
      authTokens: ['secret'],
      resolve: () => ({ forwardTo: [] }),
    });
    const context = { req: {}, res: {}, request: {}, response: {}, headers: {} };
    expect(() => {
      toNodeListener(endpoint)(anything(context), anything({}));
    }).toThrow('koa.callback()');
  });
});

describe('the twilio package', () => {
  it('is not needed by whoever brings a client', async () => {
    const calls = createCallForwarding({ ...START, forwardTo: [], client: { calls: {} as never }, autoStart: false });
    await expect(calls.ready).resolves.toBeUndefined();
    await calls.stop();
  });
});
