import { afterAll, describe, expect, it } from 'vitest';
import { readJson } from '../helpers/manifests.js';
import { textOf } from '../helpers/pages.js';
import { FAILED, failing, printed, quotations, voicemailThenHuman, WON } from './calls.js';
import { removePrograms, runPage } from './page-program.js';

afterAll(removePrograms);

const quoted = quotations('nestjs');
afterAll(() => {
  expect(quoted.left()).toEqual([]);
});

const quiet = (code: string): string => code.replace('create(AppModule', 'create(AppModule, { logger: false }');

/** As a middleware of the module, behind Nest's body parsers and, if there is one, something that changes the body. */
function asModuleMiddleware(code: string, options: string, changing = ''): string {
  return code
    .replace('@Module({}) // your controllers and providers\nclass AppModule {}\n', '')
    .replace(
      "import { Module } from '@nestjs/common';",
      "import { Module, type MiddlewareConsumer } from '@nestjs/common';",
    )
    .replace('app.use(calls.listener);', '')
    .replace(
      'const app = await',
      `@Module({})
class AppModule {
  configure(consumer: MiddlewareConsumer) {
    consumer.apply(${changing}calls.listener).forRoutes('{*path}');
  }
}
const app = await`,
    )
    .replace('create(AppModule', `create(AppModule, { logger: false, ${options} }`);
}

describe('the program of docs/hosts/nestjs.md', () => {
  it('a voicemail and then a human answer: the human talks with the caller, and the log has nothing', async () => {
    const lines = printed();
    const { app } = await runPage('nestjs', { change: quiet });
    expect(await voicemailThenHuman(app)).toMatchObject(WON);
    expect(lines()).toEqual([]);
  });

  it.each(['rawBody: true', 'rawBody: false', 'bodyParser: false'])(
    'a listener that is a middleware of a module (%s) forwards the call',
    async (options) => {
      const lines = printed();
      const { app } = await runPage('nestjs', { change: (code) => asModuleMiddleware(code, options) });
      expect(await voicemailThenHuman(app)).toMatchObject(WON);
      expect(lines()).toEqual([]);
    },
  );

  it('a middleware that changes what the parser left: 500, and the log says so', async () => {
    // Given
    const lines = printed();
    const changing = "(request, _response, next) => { request.body.From = ['+12125550123']; next(); }, ";
    const { app } = await runPage('nestjs', { change: (code) => asModuleMiddleware(code, '', changing) });
    // When
    const story = await voicemailThenHuman(app);
    // Then
    expect(story).toMatchObject({ ...FAILED, problems: failing(/11200.*500/) });
    quoted.seen('nestjs', lines());
  });

  it('a listener that is used after init(): Nest answers 404', async () => {
    // Given
    const lines = printed();
    const { app } = await runPage('nestjs', {
      change: (code) => quiet(code).replace('app.use(', 'await app.init();\napp.use('),
    });
    // When
    const story = await voicemailThenHuman(app);
    await app.simulator.advance(600_000);
    // Then
    expect(story).toMatchObject({ ...FAILED, problems: failing(/11200.*404/) });
    quoted.seen('nestjs', lines());
  });

  it('the page names the version that is tested', () => {
    const { version } = readJson('node_modules/@nestjs/core/package.json') as { version: string };
    expect(textOf('docs/hosts/nestjs.md')).toContain(version);
  });
});
