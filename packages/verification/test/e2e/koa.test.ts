import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createForwardingEndpoint, toNodeListener } from '@amd/core/http';
import { createCallForwarding, type CallForwarding } from '@amd/core/twilio';
import { createTestApp, human, twilioSignature } from '@amd/simulator';
import Koa from 'koa';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';

const ANN = '+14155550142';
const BASE = 'https://calls.example.com';
const ACCOUNT = `AC${'1'.repeat(32)}`;
const TOKEN = 'secret';
const START = {
  ...{ accountSid: ACCOUNT, authToken: TOKEN, publicBaseUrl: BASE },
  ...{ ownNumber: '+14155550199', forwardTo: [], recoverEveryMs: null },
};

afterEach(() => {
  vi.restoreAllMocks();
});

/** As users pass it on: Koa's returns a promise. */
type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** What is written to the console as an error. */
function printed(): () => string {
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  return () => error.mock.calls.join('\n');
}

function koaWithPage(): Koa {
  const koa = new Koa();
  koa.use((context) => {
    context.body = `Koa has ${context.method} ${context.path}`;
  });
  return koa;
}

/** A start without a Twilio: nobody is rung. */
function forwarding(app?: Listener): CallForwarding {
  const calls = createCallForwarding({ ...START, app, client: { calls: {} as never } });
  onTestFinished(() => calls.stop());
  return calls;
}

const endpoint = () =>
  createForwardingEndpoint({
    runtime: { handle: () => Promise.resolve({ kind: 'twiml', verbs: [{ verb: 'hangup' }] }) },
    publicBaseUrl: BASE,
    authTokens: [TOKEN],
    resolve: () => ({ forwardTo: [] }),
  });

type Ask = (path: string) => Promise<{ readonly status: number; readonly text: string }>;

/** Serves it on a port until the test is over, and posts what Twilio would, signed. */
async function served(listener: Listener): Promise<Ask> {
  const server = createServer((request, response) => {
    listener(request, response);
  }).listen(0, '127.0.0.1');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const form = {
    AccountSid: ACCOUNT,
    CallSid: `CA${'1'.repeat(32)}`,
    CallStatus: 'ringing',
    From: '+12125550123',
    To: '+14155550199',
  };
  return async (path) => {
    const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
      method: 'POST',
      headers: { 'x-twilio-signature': twilioSignature(TOKEN, BASE + path, form) },
      body: new URLSearchParams(form),
    });
    return { status: response.status, text: await response.text() };
  };
}

describe('a server whose other paths are answered by Koa', () => {
  it.each<[string, (koa: Listener) => Listener]>([
    ['createServer(toNodeListener(endpoint, koa.callback()))', (koa) => toNodeListener(endpoint(), koa)],
    ['createCallForwarding({ app: koa.callback() })', (koa) => forwarding(koa).listener],
  ])('%s answers the webhooks, and Koa all else', async (_, listener) => {
    // Given
    const said = printed();
    const ask = await served(listener(koaWithPage().callback()));
    // When
    const [webhook, other] = [await ask('/inbound'), await ask('/form')];
    // Then
    expect(webhook).toEqual({ status: 200, text: expect.stringContaining('<Response>') as string });
    expect(other).toEqual({ status: 200, text: 'Koa has POST /form' });
    expect(said()).toBe('');
  });

  it('a call is forwarded from end to end', async () => {
    const app = createTestApp(({ number, client, clock, publicBaseUrl, accountSid, authToken }) =>
      createCallForwarding({
        ...{ client, clock, publicBaseUrl, accountSid, authToken, app: koaWithPage().callback() },
        ownNumber: number,
        forwardTo: [ANN],
      }),
    );
    expect(await app.call({ people: { [ANN]: human() } })).toMatchObject({ talkedWith: ANN, problems: [] });
    await app.close();
  });
});

describe('a listener that is given to Koa as a middleware', () => {
  it('koa.use(listener) answers 500, prints what to write instead, and the server goes on', async () => {
    // Given
    const said = printed();
    const koa = new Koa();
    koa.use(forwarding().listener as never);
    const ask = await served(koa.callback());
    // When
    const statuses = [(await ask('/inbound')).status, (await ask('/inbound')).status];
    // Then
    expect(statuses).toEqual([500, 500]);
    expect(said()).toContain('createServer(toNodeListener(endpoint, koa.callback()))');
    expect(said()).toContain('app: koa.callback() of createCallForwarding');
  });

  it('Koa answers before a listener that gets its request and response, and the log says what to set', async () => {
    // Given
    const said = printed();
    const { listener } = forwarding();
    const koa = new Koa();
    koa.use(({ req, res }) => {
      listener(req, res);
    });
    const ask = await served(koa.callback());
    // When
    const { status } = await ask('/inbound');
    // Then
    expect(status).toBe(404);
    await vi.waitFor(() => {
      expect(said()).toContain('something else has answered the request, with 404');
    });
    expect(said()).toContain('sets ctx.respond = false');
  });

  it('a listener that gets its request and response answers when Koa is told not to', async () => {
    // Given
    const said = printed();
    const { listener } = forwarding();
    const koa = new Koa();
    koa.use((context) => {
      context.respond = false;
      listener(context.req, context.res);
    });
    const ask = await served(koa.callback());
    // When
    const { status, text } = await ask('/inbound');
    // Then
    expect([status, said()]).toEqual([200, '']);
    expect(text).toContain('<Response>');
  });
});
