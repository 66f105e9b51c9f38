import { describe, expect, test } from 'vitest';
import { inOrder } from '../../src/flows/forwarding/ring-plan.js';
import { callSettings } from '../../src/flows/forwarding/options.js';
import { DEFAULT_POLICY } from '../../src/flows/settings/policy.js';
import { DEFAULT_TEXTS } from '../../src/flows/settings/texts.js';

const ANN = '+14155550142';
const BEN = '+14155550143';

describe('wrong options', () => {
  test.each<[option: string, options: unknown]>([
    ['options', undefined],
    ['options', null],
    ['options', [ANN]],
    ['forwardTo', {}],
    ['forwardTo', { forwardTo: ANN }],
    ['forwardTo[0]', { forwardTo: [undefined] }],
    ['forwardTo[0]', { forwardTo: new Array<string>(1) }],
    ['forwardTo[0]', { forwardTo: [null] }],
    ['forwardTo[1]', { forwardTo: [ANN, 14155550142] }],
    ['forwardTo[1]', { forwardTo: [ANN, [BEN]] }],
    ['forwardTo[0]', { forwardTo: ['4155550142'] }],
    ['forwardTo[0].to', { forwardTo: [{}] }],
    ['forwardTo[0].name', { forwardTo: [{ to: ANN, name: 5 }] }],
    ['forwardTo[0].number', { forwardTo: [{ to: ANN, number: ANN }] }],
    ['forwardTo[0].targets', { forwardTo: [{ targets: 'abc' }] }],
    ['forwardTo[0].targets', { forwardTo: [{ targets: undefined }] }],
    ['forwardTo[0].targets[1]', { forwardTo: [{ targets: [ANN, null] }] }],
    ['forwardTo[0].ringSeconds', { forwardTo: [{ targets: [ANN], ringSeconds: 20 }] }],
    ['forwardTo[0].targets[0].ring', { forwardTo: [{ targets: [{ to: ANN, ring: 20 }] }] }],
    ['amd', { forwardTo: [], amd: 'async' }],
    ['amd.mode', { forwardTo: [], amd: { mode: 'asynchronous' } }],
    ['amd.timeout', { forwardTo: [], amd: { timeout: 5 } }],
    ['confirm', { forwardTo: [], confirm: true }],
    ['confirm', { forwardTo: [], amd: { mode: 'off' }, confirm: 'never' }],
    ['forwardTo[0].confirm', { forwardTo: [{ to: ANN, confirm: 'sometimes' }] }],
    ['screening', { forwardTo: [], screening: {} }],
    ['screening', { forwardTo: [], amd: { mode: 'async' }, screening: true }],
    ['screening', { forwardTo: [], amd: { mode: 'async' }, confirm: 'never', screening: {} }],
    ['screening.phrases[0]', { forwardTo: [], amd: { mode: 'async' }, screening: { phrases: ['…'] } }],
    ['policy', { forwardTo: [], policy: 'loose' }],
    ['policy.busy', { forwardTo: [], policy: { busy: 'bridge' } }],
    ['policy.human', { forwardTo: [], policy: { human: 'go on' } }],
    ['policy.unknown', { forwardTo: [], confirm: 'never', policy: { unknown: 'confirm' } }],
    ['policy.machine_start', { forwardTo: [], policy: { machine_start: 'leave a message' } }],
    ['policy.machine_end_beep', { forwardTo: [], policy: { machine_end_beep: 'leave a message' } }],
    ['fallback.kind', { forwardTo: [], fallback: { kind: 'music' } }],
    ['fallback.url', { forwardTo: [], fallback: { kind: 'voicemail', url: 'https://example.com' } }],
    ['fallback.to', { forwardTo: [], fallback: { kind: 'number', to: '5550109' } }],
    [
      'fallback.ifUnanswered.kind',
      { forwardTo: [], fallback: { kind: 'number', to: ANN, ifUnanswered: { kind: 'number' } } },
    ],
    ['ringSecond', { forwardTo: [], ringSecond: 20 }],
    ['texts', { forwardTo: [], texts: 'Hello' }],
    ['texts', { forwardTo: [], texts: null }],
    ['texts', { forwardTo: [], texts: ['Hello'] }],
    ['texts.greeting', { forwardTo: [], texts: { greeting: 5 } }],
    ['texts.unavailable', { forwardTo: [], texts: { unavailable: null } }],
    ['texts.greting', { forwardTo: [], texts: { greting: 'Hello' } }],
    ['texts.toString', { forwardTo: [], texts: { toString: 'Hello' } }],
    ['voice', { forwardTo: [], voice: 5 }],
    ['language', { forwardTo: [], language: ['de-DE'] }],
    ['detection', { forwardTo: [], detection: true }],
    ['detection.mode', { forwardTo: [], detection: { mode: 'enable' } }],
    ['detection.timeout', { forwardTo: [], detection: { timeout: 30 } }],
    ['policy', { forwardTo: [], policy: 'bridge' }],
    ['policy.machine', { forwardTo: [], policy: { machine: 'hang up' } }],
    ['policy.human', { forwardTo: [], policy: { human: 'hangup' } }],
    ['fallback', { forwardTo: [], fallback: 'say' }],
    ['fallback.kind', { forwardTo: [], fallback: {} }],
    ['fallback.kind', { forwardTo: [], fallback: { kind: 'Redirect', url: 'https://example.com' } }],
    ['fallback.url', { forwardTo: [], fallback: { kind: 'redirect' } }],
    ['fallback.url', { forwardTo: [], fallback: { kind: 'redirect', url: new URL('https://example.com') } }],
    ['callerId', { forwardTo: [], callerId: 5 }],
    ['ownNumber', { forwardTo: [], ownNumber: null }],
    ['waitUrl', { forwardTo: [], waitUrl: new URL('https://example.com') }],
    ['ringback', { forwardTo: [], ringback: 'us', waitUrl: 'https://example.com/music' }],
    ['ringback', { forwardTo: [], ringback: 'de' }],
    ['progress.seconds', { forwardTo: [], progress: { seconds: 30 } }],
    ['progress', { forwardTo: [], progress: true }],
    ['texts.progress', { forwardTo: [], progress: {}, texts: { progress: '' } }],
    [`forwardTo[1] (${ANN}) confirm`, { forwardTo: [BEN, { to: ANN, confirm: 'never' }], amd: { mode: 'off' } }],
    [
      `forwardTo[0] (${ANN}) confirm`,
      { forwardTo: [{ targets: [BEN, { to: ANN, confirm: 'never' }] }], amd: { mode: 'async' }, screening: {} },
    ],
    ['record', { forwardTo: [], record: 'yes' }],
    ['texts.consent', { forwardTo: [], record: true, texts: { consent: '' } }],
  ])('option %s is named: %j', (option, options) => {
    const run = (): unknown => callSettings(options as never);
    expect(run).toThrow(TypeError);
    expect(run).toThrow(`"${option}"`);
  });

  test.each<[option: string, options: object]>([
    ['ringSeconds', { ringSeconds: '20' }],
    ['ringSeconds', { ringSeconds: null }],
    ['ringSeconds', { ringSeconds: 4 }],
    ['progress.everySeconds', { progress: { everySeconds: 9 } }],
    ['detection.timeoutSeconds', { detection: { timeoutSeconds: 60 } }],
    ['forwardTo[0].ringSeconds', { forwardTo: [{ to: ANN, ringSeconds: 61 }] }],
  ])('option %s: %j is out of range', (option, options) => {
    const run = (): unknown => callSettings({ forwardTo: [], ...options });
    expect(run).toThrow(RangeError);
    expect(run).toThrow(`"${option}"`);
  });

  test('a wrong word is named together with the words there are', () => {
    const texts = { hello: 'Hello' } as never;
    expect(() => callSettings({ forwardTo: [], texts })).toThrow(Object.keys(DEFAULT_TEXTS).join(', '));
    expect(() => callSettings({ forwardTo: [], policy: { robot: 'hang up' } as never })).toThrow('machine_start');
    expect(() => callSettings({ forwardTo: [], detection: { x: 1 } as never })).toThrow('speechThresholdMs');
    expect(() => callSettings({ forwardTo: [], x: 1 } as never)).toThrow('timeLimitSeconds');
    expect(() => callSettings({ forwardTo: [{ to: ANN, x: 1 } as never] })).toThrow('to, name, ringSeconds');
  });

  test.each<[message: string, options: unknown]>([
    ['"options" must be an object; got null', null],
    ['"options" must be an object; got undefined', undefined],
    ['"options" must be an object; got a list', [ANN]],
    ['"forwardTo" must be a list of numbers, targets or steps; got a value of type string', { forwardTo: ANN }],
    ['"texts.greeting" must be a string; got a value of type number', { forwardTo: [], texts: { greeting: 5 } }],
    ['"fallback.url" must be an absolute http(s) URL', { forwardTo: [], fallback: { kind: 'redirect', url: '/x' } }],
    [
      '"fallback.kind" must be "say" or "voicemail" or "redirect" or "number"; got "music"',
      { forwardTo: [], fallback: { kind: 'music' } },
    ],
    [
      '"fallback.ifUnanswered.kind" must be "say" or "voicemail" or "redirect"; got "number"',
      { forwardTo: [], fallback: { kind: 'number', to: ANN, ifUnanswered: { kind: 'number' } } },
    ],
    [
      `"ringback" must be "us" or "uk" or "eu"; got "${'x'.repeat(40)}"`,
      { forwardTo: [], ringback: `${'x'.repeat(40)} and all that a stranger has written` },
    ],
    ['"record" must be true or false; got "yes"', { forwardTo: [], record: 'yes' }],
    ['"record" must be true or false; got a value of type number', { forwardTo: [], record: 1 }],
    ['"ringSeconds" must be a whole number from 5 to 60; got 61', { forwardTo: [], ringSeconds: 61 }],
    ['"ringSeconds" must be a whole number from 5 to 60; got 20.5', { forwardTo: [], ringSeconds: 20.5 }],
    ['"ringSeconds" must be a whole number from 5 to 60; got null', { forwardTo: [], ringSeconds: null }],
    [
      '"ringSeconds" must be a whole number from 5 to 60; got a value of type string',
      { forwardTo: [], ringSeconds: '20' },
    ],
    [
      '"detection.speechThresholdMs" must be a whole number from 1000 to 6000; got 999',
      { forwardTo: [], detection: { speechThresholdMs: 999 } },
    ],
    [
      '"detection.speechEndThresholdMs" must be a whole number from 500 to 5000; got 5001',
      { forwardTo: [], detection: { speechEndThresholdMs: 5001 } },
    ],
    [
      '"detection.silenceTimeoutMs" must be a whole number from 2000 to 10000; got 1',
      { forwardTo: [], detection: { silenceTimeoutMs: 1 } },
    ],
    ['"progress.everySeconds" must be a whole number from 10 to 300', { forwardTo: [], progress: { everySeconds: 9 } }],
    [
      '"fallback.maxSeconds" must be a whole number from 5 to 3600',
      { forwardTo: [], fallback: { kind: 'voicemail', maxSeconds: 4 } },
    ],
    [
      '"fallback.ifUnanswered.silenceSeconds" must be a whole number from 1 to 30',
      { forwardTo: [], fallback: { kind: 'number', to: ANN, ifUnanswered: { kind: 'voicemail', silenceSeconds: 31 } } },
    ],
    [
      '"fallback.url" is not an option; there are kind, to, ringSeconds, ifUnanswered',
      { forwardTo: [], fallback: { kind: 'number', to: ANN, url: 'https://example.com' } },
    ],
    [
      '"fallback.url" is not an option; there are kind',
      { forwardTo: [], fallback: { kind: 'say', url: 'https://a.b' } },
    ],
    ['"waitUrl" must be an absolute http(s) URL', { forwardTo: [], waitUrl: 'see https://example.com' }],
    ['"waitUrl" must be an absolute http(s) URL', { forwardTo: [], waitUrl: 'https://example.com/a b' }],
    ['"waitUrl" must be an absolute http(s) URL', { forwardTo: [], waitUrl: 'https:///music' }],
    ['"waitUrl" must be an absolute http(s) URL', { forwardTo: [], waitUrl: 'ftp://example.com/music' }],
  ])('%s', (message, options) => {
    expect(() => callSettings(options as never)).toThrow(message);
  });

  test('inOrder names what is wrong as well', () => {
    expect(inOrder([ANN, { to: BEN, name: 'Ben' }])).toEqual([
      { targets: [{ to: ANN }] },
      { targets: [{ to: BEN, name: 'Ben' }] },
    ]);
    expect(() => inOrder(ANN as never)).toThrow('"targets"');
    expect(() => inOrder([ANN, undefined as never])).toThrow('"targets[1]"');
  });
});

test('the limits themselves are in range', () => {
  const of = (options: object): unknown => callSettings({ forwardTo: [], ...options });
  for (const ringSeconds of [5, 60]) expect(of({ ringSeconds })).toMatchObject({ ringSeconds });
  for (const waitUrl of ['http://a', 'HTTPS://example.com/a.mp3?b=c#d', 'http://ex']) {
    expect(of({ waitUrl })).toMatchObject({ waitUrl });
  }
  for (const detection of [
    { timeoutSeconds: 3, speechThresholdMs: 1000, speechEndThresholdMs: 500, silenceTimeoutMs: 2000 },
    { timeoutSeconds: 59, speechThresholdMs: 6000, speechEndThresholdMs: 5000, silenceTimeoutMs: 10_000 },
  ]) {
    expect(of({ detection })).toMatchObject({ detection });
  }
});

describe('omitted options', () => {
  test('an option that is left out or undefined has its default', () => {
    const defaults = callSettings({ forwardTo: [ANN] });
    const nothing = {
      ...{ policy: undefined, callerId: undefined, ownNumber: undefined, ringSeconds: undefined, detection: undefined },
      ...{ confirmSeconds: undefined, deadlineSeconds: undefined, timeLimitSeconds: undefined, fallback: undefined },
      ...{ texts: undefined, voice: undefined, language: undefined, waitUrl: undefined },
    };
    const undefinedInside = {
      policy: { human: undefined },
      texts: { greeting: undefined },
      detection: { mode: undefined, timeoutSeconds: undefined, speechThresholdMs: undefined },
      forwardTo: [{ to: ANN, name: undefined, ringSeconds: undefined }],
    };
    expect(callSettings({ forwardTo: [ANN], ...nothing })).toEqual(defaults);
    expect(callSettings(undefinedInside as never)).toStrictEqual(defaults);
    expect(defaults).toMatchObject({ policy: DEFAULT_POLICY, texts: DEFAULT_TEXTS, fallback: { kind: 'say' } });
  });

  test('given options are kept', () => {
    const settings = callSettings({
      forwardTo: [ANN, { to: BEN, name: 'Ben', ringSeconds: 30 }, { targets: [ANN, { to: BEN }] }],
      policy: { unknown: 'bridge' },
      texts: { greeting: '' },
      voice: 'alice',
      language: 'en-GB',
      waitUrl: '',
      fallback: { kind: 'redirect', url: 'https://example.com/voicemail' },
    });
    expect(settings).toMatchObject({
      plan: [
        { targets: [{ to: ANN }] },
        { targets: [{ to: BEN, name: 'Ben', ringSeconds: 30 }] },
        { targets: [{ to: ANN }, { to: BEN }] },
      ],
      policy: { ...DEFAULT_POLICY, unknown: 'bridge' },
      texts: { ...DEFAULT_TEXTS, greeting: '' },
      voice: 'alice',
      language: 'en-GB',
      waitUrl: '',
      fallback: { kind: 'redirect', url: 'https://example.com/voicemail' },
    });
  });
});
