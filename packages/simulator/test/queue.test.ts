import { describe, expect, it } from 'vitest';
import { human } from '../src/index.js';
import type { InboundOptions } from '../src/index.js';
import { BASE, CALLER, NUMBER, PHONE, world, xml } from './app.js';

type Handlers = Parameters<typeof world>[0];

/** A caller in a worker's queue, who is called after five seconds by the leg `/leg`. */
async function queue(handlers: Handlers, call: Partial<InboundOptions> = {}, wait = 'waitUrl="/wait"') {
  const app = world(
    {
      '/inbound': () => xml(`<Enqueue workflowSid="${sids.workflow}" action="/enqueued" ${wait}/>`),
      '/assign': () => ({ headers: { 'content-type': 'application/json' }, body: '' }),
      '/wait': () => xml('<Pause length="60"/>'),
      '/enqueued': () => xml('<Say>After</Say>'),
      '/dialled': () => xml('<Hangup/>'),
      ...handlers,
    },
    { people: { [PHONE]: human({ ringMs: 1000, talkMs: 10_000 }) } },
  );
  const sids = app.sim.addWorkspace({
    assignmentCallbackUrl: `${BASE}/assign`,
    workers: [{ friendlyName: 'Ann', attributes: { phone: PHONE } }],
  });
  const caller = app.sim.placeCall({ from: CALLER, to: NUMBER, ...call });
  await app.sim.advance(5000);
  const reservation = (): string => app.sim.workspaces[0]?.tasks[0]?.reservations[0]?.sid ?? '';
  const results = () => app.find('/enqueued').map(({ params }) => params['QueueResult']);
  /** The worker picks up and takes the caller. */
  const take = async (queueAttributes: string, dialAttributes = '') => {
    const document = `<Dial action="${BASE}/dialled" ${dialAttributes}><Queue reservationSid="${reservation()}" ${queueAttributes}/></Dial>`;
    const { sid } = await app.client.calls.create({ to: PHONE, from: NUMBER, twiml: xml(document) });
    const leg = app.sim.call(sid);
    if (leg === undefined) throw new Error('no leg');
    return leg;
  };
  return { ...app, caller, take, results, end: () => app.sim.settle(app.sim.clock.now() + 120_000) };
}

const whisper = `url="${BASE}/whisper"`;

describe('a whisper to the caller in the queue', () => {
  it('a whisper is heard by the caller before the two are connected', async () => {
    const app = await queue({ '/whisper': () => xml('<Say>You are connected to Ann</Say>') });
    const leg = await app.take(
      whisper,
      'record="record-from-answer" recordingStatusCallback="https://app.example.com/recorded"',
    );
    await app.end();
    const [asked] = app.find('/whisper');
    expect(asked?.params).toMatchObject({
      CallSid: app.caller.sid,
      QueueSid: expect.stringMatching(/^QU[0-9a-f]{32}$/) as string,
      QueueTime: '7',
      DequeingCallSid: leg.sid,
    });
    expect(asked?.params['QueueSid']).toBe(app.find('/wait')[0]?.params['QueueSid']);
    expect(app.caller.heard).toEqual(['You are connected to Ann', 'After']);
    expect(leg.heard).toEqual([]);
    expect(app.caller.bridgedWith).toMatchObject([
      { sid: leg.sid, since: (asked?.at ?? 0) + 20 + 400 + 24 * 60, ms: 10_000 },
    ]);
    expect(app.results()).toEqual(['bridged']);
    expect(app.find('/dialled')[0]?.params).toMatchObject({ DialCallStatus: 'answered', DialBridged: 'true' });
    expect(app.find('/recorded')[0]?.params).toMatchObject({
      CallSid: leg.sid,
      RecordingSource: 'DialVerb',
      RecordingDuration: '10',
    });
    expect(app.find('/dialled')[0]?.params['RecordingUrl']).toBe(app.find('/recorded')[0]?.params['RecordingUrl']);
    expect(app.sim.debugger).toEqual([]);
  });

  it('a whisper may ask the caller for a key', async () => {
    const app = await queue(
      {
        '/whisper': () => xml('<Gather numDigits="1" action="/pressed"><Say>Press a key to be recorded</Say></Gather>'),
        '/pressed': () => xml('<Say>Thank you</Say>'),
      },
      { press: [{ afterMs: 8000, digits: '7' }] },
    );
    await app.take(whisper);
    await app.end();
    expect(app.find('/pressed')[0]?.params).toMatchObject({ Digits: '7', CallSid: app.caller.sid });
    expect(app.caller.heard).toEqual(['Press a key to be recorded', 'Thank you', 'After']);
    expect(app.caller.bridgedWith).toHaveLength(1);
  });

  it('a whisper that is not available, or contains forbidden verbs, does not keep the two apart', async () => {
    for (const [answer, code] of [
      [() => ({ status: 500 }), 11_200],
      [() => xml('<Record/>'), 13_238],
    ] as const) {
      const app = await queue({ '/whisper': answer });
      await app.take(whisper);
      await app.end();
      expect(app.sim.debugger).toMatchObject([{ code, callSid: app.caller.sid }]);
      expect(app.caller.bridgedWith).toHaveLength(1);
    }
  });

  it.each(['the caller', 'the worker'])('a whisper stops when %s hangs up', async (who) => {
    const app = await queue({ '/whisper': () => xml('<Pause length="20"/>') });
    const leg = await app.take(whisper);
    await app.sim.advance(5000);
    (who === 'the caller' ? app.caller : leg).hangUp();
    await app.end();
    expect([app.caller.bridgedWith, leg.bridgedWith]).toEqual([[], []]);
    expect(app.results()).toEqual(['bridging-in-process']);
    expect(app.find('/dialled')[0]?.params).toMatchObject({ DialBridged: 'false' });
    expect([app.caller.status, leg.status]).toEqual(['completed', 'completed']);
  });

  it('a whisper may end the caller’s call', async () => {
    const app = await queue({ '/whisper': () => xml('<Say>We are closed</Say><Hangup/>') });
    const leg = await app.take(whisper);
    await app.end();
    expect(app.caller).toMatchObject({ status: 'completed', heard: ['We are closed'], bridgedWith: [] });
    expect(app.find('/dialled')[0]?.params).toMatchObject({ CallSid: leg.sid, DialCallStatus: 'failed' });
  });
});

describe('the wait document of a queue', () => {
  const menu = xml(
    '<Gather numDigits="1" action="/key" timeout="3"><Say>Press 1 to leave a message</Say><Pause length="2"/></Gather><Say>Thank you for waiting</Say>',
  );

  it('the wait document listens to keys: the answer replaces it, and then it is requested again', async () => {
    const app = await queue(
      { '/wait': () => menu, '/key': ({ params }) => xml(`<Say>You pressed ${params['Digits'] ?? ''}</Say>`) },
      { press: [{ afterMs: 1000, digits: '4' }] },
    );
    expect(app.find('/key')[0]?.params).toMatchObject({ Digits: '4', CallSid: app.caller.sid });
    expect(app.caller.heard.slice(0, 3)).toEqual([
      'Press 1 to leave a message',
      'You pressed 4',
      'Press 1 to leave a message',
    ]);
    await app.sim.advance(20_000);
    expect(app.caller.heard).toContain('Thank you for waiting');
    app.caller.hangUp();
    await app.end();
    expect(app.results()).toEqual(['hangup']);
  });

  it('the wait document may let the caller leave by a key: the action is requested at once', async () => {
    const app = await queue({ '/wait': () => menu, '/key': () => xml('<Say>Goodbye</Say><Leave/><Say>Never</Say>') });
    app.caller.press('1');
    await app.end();
    expect(app.caller.heard.slice(-2)).toEqual(['Goodbye', 'After']);
    expect(app.find('/enqueued')[0]?.params).toMatchObject({
      QueueResult: 'leave',
      QueueTime: '6',
      CallStatus: 'in-progress',
    });
    expect(app.sim.workspaces[0]?.tasks[0]?.status).toBe('canceled');
  });

  it('the wait document stops listening when the caller is taken', async () => {
    const app = await queue({ '/wait': () => xml('<Gather action="/key" timeout="60"/>'), '/key': () => xml('') });
    await app.take('');
    await app.sim.advance(5000);
    expect(app.caller.bridgedWith).toHaveLength(1);
    app.caller.press('1#');
    await app.end();
    expect(app.find('/key')).toEqual([]);
  });

  it('the wait document may hang up, and may contain nothing else', async () => {
    const ended = await queue({ '/wait': () => xml('<Say>Nobody today</Say><Hangup/>') });
    await ended.end();
    expect(ended.caller).toMatchObject({ status: 'completed', heard: ['Nobody today'] });
    const wrong = await queue({ '/wait': () => xml('<Dial>+14155550142</Dial>') }, { hangUp: { afterMs: 500 } });
    expect(wrong.sim.debugger).toMatchObject([{ code: 13_238 }]);
  });
});
