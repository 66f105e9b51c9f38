import { once } from 'node:events';
import { request as forward } from 'node:http';
import { createServer, request as sendOverTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createCertificate } from '../helpers/certificate.js';
import { FAILED, failing, printed, quotations, voicemailThenHuman, WON } from './calls.js';
import { removePrograms, runPage, type Carry } from './page-program.js';

afterAll(removePrograms);

const quoted = quotations('prefix', 'proxy', 'body-parser');
afterAll(() => {
  expect(quoted.left()).toEqual([]);
});

const UNDER = 'https://calls.example.com/voice';

describe('the program of docs/hosts/prefix.md', () => {
  it.each<[string, (path: string) => string, (code: string) => string]>([
    ['Express takes off', (path) => path, (code) => code],
    ['a proxy takes off', (path) => path.replace('/voice', ''), (code) => code.replace("'/voice', ", '')],
    ['nobody takes off', (path) => path, (code) => code.replace("'/voice', ", '')],
  ])(
    'a voicemail and then a human answer under a prefix that %s: the human talks with the caller',
    async (_, path, change) => {
      const lines = printed();
      const { app } = await runPage('prefix', { publicBaseUrl: UNDER, path, change });
      expect(await voicemailThenHuman(app)).toMatchObject(WON);
      expect(lines()).toEqual([]);
    },
  );

  it('an address without the prefix: 403, and the log says what was checked', async () => {
    const lines = printed();
    const { app } = await runPage('prefix', { publicBaseUrl: UNDER, told: 'https://calls.example.com' });
    expect(await voicemailThenHuman(app)).toMatchObject({ ...FAILED, problems: failing(/11200.*403/) });
    quoted.seen('prefix', lines());
  });

  it('an address without the prefix, and no Express: 404', async () => {
    const lines = printed();
    const { app } = await runPage('node-http', { publicBaseUrl: UNDER, told: 'https://calls.example.com' });
    expect(await voicemailThenHuman(app)).toMatchObject({ ...FAILED, problems: failing(/11200.*404/) });
    expect(lines().join('\n')).toContain('nothing of ours is at this path');
  });

  it('an address with a prefix that Twilio does not call: 403, and the log says so', async () => {
    const lines = printed();
    const { app } = await runPage('node-http', { publicBaseUrl: 'https://calls.example.com', told: UNDER });
    expect(await voicemailThenHuman(app)).toMatchObject({ ...FAILED, problems: failing(/11200.*403/) });
    expect(lines().join('\n')).toContain('the public base URL has a path prefix too many');
  });

  it('mounted at another path: 404, and nothing of ours is asked', async () => {
    const lines = printed();
    const change = (code: string): string => code.replace("'/voice', ", "'/phone', ");
    const { app } = await runPage('prefix', { publicBaseUrl: UNDER, change });
    expect(await voicemailThenHuman(app)).toMatchObject({ ...FAILED, problems: failing(/11200.*404/) });
    expect(lines()).toEqual([]);
  });
});

/** What reaches a program over TLS that ends in front of it, and says whom it speaks for. */
async function overTls(
  headers: Record<string, string | undefined> = {},
  query = (text: string) => text,
): Promise<Carry> {
  const certificate = createCertificate(['calls.example.com']);
  onTestFinished(() => {
    certificate.remove();
  });
  let behind = 0;
  const proxy = createServer(certificate, (request, response) => {
    const added = { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'https', ...headers };
    const all = Object.entries({ ...request.headers, ...added }).filter(([, value]) => value !== undefined);
    const [path = '', asked = ''] = (request.url ?? '').split('?');
    const after = query(asked);
    const onward = forward(
      {
        ...{ host: '127.0.0.1', port: behind, method: request.method },
        path: after === '' ? path : `${path}?${after}`,
        headers: Object.fromEntries(all) as Record<string, string>,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const { port } = proxy.address() as AddressInfo;
  return (target, options, onAnswer) => {
    behind = target;
    return sendOverTls({ ...options, port, ca: certificate.cert, servername: 'calls.example.com' }, onAnswer);
  };
}

describe('the program of docs/hosts/proxy.md, behind a proxy that ends TLS', () => {
  it.each<[string, Record<string, string | undefined>]>([
    ['passes all headers on', {}],
    ['puts its own Host', { host: '127.0.0.1:5000' }],
    [
      'says that it was asked over http, and for another host',
      { 'x-forwarded-proto': 'http', 'x-forwarded-host': 'x' },
    ],
    ['says nothing', { 'x-forwarded-proto': undefined, 'x-forwarded-for': undefined }],
  ])('a voicemail and then a human answer where the proxy %s: the human talks with the caller', async (_, headers) => {
    const lines = printed();
    const { app } = await runPage('proxy', { carry: await overTls(headers) });
    expect(await voicemailThenHuman(app)).toMatchObject(WON);
    expect(lines()).toEqual([]);
  });

  it.each<[string, string, string]>([
    ['http in place of https', 'http://calls.example.com', 'has the wrong scheme (http or https)'],
    ['another host', 'https://old.ngrok.app', 'has another host, scheme or path'],
  ])('an address with %s: 403, and the log says which Twilio signed', async (_, told, cause) => {
    const lines = printed();
    const { app } = await runPage('proxy', { told, carry: await overTls() });
    expect(await voicemailThenHuman(app)).toMatchObject({ ...FAILED, problems: failing(/11200.*403/) });
    expect(lines().join('\n')).toContain(`the public base URL ${cause}`);
    if (told.startsWith('http:')) quoted.seen('proxy', lines());
  });

  it.each<[string, string, (text: string) => string, string]>([
    ['adds a query', '/inbound', () => 'utm=1', 'something in front of us adds the query'],
    [
      'sorts the query',
      '/inbound?b=2&a=1',
      (text) => text.split('&').sort().join('&'),
      'something in front of us changes the order of the query',
    ],
  ])('a proxy that %s: 403, and the log says so', async (_, voiceUrl, query, cause) => {
    const lines = printed();
    const { app } = await runPage('proxy', { voiceUrl, carry: await overTls({}, query) });
    expect(await voicemailThenHuman(app)).toMatchObject({ ...FAILED, problems: failing(/11200.*403/) });
    expect(lines().join('\n')).toContain(cause);
  });
});

describe('the program of docs/hosts/body-parser.md', () => {
  it.each([
    ['5', {}],
    ['4', { express: 'express4' }],
  ])(
    'a voicemail and then a human answer behind the parsers of Express %s: the human talks with the caller',
    async (_, instead) => {
      const lines = printed();
      const { app } = await runPage('body-parser', { instead });
      expect(await voicemailThenHuman(app)).toMatchObject(WON);
      expect(lines()).toEqual([]);
    },
  );

  it.each([
    ['makes lists of values', "request.body.From = ['+12125550123'];"],
    ['takes the form away', 'request.body = undefined;'],
  ])('something before the listener that %s: 500, and the log says what to do', async (_, change) => {
    const lines = printed();
    const { app } = await runPage('body-parser', {
      change: (code) =>
        code.replace(
          'app.use(calls',
          `app.use((request, _response, next) => {\n  ${change}\n  next();\n});\napp.use(calls`,
        ),
    });
    expect(await voicemailThenHuman(app)).toMatchObject({ ...FAILED, problems: failing(/11200.*500/) });
    quoted.seen('body-parser', lines());
  });

  it('a parser that makes URLSearchParams leaves what can be verified', async () => {
    const { app } = await runPage('body-parser', {
      change: (code) =>
        code.replace(
          'app.use(calls',
          'app.use((request, _response, next) => {\n  request.body = new URLSearchParams(request.body);\n  next();\n});\napp.use(calls',
        ),
    });
    expect(await voicemailThenHuman(app)).toMatchObject(WON);
  });
});
