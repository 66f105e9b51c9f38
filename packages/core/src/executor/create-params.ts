import type { CreateCall, Detection } from '../flows/effects.js';
import type { CallbackRef } from '../wire/callbacks.js';
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
