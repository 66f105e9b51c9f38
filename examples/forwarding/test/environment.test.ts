import { describe, expect, test } from 'vitest';
import { ownNumbers, readEnvironment, warningsOf, type Environment } from '../src/environment.js';

const OURS = '+14155550199';
const ANN = '+14155550142';
const BEN = '+14155550143';

const GOOD = {
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_PHONE_NUMBER: OURS,
  FORWARD_TO: `${ANN}, ${BEN}`,
};

function read(variables: Record<string, string>): Environment {
  const result = readEnvironment({ ...GOOD, ...variables });
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.value;
}

function problems(variables: Record<string, string>): readonly string[] {
  const result = readEnvironment({ ...GOOD, ...variables });
  expect(result).toMatchObject({ ok: false, missing: false });
  return result.ok ? [] : result.problems;
}

describe('reading the environment', () => {
  test('the defaults are read', () => {
    expect(read({})).toEqual({
      ...GOOD,
      FORWARD_TO: new Map([['*', [ANN, BEN]]]),
      CALLER_ID: 'caller',
      RING_SECONDS: 20,
      AMD_MODE: 'sync',
      CONFIRM: 'when-unsure',
      FALLBACK: { kind: 'say' },
      RECORD: false,
      MAX_CALLS: 100,
      MAX_CALLS_PER_CALLER: { calls: 10, seconds: 60 },
      CALL_LOG_DAYS: 7,
      LOG_LEVEL: 'info',
      PORT: 5000,
      HOST: '127.0.0.1',
      DRAIN_SECONDS: 2,
    });
  });

  test('the place for the state is read', () => {
    expect(read({ AMD_DATA: './data' }).AMD_DATA).toBe('./data');
    expect(read({ REDIS_URL: 'redis://127.0.0.1:6380' }).REDIS_URL).toBe('redis://127.0.0.1:6380');
    expect(problems({ REDIS_URL: 'localhost' })).toEqual([
      'REDIS_URL must be the address of a Redis, such as redis://127.0.0.1:6379',
    ]);
    expect(problems({ AMD_DATA: './data', REDIS_URL: 'redis://127.0.0.1' })).toEqual([
      'REDIS_URL and AMD_DATA are both set: keep the state in Redis (several processes) or in a folder (one), not in both',
    ]);
  });

  test.each([
    ['voicemail', { kind: 'voicemail' }],
    // Without a voicemail no caller is recorded.
    [BEN, { kind: 'number', to: BEN }],
    ['https://example.com/twiml', { kind: 'redirect', url: 'https://example.com/twiml' }],
  ])('the fallback %s is read', (FALLBACK, expected) => {
    expect(read({ FALLBACK }).FALLBACK).toEqual(expected);
  });

  test('a list for each inbound number is read', () => {
    const { FORWARD_TO } = read({ FORWARD_TO: `${OURS}: ${ANN}; +14155550198: ${ANN},${BEN}; ${BEN};` });
    expect([...FORWARD_TO]).toEqual([
      [OURS, [ANN]],
      ['+14155550198', [ANN, BEN]],
      ['*', [BEN]],
    ]);
  });

  test.each([
    { DIAL_ALLOW: '+1415*, +442079460000', MAX_CALLS_PER_CALLER: ' 5 / 30 ', LOG_LEVEL: 'debug' },
    { PORT: '0', RING_SECONDS: '5', HOST: '0.0.0.0', DRAIN_SECONDS: '0' },
    { PORT: '65535', RING_SECONDS: '60', HOST: '::1' },
    { AMD_MODE: 'async', CONFIRM: 'always', CALLS_PER_SECOND: '0.5', FALLBACK: 'voicemail', RECORD: 'true' },
    { HOST: 'localhost', PUBLIC_BASE_URL: 'https://example.com/voice', CALLER_ID: OURS, DIAL_ALLOW: ` ${ANN} ,` },
  ])('%j is read', (variables) => {
    expect(() => read(variables)).not.toThrow();
  });
});

describe('missing variables', () => {
  test('missing variables are named', () => {
    expect(readEnvironment({ TWILIO_AUTH_TOKEN: '  ', FORWARD_TO: '' })).toEqual({
      ok: false,
      missing: true,
      problems: ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_PHONE_NUMBER', 'FORWARD_TO'].map(
        (name) => `${name} is missing`,
      ),
    });
  });
});

describe('wrong values are explained in a sentence that names the variable', () => {
  test.each<[string, string, string]>([
    ['FORWARD_TO', `${OURS}: ${ANN}, ${BEN}: ${ANN}`, 'has more than one ":": separate the inbound numbers by ";"'],
    ['FORWARD_TO', `${OURS}: ${ANN}; ${OURS}: ${BEN}`, `has ${OURS} twice`],
    ['FORWARD_TO', Array.from({ length: 201 }, (_, n) => `+1415555${String(1000 + n)}`).join(','), 'at most 200'],
    ['FORWARD_TO', `${ANN}; ${BEN}`, 'two lists without an inbound number'],
    ['FORWARD_TO', ';', 'names nobody'],
    ['FORWARD_TO', `${OURS}:`, 'cannot read'],
    ['FORWARD_TO', `: ${ANN}`, 'cannot read'],
    ['FORWARD_TO', '4155550142', 'cannot read "4155550142"'],
    ['DIAL_ALLOW', `${ANN},x`, 'must be phone numbers or prefixes'],
    ['MAX_CALLS', '0', 'must be a whole number from 1 to 10000'],
    ['MAX_CALLS_PER_CALLER', '10 in 60', 'must be calls/seconds, such as 10/60'],
    ['CALL_LOG_DAYS', '366', 'must be a whole number from 1 to 365'],
    ['DASHBOARD_PASSWORD', 'short', 'must have at least 12 characters'],
    ['METRICS_TOKEN', 'short', 'must have at least 16 characters'],
    ['LOG_LEVEL', 'loud', 'must be fatal, error, warn'],
    ['CALLER_ID', 'me', 'must be "caller" or a phone number'],
    ['PORT', 'http', 'must be a whole number from 0 to 65535'],
    ['PORT', '65536', 'must be a whole number from 0 to 65535'],
    ['PORT', '0x10', 'must be a whole number from 0 to 65535'],
    ['CALLS_PER_SECOND', '0', 'must be above 0'],
    ['AMD_MODE', 'fast', 'must be sync, async, off'],
    ['CONFIRM', 'maybe', 'must be never, when-unsure, always'],
    ['FALLBACK', 'mail', 'must be say, voicemail, a phone number'],
    ['RECORD', 'yes', 'must be true or false'],
    ['RING_SECONDS', '4', 'must be a whole number from 5 to 60'],
    ['RING_SECONDS', '20.5', 'must be a whole number from 5 to 60'],
    ['DRAIN_SECONDS', 'soon', 'must be a number of seconds'],
    ['DRAIN_SECONDS', '-1', 'must not be below 0'],
    ['DRAIN_SECONDS', '61', 'must be at most 60'],
    ['HOST', 'http://localhost', 'must be a host name or an IP address'],
    ['HOST', '127.0.0.1:5000', 'must be a host name or an IP address'],
    ['PUBLIC_BASE_URL', 'example.com', 'must be the absolute http(s) address'],
    ['PUBLIC_BASE_URL', 'https://example.com/?x=1', 'without query and fragment'],
    ['PUBLIC_BASE_URL', 'https://my_host.example.com', 'must have a host name without "_"'],
    ['TWILIO_ACCOUNT_SID', 'SK1', 'must be AC and 32 hexadecimal digits'],
    ['TWILIO_PHONE_NUMBER', '911', 'must be a phone number in E.164 form'],
    ['TWILIO_API_SECRET', 'secret', 'goes with TWILIO_API_KEY'],
  ])('%s=%s', (name, value, sentence) => {
    const [problem, ...more] = problems({ [name]: value });
    expect(more).toEqual([]);
    expect(problem?.startsWith(`${name} `)).toBe(true);
    expect(problem).toContain(sentence);
  });

  test('variables that cannot work together are refused', () => {
    expect(problems({ AMD_MODE: 'off', CONFIRM: 'never' })).toEqual([
      expect.stringMatching(/^CONFIRM .*nothing would tell a human from a voicemail/) as string,
    ]);
  });

  test('a key without its secret is not reported as a missing account', () => {
    expect(problems({ TWILIO_API_KEY: 'SK1' })).toEqual([
      'TWILIO_API_SECRET goes with TWILIO_API_KEY: set both or neither',
    ]);
  });
});

describe('warnings', () => {
  test('usually there is no warning', () => {
    expect(warningsOf(read({}))).toEqual([]);
    expect(warningsOf(read({ DIAL_ALLOW: `${ANN},${BEN}` }))).toEqual([]);
  });

  test('a number of ours in the list is warned of', () => {
    const environment = read({ FORWARD_TO: `+14155550198: ${ANN}, ${OURS}; ${BEN}, +14155550198` });
    expect([...ownNumbers(environment)]).toEqual([OURS, '+14155550198']);
    expect(warningsOf(environment)).toEqual([
      `FORWARD_TO has ${OURS}, which is a number of our own: the call would come back to us. It will never be rung`,
      'FORWARD_TO has +14155550198, which is a number of our own: the call would come back to us. It will never be rung',
    ]);
  });

  test('a number that may not be dialled is warned of', () => {
    expect(warningsOf(read({ DIAL_ALLOW: BEN }))).toEqual([
      `FORWARD_TO has ${ANN}, which is not among the numbers that may be dialled: whoever runs this has to allow it (DIAL_ALLOW). It will never be rung`,
    ]);
  });
});
