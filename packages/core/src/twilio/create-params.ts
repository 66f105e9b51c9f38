import { isE164 } from '../kernel/ids.js';
import type { CallbackRef } from '../wire/callbacks.js';
import type { CreateCall, Detection } from '../flows/effects.js';
import type { TwilioCallCreate } from './client.js';

/** The parameters of a new call (twilio.com/docs/voice/api/call-resource#create-a-call-resource). */
export function createParams(
  effect: CreateCall,
  url: (ref: CallbackRef) => string,
  fallbackUrl: ((ref: CallbackRef) => string) | undefined,
): TwilioCallCreate {
  const { detection, answered } = effect;
  return {
    to: effect.to,
    from: effect.from,
    url: url(answered),
    method: 'POST',
    fallbackUrl: fallbackUrl === undefined ? url(answered) : fallbackUrl(answered),
    fallbackMethod: 'POST',
    statusCallback: url(effect.status),
    statusCallbackMethod: 'POST',
    // Without these, only `completed` is told.
    statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    timeout: effect.ringSeconds,
    timeLimit: effect.timeLimitSeconds,
    ...(detection === null ? {} : detectionParams(detection)),
    ...(effect.verdict === undefined
      ? {}
      : {
          // Twilio wants the word, not a truth value (twilio.com/docs/voice/answering-machine-detection).
          asyncAmd: 'true',
          asyncAmdStatusCallback: url(effect.verdict),
          asyncAmdStatusCallbackMethod: 'POST',
        }),
    ...(effect.callToken === undefined ? {} : { callToken: effect.callToken }),
  };
}

function detectionParams(detection: Detection): Partial<TwilioCallCreate> {
  const { speechThresholdMs, speechEndThresholdMs, silenceTimeoutMs } = detection;
  return {
    machineDetection: detection.mode,
    machineDetectionTimeout: detection.timeoutSeconds,
    ...(speechThresholdMs === undefined ? {} : { machineDetectionSpeechThreshold: speechThresholdMs }),
    ...(speechEndThresholdMs === undefined ? {} : { machineDetectionSpeechEndThreshold: speechEndThresholdMs }),
    ...(silenceTimeoutMs === undefined ? {} : { machineDetectionSilenceTimeout: silenceTimeoutMs }),
  };
}

/**
 * Why a number is never dialled, whatever anybody allows; `null` when there is no such reason. Emergency services are not
 * to be rung by a machine: their numbers have two or three digits, with a country code at most six, and a full number has
 * seven or more. A call to ourselves would forward to itself for ever.
 */
export function neverDialled(to: string, from: string, ownNumbers: ReadonlySet<string>): string | null {
  if (!isE164(to)) return 'not a full phone number in E.164 form: emergency and other short numbers are never called';
  if (to.startsWith('+1') && !isNorthAmerican(to)) {
    return 'not a number of the North American plan: emergency and other service numbers are never called';
  }
  if (to === from) return 'the number to call is the number that would be shown';
  if (ownNumbers.has(to)) return 'the number is one of ours: the call would come back to us';
  return null;
}

/** +1 and ten digits; neither an area code like 911 nor 911 behind one. */
function isNorthAmerican(to: string): boolean {
  return /^\+1(?![2-9]11)[2-9][0-9]{2}(?!911)[0-9]{7}$/.test(to);
}
