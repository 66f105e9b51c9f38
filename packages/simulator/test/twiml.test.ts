import { describe, expect, it } from 'vitest';
import { BASE, CALLER, NUMBER, conference, world, xml } from './app.js';

/** Plays a document to a caller who presses these keys at these times (ms from the call). */
async function listen(document: string, keys: Record<number, string> = {}, handlers: Parameters<typeof world>[0] = {}) {
  const app = world({ '/inbound': () => xml(document), ...handlers });
  const start = app.sim.clock.now();
  const caller = app.sim.placeCall({ from: CALLER, to: NUMBER });
  for (const [at, digits] of Object.entries(keys)) app.sim.clock.wakeAt(start + Number(at), () => caller.press(digits));
  await app.sim.settle();
  return { ...app, caller, codes: app.sim.debugger.map(({ code }) => code), took: (caller.endedAt ?? 0) - start };
}

describe('what a caller hears', () => {
  it('a caller hears Say, Play and Pause, each taking its time', async () => {
    const { caller, took } = await listen(
      '<Say>1234567890</Say><Play>/tone.mp3</Play><Pause length="3"/><Say loop="2">Bye</Say>',
    );
    expect(caller.heard).toEqual(['1234567890', `${BASE}/tone.mp3`, 'Bye']);
    expect(took).toBe(20 + 1000 + 5000 + 3000 + 2 * 580);
    expect(caller.status).toBe('completed');
  });

  it('a caller is answered by a pause that comes first, and by a redirect: by everything but a refusal', async () => {
    const { sim } = world({ '/inbound': () => xml('<Pause length="3"/><Say>Hello, how are you today?</Say>') });
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.advance(2000);
    expect(caller.status).toBe('in-progress');
    expect((caller.answeredAt ?? 0) - caller.createdAt).toBe(20);
    const late = { '/next': () => xml('<Reject/>') };
    for (const first of ['<Pause/>', '']) {
      const redirected = await listen(`${first}<Redirect>next</Redirect>`, {}, late);
      expect(redirected.find('/next')[0]?.params).toMatchObject({ CallStatus: 'in-progress' });
      expect(redirected.caller.status).toBe('completed');
    }
  });

  it('a caller can be rejected without being answered', async () => {
    for (const [reason, status, sip] of [
      ['busy', 'busy', '486'],
      ['rejected', 'no-answer', '603'],
    ]) {
      const { caller, find } = await listen(`<Reject reason="${reason}"/>`);
      expect(caller).toMatchObject({ status, answeredAt: undefined });
      expect(find('/number')[0]?.params).toMatchObject({ CallStatus: status, SipResponseCode: sip, CallDuration: '0' });
    }
  });

  it('a caller is hung up on at the end, after Hangup, and after an empty response', async () => {
    expect((await listen('<Say>A</Say><Hangup/><Say>B</Say>')).caller.heard).toEqual(['A']);
    expect((await listen('')).caller.status).toBe('completed');
  });

  it('a caller follows a redirect, relative to the document, as POST or GET', async () => {
    const { caller, find } = await listen(
      '<Redirect method="GET">next?a=1&amp;b=2</Redirect><Say>never</Say>',
      {},
      {
        '/next': () => xml('<Say>Next</Say>'),
      },
    );
    expect(caller.heard).toEqual(['Next']);
    expect(find('/next')[0]?.request.method).toBe('GET');
    expect(find('/next')[0]?.params).toMatchObject({ a: '1', b: '2', CallSid: caller.sid, CallStatus: 'in-progress' });
  });

  it('an endless redirect is stopped', async () => {
    const { caller, codes, find } = await listen('<Redirect/>');
    expect(codes).toEqual([0]);
    expect(find('/inbound')).toHaveLength(5000);
    expect(caller.status).toBe('completed');
  });

  it('a call ends at its time limit', async () => {
    const app = world({ '/inbound': () => xml(conference('room', '/ended')) });
    const caller = app.sim.placeCall({ from: CALLER, to: NUMBER });
    await app.sim.advance(60_000);
    await app.client.calls(caller.sid).update({ timeLimit: 90 });
    await app.sim.settle();
    expect(caller.duration).toBe(90);
    const other = app.sim.placeCall({ from: CALLER, to: NUMBER });
    await app.sim.settle();
    expect(other.duration).toBe(4 * 3600);
  });

  it('Record tells the action what was recorded', async () => {
    const { find } = await listen(
      '<Say>Speak</Say><Record action="/recorded" timeout="2"/>',
      {},
      { '/recorded': () => xml('') },
    );
    expect(find('/recorded')[0]?.params).toMatchObject({ RecordingDuration: '8', Digits: '' });
  });
});

describe('Gather', () => {
  const document = (attributes: string) =>
    `<Gather action="/digits" ${attributes}><Say>Please press a key</Say></Gather><Say>Nothing</Say>`;
  const handlers = { '/digits': () => xml('<Say>Thanks</Say>') };
  const digits = ({ find }: Awaited<ReturnType<typeof listen>>) =>
    find('/digits').map(({ params }) => params['Digits']);

  it('Gather listens while the prompt is spoken, which a key cuts short', async () => {
    const result = await listen(document('numDigits="1"'), { 500: '5' }, handlers);
    expect(digits(result)).toEqual(['5']);
    expect(result.caller.heard).toEqual(['Please press a key', 'Thanks']);
    expect(result.took).toBeLessThan(1500);
  });

  it('Gather falls through when nothing is pressed', async () => {
    const result = await listen(document('numDigits="1" timeout="3"'), {}, handlers);
    expect(digits(result)).toEqual([]);
    expect(result.caller.heard).toEqual(['Please press a key', 'Nothing']);
    expect(result.took).toBe(20 + 1480 + 3000 + 820);
  });

  it('Gather requests the action anyway if configured', async () => {
    const result = await listen(document('numDigits="1" actionOnEmptyResult="true"'), {}, handlers);
    expect(digits(result)).toEqual(['']);
  });

  it('Gather ends at the finishing key, at the number of digits, or some time after the last one', async () => {
    expect(digits(await listen(document(''), { 500: '1', 900: '2', 1000: '#' }, handlers))).toEqual(['12']);
    expect(digits(await listen(document('numDigits="2"'), { 500: '123' }, handlers))).toEqual(['12']);
    expect(digits(await listen(document('timeout="2"'), { 500: '1', 2400: '2', 5000: '3' }, handlers))).toEqual(['12']);
  });

  it('Gather takes # for a digit if there is no finishing key', async () => {
    expect(digits(await listen(document('numDigits="1" finishOnKey=""'), { 500: '#' }, handlers))).toEqual(['#']);
    expect(digits(await listen(document('numDigits="1"'), { 500: '#' }, handlers))).toEqual([]);
  });

  it('Gather loses a key pressed before it', async () => {
    expect(digits(await listen(`<Say>Wait for it</Say>${document('timeout="1"')}`, { 300: '7' }, handlers))).toEqual(
      [],
    );
  });
});

describe('a document with a mistake', () => {
  const answer = (response: object) => ({ '/inbound': () => ({ body: xml('<Say>Hi</Say>'), ...response }) });

  it.each([
    [12100, { body: '<Response><Say>open' }],
    [12100, { body: '<Response><Say>a & b</Say></Response>' }],
    [12102, { body: '<response/>' }],
    [12300, { headers: { 'content-type': 'application/json' } }],
    [11750, { body: xml(`<Say>${'x'.repeat(64 * 1024)}</Say>`) }],
    [11200, { status: 500 }],
    [11200, { status: 404 }],
  ])('a document with a mistake is error %i and ends the call', async (code, response) => {
    const { caller, codes, sim } = await listen('', {}, answer(response));
    expect(codes).toEqual([code]);
    expect(sim.debugger[0]).toMatchObject({ level: 'error', url: `${BASE}/inbound`, callSid: caller.sid });
    expect(caller.heard.join()).toContain('application error');
  });

  it.each([
    '<say>Hi</say>',
    '<Say tone="high">Hi</Say>',
    '<Gather><Dial/></Gather>',
    'words',
    '<Dial><Conference startConferenceOnEnter="yes">room</Conference></Dial>',
    '<Pause length="long"/>',
  ])('a document with a mistake is a warning 12200: %s', async (document) => {
    const app = world({ '/inbound': () => xml(document) });
    app.sim.placeCall({ from: CALLER, to: NUMBER, hangUp: { afterMs: 20_000 } });
    await app.sim.settle();
    expect(app.sim.debugger).toMatchObject([{ code: 12200, level: 'warning' }]);
  });

  it('a document may be plain text: TwiML if it parses, otherwise read aloud', async () => {
    const plain = { 'content-type': 'text/plain' };
    expect((await listen('', {}, answer({ headers: plain }))).caller.heard).toEqual(['Hi']);
    expect((await listen('', {}, answer({ headers: plain, body: 'Good day' }))).caller.heard).toEqual(['Good day']);
  });

  it('an unsupported verb is refused by name', async () => {
    for (const [verb, name] of [
      ['<Dial/>', '<Dial> without a noun'],
      ['<Dial><Client>ann</Client></Dial>', '<Dial><Client>'],
      ['<Dial><Number>+14155550142</Number><Sip>sip:a@b.c</Sip></Dial>', '<Dial><Sip>'],
      ['<Dial><Number>+14155550142</Number><Conference>a</Conference></Dial>', '<Dial><Conference> beside <Number>'],
      ['<Dial><Queue>a</Queue><Queue>b</Queue></Dial>', '<Dial><Queue> beside <Queue>'],
      ['<Dial><Number sendDigits="1">+14155550142</Number></Dial>', '<Number sendDigits>'],
      [`<Dial>${'<Number>+14155550142</Number>'.repeat(11)}</Dial>`, 'more than 10 <Number>s'],
      ['<Dial><Queue>q</Queue></Dial>', '<Dial><Queue>'],
      ['<Enqueue>q</Enqueue>', '<Enqueue>'],
    ] as const) {
      const { sim, codes } = await listen(verb);
      expect(codes).toContain(0);
      expect(sim.debugger.find(({ code }) => code === 0)?.message).toContain(name);
    }
  });

  it('a document given over REST cannot have relative addresses', async () => {
    const { sim, client } = world({ '/inbound': () => xml('<Pause/><Say>one</Say><Pause length="30"/>') });
    const caller = sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.advance(5000);
    await client.calls(caller.sid).update({ twiml: xml(conference('room', '/ended')) });
    await sim.settle();
    expect(sim.debugger).toMatchObject([{ code: 15004 }]);
  });
});
