import { afterAll, describe, expect, it } from 'vitest';
import { textOf } from '../helpers/pages.js';
import { readJson } from '../helpers/manifests.js';
import { FAILED, failing, printed, quotations, voicemailThenHuman, WON } from './calls.js';
import { removePrograms, runPage, type PageOptions } from './page-program.js';

afterAll(removePrograms);

const SOUND = '/audio/ringback-us.wav';
const NOBODY_ASKED = 600_000;

const HOSTS: readonly (readonly [name: string, page: string, options: PageOptions, packages: readonly string[]])[] = [
  ['node:http', 'node-http', {}, []],
  ['Express 5', 'express', {}, ['express']],
  ['Express 4', 'express', { instead: { express: 'express4' } }, ['express4']],
  ['Fastify', 'fastify', {}, ['fastify']],
  ['Hono', 'hono', {}, ['hono', '@hono/node-server']],
  ['Koa', 'koa', {}, ['koa']],
];

describe.each(HOSTS)('%s: the program of docs/hosts/%s.md', (_, page, options, packages) => {
  it('a voicemail and then a human answer: the human talks with the caller, and the log has nothing', async () => {
    // Given
    const lines = printed();
    const { app } = await runPage(page, options);
    // When
    const story = await voicemailThenHuman(app);
    // Then
    expect(story).toMatchObject(WON);
    expect(lines()).toEqual([]);
  });

  it('plays sounds, refuses what is not signed, and leaves other paths to the app', async () => {
    // Given
    printed();
    const { app, ask } = await runPage(page, options);
    await voicemailThenHuman(app);
    // When
    const sound = await ask(SOUND);
    const forged = await ask('/inbound', {
      method: 'POST',
      body: 'CallSid=CA1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    const other = await ask('/');
    // Then
    expect([sound.status, sound.headers.get('content-type')]).toEqual([200, 'audio/wav']);
    expect(forged.status).toBe(403);
    expect(await other.text()).toBe(page === 'node-http' ? 'Not found\n' : 'Hello');
  });

  it('the page names the versions that are tested', () => {
    for (const name of packages) {
      const { version } = readJson(`node_modules/${name}/package.json`) as { version: string };
      expect(textOf(`docs/hosts/${page}.md`)).toContain(version);
    }
  });
});

describe('what goes wrong', () => {
  const quoted = quotations('node-http', 'express', 'fastify', 'hono');
  afterAll(() => {
    expect(quoted.left()).toEqual([]);
  });

  it('node:http: another path, and another method', async () => {
    // Given
    const lines = printed();
    const { app, ask } = await runPage('node-http');
    await voicemailThenHuman(app);
    // When
    const statuses = [(await ask('/voice', { method: 'POST', body: 'a=1' })).status, (await ask('/inbound')).status];
    // Then
    expect(statuses).toEqual([404, 405]);
    expect(lines()).toHaveLength(2);
    for (const line of lines()) quoted.seen('node-http', [line]);
  });

  it('Express: a middleware that answers the webhooks itself', async () => {
    // Given
    const lines = printed();
    const { app } = await runPage('express', {
      change: (code) =>
        code.replace('app.use(', 'app.use((_request, response) => void response.status(401).end());\napp.use('),
    });
    // When
    const story = await voicemailThenHuman(app);
    await app.simulator.advance(NOBODY_ASKED);
    // Then
    expect(story).toMatchObject(FAILED);
    quoted.seen('express', lines());
  });

  it('Fastify: no parser of forms', async () => {
    // Given
    const lines = printed();
    const { app } = await runPage('fastify', {
      change: (code) => code.replace(/ {2}webhooks\.(removeAll|addContent).*\n/g, ''),
    });
    // When
    const story = await voicemailThenHuman(app);
    await app.simulator.advance(NOBODY_ASKED);
    // Then
    expect(story).toMatchObject({ ...FAILED, problems: failing(/11200.*415/) });
    quoted.seen('fastify', lines());
  });

  it('Fastify: a parser that makes lists of values', async () => {
    // Given
    const lines = printed();
    const { app } = await runPage('fastify', {
      change: (code) =>
        code.replace(
          'done(null, body)',
          "done(null, { ...Object.fromEntries(new URLSearchParams(String(body))), From: ['+12125550123'] })",
        ),
    });
    // When
    const story = await voicemailThenHuman(app);
    // Then
    expect(story).toMatchObject(FAILED);
    quoted.seen('fastify', lines());
  });

  it.each<[string, (code: string) => string]>([
    ['fastify', (code) => code.replace("});\napp.get('/'", "}, { prefix: '/voice' });\napp.get('/'")],
    ['hono', (code) => code.replace('app.all(path', "app.all('/voice' + path")],
  ])('%s: under a prefix, as the page says, nothing does', async (page, change) => {
    const lines = printed();
    const { app } = await runPage(page, { publicBaseUrl: 'https://calls.example.com/voice', change });
    expect(await voicemailThenHuman(app)).toMatchObject(WON);
    expect(lines()).toEqual([]);
  });

  it('Koa: a middleware of it that calls the listener behind a body parser', async () => {
    // Given
    const lines = printed();
    const { app } = await runPage('koa', {
      change: (code) =>
        code.replace('createServer(calls.listener)', 'createServer(koa.callback())').replace(
          "context.body = 'Hello';",
          `context.respond = false;
  context.req.resume().on('end', () => calls.listener(context.req, context.res));`,
        ),
    });
    // When
    const story = await voicemailThenHuman(app);
    // Then
    expect(story).toMatchObject({ ...FAILED, problems: failing(/11200.*500/) });
    expect(lines().join('\n')).toContain('amd body.unverifiable');
  });

  it('Fastify: a parser of the app stays beside that of the webhooks', async () => {
    const { app } = await runPage('fastify', {
      change: (code) =>
        code.replace(
          'app.register(',
          "app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, _body, parsed) => parsed(null, {}));\napp.register(",
        ),
    });
    expect(await voicemailThenHuman(app)).toMatchObject(WON);
  });

  it.each(['await c.req.parseBody()', 'await c.req.text()', 'void c.req.raw.text()'])(
    'Hono: a middleware with %s',
    async (read) => {
      // Given
      const lines = printed();
      const { app } = await runPage('hono', { change: before(read) });
      // When
      const story = await voicemailThenHuman(app);
      // Then
      expect(story).toMatchObject({ ...FAILED, problems: failing(/11200.*500/) });
      quoted.seen('hono', lines());
    },
  );

  it('Hono: a middleware that reads a clone does no harm', async () => {
    const { app } = await runPage('hono', { change: before('await c.req.raw.clone().text()') });
    expect(await voicemailThenHuman(app)).toMatchObject(WON);
  });

  it.each(['c', 'c.req'])('Hono: calls.fetch(%s)', async (given) => {
    // Given
    const lines = printed();
    const { app } = await runPage('hono', { change: (code) => code.replace('c.req.raw', given) });
    // When
    const story = await voicemailThenHuman(app);
    // Then
    expect(story).toMatchObject(FAILED);
    expect(lines().join('\n')).toContain('hand it c.req.raw of Hono');
  });
});

/** A middleware of Hono before all routes. */
function before(read: string): (code: string) => string {
  return (code) =>
    code.replace('for (const', `app.use(async (c, next) => {\n  ${read};\n  await next();\n});\nfor (const`);
}
