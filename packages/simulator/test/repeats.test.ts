import { describe, expect, it } from 'vitest';
import { human, realClock, seededRepeats } from '../src/index.js';
import type { Repeat, SimulatorOptions, TwimlRequest } from '../src/index.js';
import { parseArguments } from '../src/server/arguments.js';
import { BASE, CALLER, NUMBER, PHONE, conference, forwarding, world, xml } from './app.js';

const say = (text: string): string => xml(`<Say>${text}</Say>`);

/** One inbound call whose first request is repeated like this; each answer is different. */
async function ring(repeat: Repeat, options: SimulatorOptions & { readonly hangUpAfterMs?: number } = {}) {
  let answers = 0;
  const { hangUpAfterMs, ...more } = options;
  const app = world(
    { '/inbound': () => say(`answer ${(answers += 1)}`) },
    { repeats: ({ url }) => (url.endsWith('/inbound') ? repeat : undefined), ...more },
  );
  const hangUp = hangUpAfterMs === undefined ? {} : { hangUp: { afterMs: hangUpAfterMs } };
  const caller = app.sim.placeCall({ from: CALLER, to: NUMBER, ...hangUp });
  await app.sim.settle();
  const at = app.find('/inbound').map((seen) => seen.at - caller.createdAt);
  return { ...app, caller, at, said: app.sim.timeline.map(({ text }) => text) };
}

describe('a request for TwiML that is repeated', () => {
  it.each([
    ['last', 'answer 2'],
    ['first', 'answer 1'],
  ] as const)(
    'a request is retried with the same body, signature and token, and the %s reply is acted on',
    async (actsOn, heard) => {
      const { caller, find, at, said, sim } = await ring({ retryAfterMs: 3000, actsOn });
      const [one, two] = find('/inbound').map(({ request: { signal: _, ...request } }) => request);
      expect(two).toEqual(one);
      expect((at[1] ?? 0) - (at[0] ?? 0)).toBe(3000);
      expect(caller.heard).toEqual([heard]);
      expect(said).toContain(`TwiML request, again after 3000 ms → ${BASE}/inbound`);
      expect(said).toContain(`asked twice: acted on the ${actsOn} reply`);
      // A slow first reply arrives when the retry was sent already.
      expect(caller.sounds[0]?.at).toBe(caller.createdAt + (at[0] ?? 0) + 3000 + 20);
      expect(sim.debugger).toEqual([]);
    },
  );

  it('a request and its retry are sent at once with an interval of 0', async () => {
    const under = { now: 0, most: 0 };
    const app = world(
      {
        '/inbound': async () => {
          under.most = Math.max(under.most, (under.now += 1));
          await new Promise((resolve) => setImmediate(resolve));
          under.now -= 1;
          return say('Hello');
        },
      },
      { repeats: () => ({ retryAfterMs: 0 }) },
    );
    const caller = app.sim.placeCall({ from: CALLER, to: NUMBER });
    await app.sim.settle();
    expect(under.most).toBe(2);
    expect(caller.heard).toEqual(['Hello']);
  });

  it('a request is copied later, even after the call, and the reply to the copy is discarded', async () => {
    const { caller, at, said, sim } = await ring({ copyAfterMs: 60_000 });
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBe(60_000);
    expect(caller.createdAt + 60_000).toBeGreaterThan(caller.endedAt ?? Infinity);
    expect(caller.heard).toEqual(['answer 1']);
    expect(said).toContain(`a late copy of a TwiML request, its reply thrown away → ${BASE}/inbound`);
    expect(sim.debugger).toEqual([]);
  });

  it('a request is retried even if the caller has hung up meanwhile, and no reply is acted on', async () => {
    const { caller, at, said } = await ring({ retryAfterMs: 5000 }, { hangUpAfterMs: 1000 });
    expect(at).toHaveLength(2);
    expect(caller.status).toBe('no-answer');
    expect(caller.heard).toEqual([]);
    expect(said.some((text) => text.startsWith('asked twice'))).toBe(false);
  });

  it('a request goes on with the other reply if the attempt to be acted on fails', async () => {
    for (const [actsOn, fails] of [
      ['last', 2],
      ['first', 1],
    ] as const) {
      let times = 0;
      const app = world(
        { '/inbound': () => ((times += 1) === fails ? { status: 500 } : say(`answer ${times}`)) },
        { repeats: () => ({ retryAfterMs: 100, actsOn }) },
      );
      const caller = app.sim.placeCall({ from: CALLER, to: NUMBER });
      await app.sim.settle();
      expect(caller.heard).toEqual([`answer ${3 - fails}`]);
      expect(app.sim.debugger).toEqual([]);
    }
  });

  it('a retry may carry another token, with the toggle', async () => {
    const { find } = await ring({ retryAfterMs: 0, copyAfterMs: 500 }, { toggles: { retryToken: 'new' } });
    const tokens = find('/inbound').map(({ request }) => request.headers['i-twilio-idempotency-token']);
    expect(new Set(tokens).size).toBe(3);
    expect(new Set(find('/inbound').map(({ request }) => request.body)).size).toBe(1);
  });

  it('a request is not retried at an address that asks for no retries', async () => {
    const numbers = [{ phoneNumber: NUMBER, voiceUrl: `${BASE}/inbound#rc=0` }];
    const repeats = (): Repeat => ({ retryAfterMs: 100, copyAfterMs: 200 });
    expect((await ring({}, { numbers, repeats })).at).toHaveLength(2);
  });

  it('a late copy that is not answered leaves an entry in the debugger', async () => {
    let times = 0;
    const app = world(
      { '/inbound': () => ((times += 1) === 1 ? say('Hello') : { status: 503 }) },
      { repeats: () => ({ copyAfterMs: 1000 }) },
    );
    app.sim.placeCall({ from: CALLER, to: NUMBER });
    await app.sim.settle();
    expect(app.sim.debugger).toMatchObject([{ code: 11200, level: 'warning', message: /a late copy/ }]);
  });

  it.each([
    [{ retryAfterMs: 14_001 }, '"retryAfterMs" must be from 0 to 14000: 14001'],
    [{ copyAfterMs: -1 }, '"copyAfterMs" must be 0 or more: -1'],
    [{ actsOn: 'second' as never }, '"actsOn" must be first or last: second'],
  ])('%j is refused in the debugger, and the request is sent once', async (repeat, message) => {
    const { at, sim } = await ring(repeat);
    expect(at).toHaveLength(1);
    expect(sim.debugger).toMatchObject([{ code: 0, message: `the option "repeats": ${message}` }]);
  });

  it('a closed simulator sends no repeats', async () => {
    const app = world(
      { '/inbound': () => say('Hello') },
      { clock: realClock({ speed: 1000 }), repeats: () => ({ copyAfterMs: 3_600_000 }) },
    );
    app.sim.placeCall({ from: CALLER, to: NUMBER });
    await app.sim.settle();
    app.sim.close();
    expect((app.sim.clock as ReturnType<typeof realClock>).pending()).toBe(0);
    expect(app.find('/inbound')).toHaveLength(1);
  });
});

describe('every kind of request for TwiML', () => {
  const TWICE = (): Repeat => ({ retryAfterMs: 0, copyAfterMs: 1000 });
  const waits = xml('<Say>You are waiting.</Say><Pause length="20"/>');

  /** How often each path was asked for TwiML that the caller and the callee got once. */
  function times(app: ReturnType<typeof world>): Record<string, number> {
    const counted: Record<string, number> = {};
    for (const { path, params } of app.seen) {
      if (params['CallbackSource'] !== undefined || params['StatusCallbackEvent'] !== undefined) continue;
      counted[path] = (counted[path] ?? 0) + 1;
    }
    return counted;
  }

  it('voice URL, redirects, actions, wait documents, whispers and fallbacks come three times', async () => {
    const app = world(
      {
        '/inbound': () => xml('<Gather numDigits="1" action="/key"><Say>Press a key</Say></Gather>'),
        '/key': () => xml('<Redirect>/broken</Redirect>'),
        '/broken': () => ({ status: 500 }),
        '/fallback': () => xml(`<Dial action="/dialled"><Number url="/whisper">${PHONE}</Number></Dial>`),
        '/whisper': () => say('A call for you'),
        '/dialled': () => xml('<Record action="/recorded"/>'),
        '/recorded': () => xml(conference('room', '/left', 'waitUrl="/wait"')),
        '/wait': () => waits,
        '/left': () => xml('<Hangup/>'),
      },
      {
        numbers: [{ phoneNumber: NUMBER, voiceUrl: `${BASE}/inbound`, voiceFallbackUrl: `${BASE}/fallback` }],
        people: { [PHONE]: human({ ringMs: 1000, talkMs: 2000 }) },
        repeats: TWICE,
      },
    );
    const press = [{ afterMs: 2000, digits: '1' }];
    app.sim.placeCall({ from: CALLER, to: NUMBER, press, hangUp: { afterMs: 60_000 } });
    await app.sim.settle();
    expect(times(app)).toEqual(
      Object.fromEntries(
        '/inbound /key /broken /fallback /whisper /dialled /recorded /wait /left'.split(' ').map((path) => [path, 3]),
      ),
    );
  });

  it('requests that REST asks for, a queue’s documents and actions come three times; an assignment comes once', async () => {
    const app = world(
      {
        '/inbound': () =>
          xml(`<Enqueue workflowSid="${sids.workflow}" waitUrl="/wait" action="/dequeued"><Task>{}</Task></Enqueue>`),
        '/wait': () => waits,
        '/assign': async ({ params }) => {
          const reservation = params['ReservationSid'] ?? '';
          await app.client.calls.create({ to: PHONE, from: NUMBER, url: `${BASE}/leg?reservation=${reservation}` });
          return { headers: { 'content-type': 'application/json' }, body: '' };
        },
        '/leg': ({ url }) =>
          xml(
            `<Dial action="/served"><Queue reservationSid="${new URL(url).searchParams.get('reservation')}" url="/whisper"/></Dial>`,
          ),
        '/whisper': () => say('Here is Ann'),
        '/dequeued': () => xml('<Record action="/recorded"/>'),
        '/recorded': () => xml(''),
        '/served': () => xml(''),
      },
      { people: { [PHONE]: human({ ringMs: 1000, talkMs: 5000 }) }, repeats: TWICE },
    );
    const sids = app.sim.addWorkspace({ assignmentCallbackUrl: `${BASE}/assign`, workers: [{ friendlyName: 'Ann' }] });
    // Hangs up while being recorded: an action whose answer is not used.
    app.sim.placeCall({ from: CALLER, to: NUMBER, hangUp: { afterMs: 15_000 } });
    await app.sim.settle();
    const { '/assign': assignments, '/wait': waiting, ...others } = times(app);
    expect(assignments).toBe(1);
    expect((waiting ?? 0) % 3).toBe(0);
    expect(others).toEqual({ '/inbound': 3, '/leg': 3, '/whisper': 3, '/dequeued': 3, '/recorded': 3, '/served': 3 });
  });
});

describe('repeats by seed', () => {
  const request: TwimlRequest = { url: `${BASE}/inbound`, method: 'POST', callSid: 'CA' };
  const draw = (options: Omit<Parameters<typeof seededRepeats>[0], 'seed'>, seed = 7): (Repeat | undefined)[] => {
    const hook = seededRepeats({ seed, ...options });
    return Array.from({ length: 1000 }, () => hook(request));
  };

  it('seeded repeats are the same for the same seed, different for another, and about as many as configured', () => {
    const options = { retry: 0.2, copy: 0.1 };
    expect(draw(options)).toEqual(draw(options));
    expect(draw(options)).not.toEqual(draw(options, 8));
    const retried = draw(options).filter((one) => one?.retryAfterMs !== undefined);
    const copied = draw(options).filter((one) => one?.copyAfterMs !== undefined);
    expect(retried.length).toBeGreaterThan(150);
    expect(retried.length).toBeLessThan(250);
    expect(copied.length).toBeGreaterThan(60);
    expect(copied.length).toBeLessThan(140);
    // Without copies the same ones are retried.
    expect(draw({ retry: 0.2 }).map((one) => one?.retryAfterMs)).toEqual(draw(options).map((one) => one?.retryAfterMs));
    expect(draw({})).toEqual(Array(1000).fill(undefined));
  });

  it('seeded repeats are immediate, soon and late, and either reply is acted on', () => {
    const drawn = draw({ retry: 1, copy: 1, maxCopyMs: 60_000 }).map((one) => one as Required<Repeat>);
    const share = (of: (one: Required<Repeat>) => boolean): number => drawn.filter(of).length / drawn.length;
    expect(share(({ actsOn }) => actsOn === 'first')).toBeCloseTo(0.5, 1);
    expect(share(({ retryAfterMs }) => retryAfterMs === 0)).toBeCloseTo(0.33, 1);
    expect(share(({ retryAfterMs }) => retryAfterMs > 5000)).toBeGreaterThan(0.1);
    expect(share(({ copyAfterMs }) => copyAfterMs < 5000)).toBeGreaterThan(0.5);
    expect(Math.max(...drawn.map(({ copyAfterMs }) => copyAfterMs))).toBeLessThanOrEqual(60_000);
  });

  it('seeded repeats change nothing when both rates are 0', async () => {
    const play = async (more: SimulatorOptions): Promise<unknown> => {
      const { sim } = forwarding({ person: human(), disorder: { seed: 3, duplicate: 0.3 }, ...more });
      sim.placeCall({ from: CALLER, to: NUMBER });
      await sim.settle();
      return sim.timeline;
    };
    expect(await play({ repeats: seededRepeats({ seed: 3 }) })).toEqual(await play({}));
  });

  it.each([
    [{ retry: 2 }, '"retry" must be from 0 to 1: 2'],
    [{ copy: NaN }, '"copy" must be from 0 to 1: NaN'],
    [{ maxCopyMs: 0 }, '"maxCopyMs" must be at least 100 ms: 0'],
    [{ seed: 0.5 }, '"seed" must be a whole number: 0.5'],
    [{ repeat: 1 }, 'unknown option "repeat": one of seed, retry, copy, maxCopyMs'],
  ])('%j is refused, and the message says why', (options, message) => {
    expect(() => seededRepeats({ seed: 1, ...options })).toThrow(`seededRepeats: ${message}`);
  });

  it('seeded repeats are part of --chaos', () => {
    const hookOf = (text: string) => parseArguments(['--chaos', text])?.options.repeats;
    expect(hookOf('7:retry=1,copy=0')?.(request)?.retryAfterMs).toBeTypeOf('number');
    expect(hookOf('7:retry=0,copy=0')?.(request)).toBeUndefined();
    expect(hookOf('7')).toBeTypeOf('function');
    expect(() => hookOf('7:retry=2')).toThrow(/"retry" must be a number from 0 to 1/);
  });
});
