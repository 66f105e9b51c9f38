import { describe, expect, it, test } from 'vitest';
import { checkTimes, taskSettings, type TaskOptions } from '@amd/core';
import { NUMBERS, WORKSPACE } from '@amd/core/testing';

const settingsOf = (options: unknown = {}) => taskSettings(options as TaskOptions, WORKSPACE);

describe('wrong options', () => {
  it.each<[message: string, options: unknown]>([
    ['"options" must be an object; got null', null],
    ['"forwardTo" is not an option', { forwardTo: [NUMBERS.ann] }],
    ['"afterCall" must be "coolDown" or "available"', { afterCall: 'wrap up' }],
    ['"waitUrl" must be an absolute http(s) URL', { waitUrl: '' }],
    ['"policy.busy" can only be "go on" with TaskRouter', { policy: { busy: 'fall back' } }],
    ['"policy.noAnswer" can only be "go on" with TaskRouter', { policy: { noAnswer: 'fall back' } }],
    ['"policy.failed" can only be "go on" with TaskRouter', { policy: { failed: 'fall back' } }],
    ['"policy.hungUp" can only be "go on" with TaskRouter', { policy: { hungUp: 'fall back' } }],
    ['"attributes" must be an object; got a list', { attributes: ['vip'] }],
    ['"attributes" must be an object; got null', { attributes: null }],
    ['"attributes" must be an object; got a value of type string', { attributes: 'vip' }],
    ['"attributes.amd_visit" is set by the library', { attributes: { amd_visit: 2 } }],
    ['"attributes.call_sid" is set by the library', { attributes: { call_sid: 'CA' } }],
    ['"attributes.caller_id" is set by the library', { attributes: { caller_id: '' } }],
    ['"attributes.vip" must be a string or a number; got a value of type boolean', { attributes: { vip: true } }],
    ['"attributes.vip" must be a string or a number; got a value of type number', { attributes: { vip: NaN } }],
    ['"attributes.vip" must be a string or a number; got null', { attributes: { ok: 1, vip: null } }],
    [
      '"offerMessage" needs a voicemail to leave a message on: "fallback" must be { kind: "voicemail" }',
      { offerMessage: true },
    ],
    [
      '"texts.offerMessage" cannot be empty while "offerMessage" is on',
      { offerMessage: true, fallback: { kind: 'voicemail' }, texts: { offerMessage: '' } },
    ],
    ['"offerMessage" must be true or false; got "yes"', { offerMessage: 'yes' }],
  ])('%s', (message, options) => {
    const run = () => settingsOf(options);
    expect(run).toThrow(TypeError);
    expect(run).toThrow(message);
  });

  it.each<[option: string, options: object]>([
    ['deadlineSeconds', { deadlineSeconds: 9 }],
    ['deadlineSeconds', { deadlineSeconds: 3601 }],
    ['priority', { priority: -1 }],
    ['priority', { priority: 2 ** 31 }],
    ['taskSeconds', { taskSeconds: 0 }],
    ['taskSeconds', { taskSeconds: 86_401 }],
  ])('option %s: %j is out of range', (option, options) => {
    expect(() => settingsOf(options)).toThrow(RangeError);
    expect(() => settingsOf(options)).toThrow(`"${option}" must be a whole number`);
  });

  it.each<object>([
    { deadlineSeconds: 10, priority: 0, taskSeconds: 1 },
    { deadlineSeconds: 3600, priority: 2 ** 31 - 1, taskSeconds: 86_400 },
    { afterCall: 'coolDown', offerMessage: false },
    { afterCall: 'available', attributes: { skill: 'de', level: 3 } },
    { offerMessage: true, fallback: { kind: 'voicemail', maxSeconds: 60, silenceSeconds: 5 } },
  ])('the options %j are accepted', (options) => {
    expect(settingsOf(options)).toMatchObject(options);
  });
});

test('omitted options have defaults; attributes are a copy', () => {
  const attributes = { skill: 'de' };
  const settings = settingsOf({ attributes });
  attributes.skill = 'fr';
  expect(settings).toMatchObject({
    workspace: WORKSPACE,
    afterCall: 'coolDown',
    deadlineSeconds: null,
    offerMessage: false,
    attributes: { skill: 'de' },
    priority: null,
    taskSeconds: null,
    texts: { callerGone: 'The caller is no longer there. Goodbye.' },
  });
  expect(settingsOf({ deadlineSeconds: undefined, attributes: undefined })).toEqual(settingsOf());
});

describe('the time a worker may need', () => {
  const times = (options: TaskOptions, reservationTimeoutSeconds: number) =>
    checkTimes({
      ...settingsOf(options),
      workspace: { ...WORKSPACE, workflow: { ...WORKSPACE.workflow, reservationTimeoutSeconds } },
    });

  it.each<[string, TaskOptions, seconds: number]>([
    ['ringing, detection and a confirmation', { ringSeconds: 20, confirmSeconds: 10 }, 20 + 5 + 30 + 10 + 5],
    [
      'no confirmation, which is never asked for',
      { ringSeconds: 20, confirm: 'never', policy: 'strict' },
      20 + 5 + 30 + 5,
    ],
    ['no confirmation, which no answer asks for', { ringSeconds: 20, policy: { unknown: 'hang up' } }, 20 + 5 + 30 + 5],
    [
      'a confirmation of everybody',
      { confirm: 'always', policy: { unknown: 'hang up' }, confirmSeconds: 8 },
      20 + 5 + 30 + 8 + 5,
    ],
    [
      'a confirmation instead of detection',
      { amd: { mode: 'off' }, ringSeconds: 20, confirmSeconds: 10 },
      20 + 5 + 0 + 10 + 5,
    ],
    [
      'a greeting beside detection',
      { amd: { mode: 'async' }, ringSeconds: 20, confirmSeconds: 10, policy: { unknown: 'hang up' } },
      20 + 5 + 30 + 10 + 5,
    ],
    ['a shorter detection', { detection: { timeoutSeconds: 10 }, confirmSeconds: 10 }, 20 + 5 + 10 + 10 + 5],
  ])('the needed time adds up with %s', (_, options, seconds) => {
    expect(times(options, seconds)).toEqual([]);
    expect(times(options, seconds - 1)).toEqual([
      expect.stringMatching(
        new RegExp(
          `^a worker may need ${String(seconds)} s .* time out after ${String(seconds - 1)} s: raise the workflow`,
        ),
      ),
    ]);
  });

  it('the needed time is explained with each of its parts', () => {
    expect(times({ ringSeconds: 25, confirmSeconds: 12, detection: { timeoutSeconds: 20 } }, 60)).toEqual([
      'a worker may need 67 s (ring 25 s, up to 5 s more by Twilio, detection 20 s, confirmation 12 s, 5 s to settle), ' +
        "but the workflow's reservations time out after 60 s: raise the workflow's task reservation timeout, or lower " +
        '"ringSeconds", "detection.timeoutSeconds" or "confirmSeconds"',
    ]);
  });
});
