import { afterEach, describe, expect, it, vi } from 'vitest';
import { consoleLog, forwarding, type LogEntry } from '@amd/core';
import { createTwilioExecutor } from '@amd/core/twilio';
import { events, executions, NUMBERS, recorder, sids, START } from '@amd/core/testing';
import { guarded, rarely } from '../../src/runtime/log.js';
import { inbound, KEY, setup, untimed } from './setup.js';

afterEach(() => {
  vi.restoreAllMocks();
});

function onConsole(): string[] {
  const lines: string[] = [];
  for (const level of ['warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(`${level}: ${line}`));
  }
  return lines;
}

const call = sids.call(0);

describe('the console', () => {
  it('without a log, the console gets code, call and sentence in one line, numbers masked', async () => {
    const lines = onConsole();
    const execute = createTwilioExecutor({
      client: { calls: {} as never },
      url: () => 'https://amd.example.com',
      mayDial: () => false,
    });
    const { runtime } = setup({ log: undefined, execute, hooks: { ended: () => Promise.reject(new Error('a bug')) } });
    await runtime.handle(KEY, untimed(events.inbound({ options: { forwardTo: [NUMBERS.ann] } })));
    await runtime.tick();
    expect(lines).toEqual([
      `warn: amd rest.refused ${call} calling +14…42 was refused: "mayDial" does not allow this number`,
    ]);
    await runtime.handle(KEY, untimed(events.callerStatus()));
    await runtime.tick();
    expect(lines[1]).toBe(
      `warn: amd hook.failed ${call} the hook "ended" failed and will be tried again, try 1 of 8: a bug`,
    );
  });

  it('the console gets one line, whatever an entry contains', () => {
    const lines = onConsole();
    consoleLog({
      level: 'warn',
      code: 'refused',
      path: '/a\nerror: b',
      call: '',
      message: 'one\r\ntwo\u2028three\u001b[31m',
    });
    expect(lines).toEqual(['warn: amd refused /a error: b one  two three [31m']);
  });
});

describe('a log', () => {
  const entry: LogEntry = { level: 'warn', code: 'refused', path: '/inbound', message: 'from +14155550142' };

  it('may be a logger that takes an object and a text, as pino does', () => {
    const told: unknown[] = [];
    const logger = { warn: (...args: unknown[]) => told.push(args), error: () => undefined, child: () => logger };
    guarded(logger, null)(entry);
    expect(told).toEqual([[{ code: 'refused', path: '/inbound' }, 'from +14…42']]);
  });

  it('may be the console, which gets one line', () => {
    const lines = onConsole();
    guarded(console, null)(entry);
    expect(lines).toEqual(['warn: amd refused /inbound from +14…42']);
  });

  it('a log that throws has no effect, and a value that is not a log is refused', () => {
    const log = guarded(() => {
      throw new Error('a bug');
    }, null);
    expect(() => {
      log({ level: 'warn', code: 'refused', message: '' });
    }).not.toThrow();
    expect(() => guarded({} as never, null)).toThrow(
      new TypeError('"log" must be a function, the console, or a logger with "warn" and "error", such as pino'),
    );
  });

  it('a message is logged again after its interval, others at once, and the oldest of very many are forgotten', () => {
    let now = START;
    const may = rarely(() => now, 60_000);
    expect([may('a'), may('a'), may('b')]).toEqual([true, false, true]);
    now += 59_999;
    expect([may('a'), may('b')]).toEqual([false, false]);
    now += 1;
    expect([may('a'), may('a')]).toEqual([true, false]);
    for (let n = 0; n < 1000; n += 1) may(String(n));
    expect([may('999'), may('a')]).toEqual([false, true]);
  });

  it('a message is logged again even after its clock was set back', () => {
    let now = START;
    const may = rarely(() => now, 1000);
    may('a');
    now -= 5000;
    expect([may('a'), may('a')]).toEqual([true, false]);
  });
});

describe('what the runtime logs', () => {
  const said = (log: readonly LogEntry[]): string[] =>
    log.map(({ level, code, message }) => `${level} ${code} ${message}`);

  it('the runtime logs that a request may have been executed and is not sent again', async () => {
    const { runtime, log } = setup({ execute: recorder({ 'call.create': [executions.ambiguous()] }) });
    await runtime.handle(KEY, inbound);
    await runtime.tick();
    expect(said(log)).toEqual([
      'warn rest.failed nobody knows whether call.create was carried out, and it is not sent again: socket hang up',
    ]);
    expect(log[0]?.call).toBe(call);
  });

  it('the runtime logs once a minute that Twilio cannot be reached', async () => {
    const { runtime, clock, log } = setup({ execute: recorder({ 'call.create': [executions.notExecuted()] }) });
    await runtime.handle(KEY, inbound);
    for (let second = 0; second < 60; second += 1) {
      await runtime.tick();
      await clock.advanceBy(1000);
    }
    expect(said(log)).toEqual([
      'warn rest.failed call.create could not be sent, and will be tried again until it can: 429',
    ]);
  });

  it('the runtime logs problems of committed steps, and none of steps that were not committed', async () => {
    const problems = vi.fn(() => [
      { code: 'task.lost', message: `nobody knows what became of ${NUMBERS.ann}` } as const,
    ]);
    const { runtime, log } = setup({ flow: { ...forwarding, problems } });
    await runtime.handle(KEY, untimed(events.callerStatus()));
    expect(said(log)).toEqual([]);
    await runtime.handle(KEY, inbound);
    expect(said(log)).toEqual(['error task.lost nobody knows what became of +14…42']);
    expect(log[0]?.call).toBe(call);
    problems.mockImplementation(() => {
      throw new Error('a bug');
    });
    await expect(runtime.handle(KEY, untimed(events.callerStatus()))).resolves.toEqual({ kind: 'nothing' });
  });

  it('the runtime logs which hook failed, and when it is given up', async () => {
    const { runtime, clock, log } = setup({
      retry: { hookAttempts: 2 },
      hooks: { ended: () => Promise.reject(new Error(`no line to ${NUMBERS.ann}`)) },
    });
    await runtime.handle(KEY, untimed(events.inbound({ options: { forwardTo: [] } })));
    await runtime.handle(KEY, untimed(events.callerStatus()));
    await runtime.tick();
    await clock.advanceBy(1000);
    await runtime.tick();
    expect(said(log)).toEqual([
      'warn hook.failed the hook "ended" failed and will be tried again, try 1 of 2: no line to +14…42',
      `error hook.failed the hook "ended" is given up after try 2 of 2; the event "failure" has what it was to be told, hook:ended:${call}:1: no line to +14…42`,
    ]);
  });
});
