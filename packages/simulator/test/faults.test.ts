import { describe, expect, it } from 'vitest';
import { busy, noAnswer } from '../src/index.js';
import type { RestFault } from '../src/index.js';
import { BASE, CALLER, NUMBER, PHONE, world, xml } from './app.js';

/** Creates a call whose first request gets this fault. */
async function create(fault: RestFault) {
  let first = true;
  const { client, sim } = world(
    {},
    {
      person: noAnswer(),
      rest: ({ method, path, form }) => {
        const hit = first && method === 'POST' && path.endsWith('/Calls.json') && form.get('To') === PHONE;
        first = false;
        return hit ? fault : undefined;
      },
    },
  );
  const began = sim.clock.now();
  let took = 0;
  const result = client.calls
    .create({ to: PHONE, from: NUMBER, twiml: xml('') })
    .then(
      (call) => call.sid,
      (error: unknown) => error as { code?: unknown; status?: unknown; name: string },
    )
    .finally(() => (took = sim.clock.now() - began));
  await sim.settle();
  return { result: await result, took, executed: sim.calls.length === 1, sid: sim.calls[0]?.sid };
}

describe('a fault of REST looks as the official client shows it', () => {
  it.each([
    ['refuse-connection', false, { code: 'ECONNREFUSED' }],
    ['reset', false, { code: 'ECONNRESET' }],
    ['executed-but-reset', true, { code: 'ECONNRESET' }],
    ['bad-json', true, {}],
    [
      { status: 429, body: { code: 20429, message: 'Too Many Requests', status: 429 } },
      false,
      { status: 429, code: 20429 },
    ],
    [{ status: 503, body: '<html>Bad gateway</html>' }, false, { status: 503 }],
  ] as [RestFault, boolean, object][])('%j', async (fault, executed, shape) => {
    const got = await create(fault);
    expect(got.executed).toBe(executed);
    if (fault === 'bad-json') expect(got.result).toBeInstanceOf(SyntaxError);
    else expect(got.result).toMatchObject(shape);
  });

  it('a fault can time out on the simulator’s clock', async () => {
    for (const [fault, executed] of [
      ['timeout', false],
      ['executed-but-timeout', true],
      [{ delayMs: 60_000 }, true],
    ] as [RestFault, boolean][]) {
      const got = await create(fault);
      expect(got).toMatchObject({ executed, took: 30_000 });
      expect(got.result).toMatchObject({ code: 'ECONNABORTED' });
    }
  });

  it('a fault times out even for a client that would wait forever', async () => {
    for (const timeout of [0, Infinity]) {
      const { sim } = world({}, { rest: () => 'timeout' });
      const began = sim.clock.now();
      const uri = 'https://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json';
      const result = sim.httpClient.request({ method: 'get', uri, username: 'a', password: 'b', timeout }).then(
        () => undefined,
        () => sim.clock.now() - began,
      );
      await sim.settle();
      expect(await result).toBe(30_000);
    }
  });

  it('a REST answer can be late', async () => {
    const got = await create({ delayMs: 4000 });
    expect(got).toMatchObject({ took: 4000, result: got.sid });
  });

  it('a REST answer can be late inside a webhook, which takes that long and may be too late', async () => {
    for (const [delayMs, codes] of [
      [4000, []],
      [16_000, [11205]],
    ] as const) {
      const { client, sim } = world(
        {
          '/inbound': async () => {
            await client.calls.list();
            return xml('<Say>Hi</Say>');
          },
        },
        { rest: () => ({ delayMs }) },
      );
      const caller = sim.placeCall({ from: CALLER, to: NUMBER });
      await sim.settle();
      expect((caller.answeredAt ?? 0) - caller.createdAt).toBe(delayMs + 20);
      expect(sim.debugger.map(({ code }) => code)).toEqual(codes);
    }
  });

  it('callbacks can overtake the answer to the create', async () => {
    let answeredAt = 0;
    const { client, sim, find } = world({}, { person: busy(), rest: () => ({ delayMs: 5000 }) });
    void client.calls
      .create({ to: PHONE, from: NUMBER, twiml: xml(''), statusCallback: `${BASE}/status` })
      .then(() => (answeredAt = sim.clock.now()));
    await sim.settle();
    expect(find('/status')[0]?.at).toBeLessThan(answeredAt);
  });
});
