import { unreachable } from '../kernel/draft.js';
import type { CallbackRef } from './callback-ref.js';
import type { Target, Verb } from './twiml.js';

/** One element of a TwiML document. Names come from this file only; values may be anything. */
export interface Tag {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly text?: string;
  readonly children?: readonly Tag[];
}

/** Turns a callback reference into an absolute URL. */
export type ToUrl = (ref: CallbackRef) => string;

/** A verb as Twilio spells it (twilio.com/docs/voice/twiml). */
export function tagOf(verb: Verb, url: ToUrl): Tag {
  switch (verb.verb) {
    case 'say':
      return {
        name: 'Say',
        attributes: [...optional('voice', verb.voice), ...optional('language', verb.language)],
        text: verb.text,
      };
    case 'play':
      return { name: 'Play', attributes: [], text: verb.url };
    case 'pause':
      return { name: 'Pause', attributes: [['length', String(verb.seconds)]] };
    case 'hangup':
      return { name: 'Hangup', attributes: [] };
    case 'reject':
      return { name: 'Reject', attributes: [['reason', verb.reason]] };
    case 'redirect':
      return { name: 'Redirect', attributes: [['method', 'POST']], text: address(verb.to, url) };
    case 'gather':
      return {
        name: 'Gather',
        attributes: [
          ['input', 'dtmf'],
          ['action', address(verb.action, url)],
          ['method', 'POST'],
          ['numDigits', String(verb.numDigits)],
          ['finishOnKey', verb.finishOnKey],
          ['timeout', String(verb.timeoutSeconds)],
        ],
        children: verb.prompt.map((part) => tagOf(part, url)),
      };
    case 'dial.conference':
      return {
        name: 'Dial',
        attributes: [
          ['action', address(verb.action, url)],
          ['method', 'POST'],
        ],
        children: [conference(verb, url)],
      };
    case 'enqueue':
      return enqueue(verb, url);
    case 'dial.queue':
      return {
        name: 'Dial',
        attributes: [
          ['action', address(verb.action, url)],
          ['method', 'POST'],
        ],
        children: [
          {
            name: 'Queue',
            attributes: [
              ['reservationSid', verb.reservation],
              ['postWorkActivitySid', verb.postWorkActivity],
            ],
          },
        ],
      };
    default:
      return unreachable(verb);
  }
}

/** Defaults are for meetings: without `beep="false"` both hear a tone (twilio.com/docs/voice/twiml/conference). */
function conference(verb: Extract<Verb, { verb: 'dial.conference' }>, url: ToUrl): Tag {
  return {
    name: 'Conference',
    attributes: [
      ['beep', 'false'],
      ['startConferenceOnEnter', String(verb.startOnEnter)],
      ['endConferenceOnExit', String(verb.endOnExit)],
      ['maxParticipants', String(verb.maxParticipants)],
      // An empty one is not a missing one: silence instead of Twilio's music.
      ...optional('waitUrl', verb.waitUrl),
      ['statusCallback', address(verb.statusCallback, url)],
      ['statusCallbackEvent', verb.statusCallbackEvents.join(' ')],
      ['statusCallbackMethod', 'POST'],
    ],
    text: verb.room,
  };
}

/** No queue name: the workflow decides (twilio.com/docs/voice/twiml/enqueue). */
function enqueue(verb: Extract<Verb, { verb: 'enqueue' }>, url: ToUrl): Tag {
  return {
    name: 'Enqueue',
    attributes: [
      ['workflowSid', verb.workflow],
      ['action', address(verb.action, url)],
      ['method', 'POST'],
      ...optional('waitUrl', verb.waitUrl),
    ],
    children: [
      {
        name: 'Task',
        attributes: [
          ...optional('priority', verb.priority?.toString()),
          ...optional('timeout', verb.timeoutSeconds?.toString()),
        ],
        text: JSON.stringify(verb.attributes),
      },
    ],
  };
}

function optional(name: string, value: string | undefined): (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}

function address(target: Target, url: ToUrl): string {
  return 'url' in target ? target.url : url(target);
}
