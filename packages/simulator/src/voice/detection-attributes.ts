import { valueProblem } from '../twiml/values.js';
import type { Element } from '../twiml/element.js';
import type { DetectionRequest } from './call.js';
import { methodOf, numberOf, resolveUrl } from './verbs.js';
import type { VerbContext } from './verbs.js';

/**
 * Reads the detection of a `<Number>`, which is always asynchronous (twilio.com/docs/voice/twiml/number). Values out of range are
 * ignored.
 */
export function detectionAttributes(ctx: VerbContext, noun: Element): DetectionRequest | undefined {
  const { attributes } = noun;
  if (Object.keys(attributes).some((name) => name.startsWith('asyncAmd'))) {
    const message = 'AsyncAmd parameters are ignored: detection of a <Number> is always asynchronous';
    ctx.world.debug({ code: 21_263, level: 'warning', message, url: ctx.base, callSid: ctx.call.sid });
  }
  const mode = attributes['machineDetection'];
  if (mode !== 'Enable' && mode !== 'DetectMessageEnd') return undefined;
  const number = (name: string, otherwise: number): number =>
    valueProblem('Number', name, attributes[name] ?? '') === undefined ? numberOf(noun, name, otherwise) : otherwise;
  const address = attributes['amdStatusCallback'];
  const url = address === undefined || address === '' ? undefined : resolveUrl(ctx, address);
  return {
    mode,
    timeoutMs: number('machineDetectionTimeout', 30) * 1000,
    silenceMs: number('machineDetectionSilenceTimeout', 5000),
    asynchronous: {
      callback: url === undefined ? undefined : { url, method: methodOf(noun, 'amdStatusCallbackMethod') },
    },
  };
}
