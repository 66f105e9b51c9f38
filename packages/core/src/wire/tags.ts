import { unreachable } from '../kernel/draft.js';
import type { CallbackRef } from './callback-ref.js';
import type { RingbackTone, Target, Verb } from './twiml.js';

/** One element of a TwiML document. Names come from this file only; values may be anything. */
export interface Tag {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly text?: string;
  readonly children?: readonly Tag[];
}

/** Turns a callback reference, or a sound that we serve, into an absolute URL. */
export type ToUrl = (to: CallbackRef | { readonly sound: RingbackTone }) => string;

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
      return {
        name: 'Play',
        attributes: optional('loop', verb.times?.toString()),
        text: 'url' in verb.of ? verb.of.url : url(verb.of),
      };
    case 'pause':
      return { name: 'Pause', attributes: [['length', String(verb.seconds)]] };
    case 'hangup':
      return { name: 'Hangup', attributes: [] };
    case 'leave':
      return { name: 'Leave', attributes: [] };
    case 'reject':
      return { name: 'Reject', attributes: [['reason', verb.reason]] };
    case 'redirect':
      return { name: 'Redirect', attributes: [['method', 'POST']], text: address(verb.to, url) };
    case 'gather':
      return {
        name: 'Gather',
        attributes: [
          ['input', verb.speech === true ? 'dtmf speech' : 'dtmf'],
          ['action', address(verb.action, url)],
          ['method', 'POST'],
          ['numDigits', String(verb.numDigits)],
          ['finishOnKey', verb.finishOnKey],
          ['timeout', String(verb.timeoutSeconds)],
          ...(verb.speech === true ? ([['speechTimeout', 'auto']] as const) : []),
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
    case 'record':
      return {
        name: 'Record',
        attributes: [
          ['action', address(verb.action, url)],
          ['method', 'POST'],
          ['maxLength', String(verb.maxSeconds)],
          ['timeout', String(verb.silenceSeconds)],
          ['playBeep', 'true'],
          ['recordingStatusCallback', address(verb.statusCallback, url)],
          ['recordingStatusCallbackMethod', 'POST'],
        ],
      };
    case 'dial.number':
      return {
        name: 'Dial',
        attributes: [
          ['action', address(verb.action, url)],
          ['method', 'POST'],
          ['timeout', String(verb.timeoutSeconds)],
          ['timeLimit', String(verb.timeLimitSeconds)],
          ...recorded('record-from-answer-dual', verb.recording, url),
        ],
        children: [{ name: 'Number', attributes: [], text: verb.to }],
      };
    case 'enqueue':
      return enqueue(verb, url);
    case 'dial.queue':
      return {
        name: 'Dial',
        attributes: [
          ['action', address(verb.action, url)],
          ['method', 'POST'],
          ...recorded('record-from-answer-dual', verb.recording, url),
        ],
        children: [
          {
            name: 'Queue',
            attributes: [
              ...(verb.whisper === undefined ? [] : posted('url', 'method', address(verb.whisper, url))),
              ['reservationSid', verb.reservation],
              ...(verb.postWorkActivity === undefined
                ? []
                : ([['postWorkActivitySid', verb.postWorkActivity]] as const)),
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
      ...waiting(verb.wait, 'waitMethod', url),
      ...recorded('record-from-start', verb.recording, url),
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
      ...waiting(verb.wait, 'waitUrlMethod', url),
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

type Attribute = readonly [name: string, value: string];

/** An empty address is not a missing one: silence instead of Twilio's music. Music of the user's is fetched as a file. */
function waiting(wait: Target | 'silence' | undefined, method: string, url: ToUrl): readonly Attribute[] {
  if (wait === undefined) return [];
  if (wait === 'silence') return [['waitUrl', '']];
  return 'url' in wait ? [['waitUrl', wait.url]] : posted('waitUrl', method, url(wait));
}

/** A recording's file is told of when it is there (twilio.com/docs/voice/twiml/dial#record). */
function recorded(how: string, callback: Target | undefined, url: ToUrl): readonly Attribute[] {
  if (callback === undefined) return [];
  return [
    ['record', how],
    ...posted('recordingStatusCallback', 'recordingStatusCallbackMethod', address(callback, url)),
  ];
}

function posted(name: string, method: string, value: string): readonly Attribute[] {
  return [
    [name, value],
    [method, 'POST'],
  ];
}

function optional(name: string, value: string | undefined): (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}

function address(target: Target, url: ToUrl): string {
  return 'url' in target ? target.url : url(target);
}
