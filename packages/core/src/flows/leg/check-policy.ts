import { entriesOf, oneOf } from '../check-options.js';
import {
  ANSWER_ACTIONS,
  DEFAULT_POLICY,
  END_ACTIONS,
  LEG_ENDS,
  POLICIES,
  type AnswerPolicy,
  type Confirm,
  type PolicyName,
} from './policy.js';
import type { LegSettings } from './work.js';

const PRESETS = Object.keys(POLICIES) as PolicyName[];

/**
 * A preset, or `balanced` with what was given.
 * @throws TypeError naming the answer
 */
export function policyOf(value: unknown): AnswerPolicy {
  if (typeof value === 'string') return POLICIES[oneOf(value, PRESETS, 'policy')];
  const given = entriesOf(value, 'policy', Object.keys(DEFAULT_POLICY));
  for (const [answer, action] of Object.entries(given)) {
    const option = `policy.${answer}`;
    if (LEG_ENDS.some((end) => end === answer)) oneOf(action, END_ACTIONS, option);
    else oneOf(action, ANSWER_ACTIONS, option);
  }
  return { ...DEFAULT_POLICY, ...given };
}

/**
 * What cannot work together, told before the first call.
 * @throws TypeError naming the option
 */
export function checkPolicy(settings: Omit<LegSettings, 'texts'>, given: unknown): void {
  const { policy, amd, confirm, detection, screening } = settings;
  for (const [answer, action] of Object.entries(policy)) {
    if (action === 'leave a message') checkMessage(answer, detection.mode);
    // What a preset or a default says gives way to `confirm`; what was asked for by name does not.
    if (action === 'confirm' && confirm === 'never' && isGiven(given, answer)) {
      throw new TypeError(`"policy.${answer}" asks for a key, but "confirm" is "never": change one of them`);
    }
  }
  checkConfirm(confirm, settings, 'confirm');
  if (screening !== null && amd.mode === 'sync') {
    throw new TypeError(
      '"screening" needs "amd.mode" to be "async" or "off": with "sync" the robot has spoken before anybody listens to it',
    );
  }
}

/**
 * Whether somebody may go without a key, for the call or for one person.
 * @throws TypeError naming the option
 */
export function checkConfirm(
  confirm: Confirm | undefined,
  { amd, screening }: Pick<LegSettings, 'amd' | 'screening'>,
  option: string,
): void {
  if (confirm !== 'never') return;
  if (amd.mode === 'off') {
    throw new TypeError(
      `"${option}" cannot be "never" while "amd.mode" is "off": nothing would tell a human from a voicemail`,
    );
  }
  if (screening !== null) {
    throw new TypeError(`"screening" needs a key from whoever picks up in the end: "${option}" cannot be "never"`);
  }
}

function checkMessage(answer: string, mode: LegSettings['detection']['mode']): void {
  const option = `"policy.${answer}"`;
  if (!answer.startsWith('machine_end_')) {
    throw new TypeError(`${option} cannot be "leave a message": only "machine_end_…" says that a greeting is over`);
  }
  if (mode !== 'DetectMessageEnd') {
    throw new TypeError(
      `${option} is "leave a message", which needs "detection.mode" to be "DetectMessageEnd": "Enable" never waits for the end of a greeting`,
    );
  }
}

function isGiven(given: unknown, answer: string): boolean {
  return typeof given === 'object' && given !== null && answer in given;
}
