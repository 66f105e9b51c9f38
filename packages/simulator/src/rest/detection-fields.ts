import type { DetectionRequest } from '../voice/call.js';
import type { World } from '../voice/world.js';
import { RestRefusal } from './errors.js';
import { field, methodField, urlField, whole } from './form.js';

/** The detection parameters of a create, checked (twilio.com/docs/api/errors/21234). */
export function detectionFields(world: World, form: URLSearchParams): DetectionRequest | undefined {
  const mode = field(form, 'MachineDetection');
  if (mode !== undefined && mode !== 'Enable' && mode !== 'DetectMessageEnd') {
    throw new RestRefusal(21234, `Invalid MachineDetection value: ${mode}`);
  }
  const timeout = whole(form, 'MachineDetectionTimeout', 3, 59, 21234);
  whole(form, 'MachineDetectionSpeechThreshold', 1000, 6000, 21234);
  whole(form, 'MachineDetectionSpeechEndThreshold', 500, 5000, 21234);
  const silence = whole(form, 'MachineDetectionSilenceTimeout', 2000, 10_000, 21234);
  const asynchronous = field(form, 'AsyncAmd') === 'true';
  const callback = urlField(form, 'AsyncAmdStatusCallback', 21609);
  // SendDigits switches detection off, silently (twilio.com/docs/voice/api/call-resource#create-a-call).
  if (mode === undefined || field(form, 'SendDigits') !== undefined) return undefined;
  if (asynchronous && callback === undefined) {
    world.debug({
      code: 21262,
      level: 'warning',
      message: 'AsyncAmd without AsyncAmdStatusCallback',
      url: undefined,
      callSid: undefined,
    });
  }
  return {
    mode,
    timeoutMs: (timeout ?? 30) * 1000,
    silenceMs: silence ?? 5000,
    asynchronous: asynchronous
      ? {
          callback:
            callback === undefined
              ? undefined
              : { url: callback, method: methodField(form, 'AsyncAmdStatusCallbackMethod') },
        }
      : undefined,
  };
}
