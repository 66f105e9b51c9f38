import { expect, it } from 'vitest';
import { recordingHooks } from '../src/operators/hooks.js';
import { createLogger } from '../src/operators/logger.js';

function logging(options: Partial<Parameters<typeof createLogger>[0]> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => lines.push(line) };
  return { lines, logger: createLogger({ level: 'info', secrets: [], ...options, destination }) };
}

it('a log line has its level in words, its time, its code, and the process that wrote it', () => {
  const { lines, logger } = logging({ process: 'host:5001' });
  logger.warn({ code: 'limited' }, 'rejected');
  logger.debug('not heard');
  expect(lines).toHaveLength(1);
  const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  expect(line).toEqual({ level: 'warn', time: line['time'], process: 'host:5001', code: 'limited', msg: 'rejected' });
  expect(new Date(String(line['time'])).toISOString()).toBe(line['time']);
});

it('no credential is logged: by its name at any of three depths, by its value anywhere', () => {
  const { lines, logger } = logging({ secrets: ['s3cret value', 'tiny'] });
  const names = ['authorization', 'cookie', 'set-cookie', 'password', 'token', 'authToken', 'apiSecret', 'CallToken'];
  for (const name of [...names, 'callToken', 'x-twilio-signature'])
    logger.info(
      { [name]: 'hidden', a: { [name]: 'hidden', b: { [name]: 'hidden' } } },
      'got s3cret value from +14155550142',
    );
  const text = lines.join('');
  expect(text).not.toContain('hidden');
  expect(text.match(/\[secret\]/g)).toHaveLength(10 * 4);
  expect(text).not.toContain('s3cret');
  expect(text).toContain('+14…42');
  // A short secret would blacken every word that contains it.
  logger.info('a tiny word');
  expect(lines.at(-1)).toContain('a tiny word');
});

it('of an error only code and message are logged, and nothing attached to it', () => {
  const { lines, logger } = logging();
  const config = { auth: 'hidden' };
  for (const [error, told] of [
    [Object.assign(new Error('refused'), { code: 20003, config }), { code: '20003', message: 'refused' }],
    [Object.assign(new TypeError('broken'), { config }), { code: 'TypeError', message: 'broken' }],
    ['a text', { code: 'unknown', message: 'a text' }],
  ] as const) {
    logger.error({ error, err: error }, 'failed');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ error: told, err: told });
  }
  expect(lines.join('')).not.toContain('hidden');
});

it('a recording is logged with its call, its address and its length', () => {
  const { lines, logger } = logging();
  const { voicemail, recording } = recordingHooks(logger) as Record<string, (data: unknown) => void>;
  const data = { sid: 'CA1', recording: { url: 'https://example.com/RE1', seconds: 12 } };
  voicemail?.(data);
  recording?.(data);
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject(
    ['voicemail', 'talk'].map((code) => ({ code, call: 'CA1', recording: 'https://example.com/RE1', seconds: 12 })),
  );
});

it('a secret of six characters is removed wherever and however often it occurs; one of five is not', () => {
  const { lines, logger } = logging({ secrets: ['sixsix', 'five5'] });
  logger.info({ url: 'https://x/sixsix?sixsix' }, 'sixsix five5');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ url: 'https://x/[secret]?[secret]', msg: '[secret] five5' });
});
