import { expect, it } from 'vitest';
import { nestOnFastify } from '../../src/prove/own-hosts.js';
import { codeOf } from '../hosts/page-program.js';

it('the page for NestJS can be changed for Fastify as it says', () => {
  const code = nestOnFastify(codeOf('nestjs'), codeOf('fastify'));
  expect(code).toContain('adapter.getInstance().register(async (webhooks) => {');
  expect(code).toContain('NestFactory.create(AppModule, adapter)');
  expect(code).not.toContain('app.use(');
});
