import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import twilio from 'twilio';
import { createSimulator, createSimulatorServer, logLine, parsePerson, realClock, silent } from '../src/index.js';
import type { HttpClientRequest } from '../src/index.js';
import { parseArguments } from '../src/server/arguments.js';
import { CALLER, NUMBER, PHONE, xml } from './app.js';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The official client with another address, as a reader of the README would use it. */
function clientAt(base: string, accountSid: string, authToken: string) {
  const httpClient = {
    async request(options: HttpClientRequest) {
      const url = new URL(options.uri);
      const target = new URL(`${base}/${url.hostname}${url.pathname}${url.search}`);
      const body = new URLSearchParams();
      for (const [name, value] of Object.entries(options.data ?? {})) {
        const values: (string | number | boolean | undefined)[] = Array.isArray(value) ? value : [value];
        for (const one of values) if (one !== undefined) body.append(name, String(one));
      }
      const response = await fetch(target, {
        method: options.method.toUpperCase(),
        headers: {
          authorization: `Basic ${Buffer.from(`${options.username}:${options.password}`).toString('base64')}`,
        },
        ...(options.method === 'post' ? { body } : {}),
      });
      return { statusCode: response.status, body: await response.text(), headers: {} };
    },
  };
  return twilio(accountSid, authToken, { httpClient: httpClient as never });
}

describe('on a port', () => {
  it("the server signs what it sends: an apostrophe, a blank and all kinds of letters in an application's address", async () => {
    const answers: boolean[] = [];
    const app = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        const signature = String(request.headers['x-twilio-signature']);
        const params = Object.fromEntries(new URLSearchParams(body));
        answers.push(twilio.validateRequest(sim.authToken, signature, `${appUrl}${request.url ?? ''}`, params));
        response.writeHead(200, { 'content-type': 'text/xml' });
        response.end(xml(answers.length === 1 ? `<Redirect method="GET">/next?who=O'Neil</Redirect>` : '<Hangup/>'));
      });
    });
    const appUrl = await listen(app);
    const sim = createSimulator({
      clock: realClock({ speed: 100 }),
      numbers: [{ phoneNumber: NUMBER, voiceUrl: `${appUrl}/voice/Zoë's?who=O'Neil&a=ü b&q="<x>"|{y}%27` }],
    });
    sim.placeCall({ from: CALLER, to: NUMBER });
    await sim.settle();
    expect(answers).toEqual([true, true]);
  });

  it('the server plays a call over real HTTP, both ways', async () => {
    const app = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/xml' });
      response.end(xml('<Say>Hello over HTTP</Say>'));
    });
    const appUrl = await listen(app);
    const sim = createSimulator({
      clock: realClock({ speed: 100 }),
      numbers: [{ phoneNumber: NUMBER, voiceUrl: `${appUrl}/voice` }],
      people: { [PHONE]: silent() },
    });
    const base = await listen(createSimulatorServer(sim));
    const client = clientAt(base, sim.accountSid, sim.authToken);

    const placed = await fetch(`${base}/_simulator/calls`, {
      method: 'POST',
      body: JSON.stringify({ from: CALLER, to: NUMBER }),
    });
    expect(placed.status).toBe(201);
    const { sid } = (await placed.json()) as { sid: string };
    const leg = await client.calls.create({
      to: PHONE,
      from: NUMBER,
      url: `${appUrl}/leg`,
      machineDetection: 'Enable',
    });
    await sim.settle();
    expect(sim.call(sid)?.heard).toEqual(['Hello over HTTP']);
    expect((await client.calls(leg.sid).fetch()).answeredBy).toBe('unknown');
    expect(await (await fetch(`${base}/_simulator/debugger`)).json()).toEqual([]);
    expect(await (await fetch(`${base}/_simulator/timeline`)).json()).toHaveLength(sim.timeline.length);
    expect(await (await fetch(`${base}/_simulator/calls/${sid}`)).json()).toMatchObject({ sid, status: 'completed' });
  });

  it('the server helps, refuses strangers, and says what is wrong', async () => {
    const base = await listen(createSimulatorServer(createSimulator({ clock: realClock() })));
    expect(await (await fetch(base)).text()).toContain('/_simulator/calls');
    const place = (body: string, headers: Record<string, string> = {}) =>
      fetch(`${base}/_simulator/calls`, { method: 'POST', body, headers });
    expect((await place('{')).status).toBe(400);
    const curl = await place('{"from":"+12125550123","to":"+1"}', {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(await curl.json()).toEqual({ error: '"to" must be one of the simulator\'s numbers: +1' });
    expect((await place('{"from":"+1"}')).status).toBe(400);
    expect((await place('{}', { origin: 'https://evil.example' })).status).toBe(403);
    expect((await fetch(`${base}/_simulator/nothing`)).status).toBe(404);
    expect((await fetch(`${base}/2010-04-01/Accounts/AC1/Calls.json`)).status).toBe(401);
  });

  it('the server breaks the connection where a fault says so', async () => {
    const sim = createSimulator({ clock: realClock(), rest: () => 'reset' });
    const base = await listen(createSimulatorServer(sim));
    await expect(fetch(`${base}/2010-04-01/Accounts/${sim.accountSid}/Calls.json`)).rejects.toThrow();
  });
});

describe('the command line', () => {
  it('the command line is read with its defaults', () => {
    expect(parseArguments([])).toMatchObject({ port: 4010, host: '127.0.0.1', speed: 1, allowRemote: false });
    expect(parseArguments(['--help'])).toBeUndefined();
    const parsed = parseArguments(
      `--port 0 --number ${NUMBER} --voice-url http://127.0.0.1:5000/inbound --person ${PHONE}=human:ringMs=10,key=1 --speed 20 --toggle answeredBeforeUrl=false --cps 1`.split(
        ' ',
      ),
    );
    expect(parsed).toMatchObject({
      port: 0,
      speed: 20,
      options: {
        numbers: [{ phoneNumber: NUMBER, voiceUrl: 'http://127.0.0.1:5000/inbound' }],
        people: { [PHONE]: { kind: 'human', key: '1', pickUp: { afterMs: 10 } } },
        toggles: { answeredBeforeUrl: false },
        cps: 1,
      },
    });
  });

  it.each([
    ['--host 0.0.0.0', 'not loopback'],
    ['--port x', '--port'],
    ['--speed 0', '--speed'],
    ['--cps 0', '--cps'],
    ['--person +1=ghost', 'unknown person'],
    ['--person human', 'needs name=value'],
    ['--toggle nonsense=1', '--toggle nonsense'],
    ['--toggle cancelInProgress=maybe', 'noop, error'],
    ['--nonsense', 'nonsense'],
  ])('the command line refuses %s', (line, message) => {
    expect(() => parseArguments(line.split(' '))).toThrow(message);
  });

  it('the command line accepts people by name', () => {
    expect(parsePerson('refused:21214').pickUp).toEqual({ does: 'refuse', code: 21214 });
    expect(parsePerson('busy').pickUp).toMatchObject({ does: 'busy' });
    expect(parsePerson('human:key=false').key).toBe(false);
    expect(() => parsePerson('constructor')).toThrow('unknown person');
  });

  it.each([
    ['human:talk=1', /"human".*unknown option "talk".*ringMs, verdictMs, talkMs/],
    ['human:talkMs=x', /"talkMs" must be a whole number: "x" .*ringMs/],
    ['human:talkMs=', /"talkMs" must be a whole number/],
    ['human:talkMs', /"talkMs" must be a whole number/],
    ['human:ringMs=-1', /"ringMs" must be a whole number/],
    ['human:ringMs=Infinity', /"ringMs" must be a whole number/],
    ['human:ringMs=1=2', /"ringMs" must be a whole number: "1=2"/],
    ['human:ringMs=1:talkMs=2', /"ringMs" must be a whole number: "1:talkMs=2"/],
    ['human:constructor=1', /unknown option "constructor"/],
    ['human:=1', /unknown option ""/],
    ['human:greetingMs=1', /unknown option "greetingMs"/],
    ['human:key=x', /"key" must be digits/],
    ['voicemail:beep=1', /"beep" must be true or false/],
    ['silent:answeredBy=robot', /"answeredBy" must be human, machine_start/],
    ['busy:ringMs=1', /unknown option "ringMs": one of afterMs/],
    ['noAnswer:ringMs=1', /unknown option "ringMs": it has none/],
    ['refused:abc', /"refused": the code must be a whole number.*"abc"/],
    ['refused:21211.5', /must be a whole number/],
  ])('the command line refuses the person %s', (text, message) => {
    expect(() => parsePerson(text)).toThrow(message);
    expect(() => parseArguments(['--person', `${PHONE}=${text}`])).toThrow(message);
  });

  it('the command line reads every option of a person', () => {
    expect(parsePerson('refused').pickUp).toEqual({ does: 'refuse', code: 21211 });
    expect(parsePerson('voicemail:beep=false,greetingMs=900,answeredBy=machine_start,key=#,verdictMs=0')).toMatchObject(
      {
        beep: false,
        greetingMs: 900,
        answeredBy: 'machine_start',
        key: '#',
        verdictMs: 0,
      },
    );
    expect(parsePerson('screening:hangUpAfterMs=5').hangUpAfterMs).toBe(5);
    expect(parsePerson('unreachable:sip=480,afterMs=7').pickUp).toEqual({ does: 'fail', afterMs: 7, sip: 480 });
    expect(parsePerson('hangsUpDuringDetection:afterMs=7').hangUpInDetectionMs).toBe(7);
  });

  it.each([
    ['key-1=s=e,c', { id: 'key-1', secret: 's=e,c', algorithm: 'HMAC_SHA256' }],
    ['key-1=secret,algorithm=HMAC_SHA1', { id: 'key-1', secret: 'secret', algorithm: 'HMAC_SHA1' }],
    ['key-1=secret,algorithm=HMAC_SHA256', { id: 'key-1', secret: 'secret', algorithm: 'HMAC_SHA256' }],
  ])('the command line takes the shared key %s', (text, key) => {
    expect(parseArguments(['--shared-key', text])?.options.sharedKey).toEqual(key);
  });

  it.each(['secret', '=secret', 'key,algorithm=HMAC_SHA1=secret', 'key='])('the shared key %s is refused', (text) => {
    expect(() => parseArguments(['--shared-key', text])).toThrow(
      new TypeError('--shared-key must be ID=SECRET, perhaps with ,algorithm=HMAC_SHA1 after it'),
    );
  });

  it('the log has one line for each entry, whatever a caller sends', () => {
    const line = logLine({
      at: 0,
      ms: 66_020,
      call: `CA${'1'.repeat(32)}`,
      kind: 'call',
      text: 'a\u001b[31m\nb',
      detail: undefined,
    });
    expect(line).toBe('01:06.020  CA1111…11  call        a [31m b');
  });
});
