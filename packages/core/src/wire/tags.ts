import { assertNever } from '../kernel/draft.js';
import type { CallbackRef } from './callbacks.js';
import type { RingbackTone, Target, Verb } from './twiml.js';

/**
 * One piece of a document's shape: the start or end of an element, or the place of an attribute or a text. All pieces are created
 * in this file, once, and never from a value. An attribute that has its value here is the same in every document.
 */
export type Piece =
  | { readonly is: 'element'; readonly name: string }
  | { readonly is: 'attribute'; readonly name: string; readonly value?: string }
  | { readonly is: 'text' }
  | { readonly is: 'end' };

/** Turns a callback reference, or a sound that we serve, into an absolute URL. */
export interface ToUrl {
  (to: CallbackRef | { readonly sound: RingbackTone }): string;
  /** The same, escaped for XML; it may escape the constant parts only once. */
  readonly escaped?: (to: CallbackRef) => string;
}

/** Receives a document piece by piece. Values may be anything. */
export interface TagWriter {
  put(piece: Piece): void;
  /** Receives an attribute without a value of its own, or a text. */
  fill(piece: Piece, value: string): void;
  /** The same for an address. */
  lead(piece: Piece, to: Target): void;
}

const element = (name: string): Piece => ({ is: 'element', name });
const attribute = (name: string, value?: string): Piece => ({
  is: 'attribute',
  name,
  ...(value === undefined ? {} : { value }),
});

export const TEXT: Piece = { is: 'text' };
const END: Piece = { is: 'end' };

const SAY = element('Say');
const VOICE = attribute('voice');
const LANGUAGE = attribute('language');
const PLAY = element('Play');
const LOOP = attribute('loop');
const PAUSE = element('Pause');
const LENGTH = attribute('length');
const HANGUP = element('Hangup');
const LEAVE = element('Leave');
const REJECT = element('Reject');
const REASON = attribute('reason');
const REDIRECT = element('Redirect');
const POST = attribute('method', 'POST');
const ACTION = attribute('action');
const TIMEOUT = attribute('timeout');

const GATHER = element('Gather');
const KEYS = attribute('input', 'dtmf');
const KEYS_AND_WORDS = attribute('input', 'dtmf speech');
const NUM_DIGITS = attribute('numDigits');
const FINISH_ON_KEY = attribute('finishOnKey');
const SPEECH_TIMEOUT = attribute('speechTimeout', 'auto');

const RECORD = element('Record');
const MAX_LENGTH = attribute('maxLength');
const PLAY_BEEP = attribute('playBeep', 'true');
const RECORD_FROM_START = attribute('record', 'record-from-start');
const RECORD_DUAL = attribute('record', 'record-from-answer-dual');
const RECORDING_CALLBACK = attribute('recordingStatusCallback');
const RECORDING_POST = attribute('recordingStatusCallbackMethod', 'POST');

const DIAL = element('Dial');
const TIME_LIMIT = attribute('timeLimit');
const NUMBER = element('Number');
const QUEUE = element('Queue');
const URL_OF = attribute('url');
const RESERVATION = attribute('reservationSid');
const POST_WORK_ACTIVITY = attribute('postWorkActivitySid');

const CONFERENCE = element('Conference');
/** Conference defaults are for meetings: without this both parties hear a tone (twilio.com/docs/voice/twiml/conference). */
const NO_BEEP = attribute('beep', 'false');
const START_ON_ENTER = attribute('startConferenceOnEnter', 'true');
const START_LATER = attribute('startConferenceOnEnter', 'false');
const END_ON_EXIT = attribute('endConferenceOnExit', 'true');
const GO_ON = attribute('endConferenceOnExit', 'false');
const MAX_PARTICIPANTS = attribute('maxParticipants');
const WAIT_URL = attribute('waitUrl');
/** An empty address differs from a missing one: silence instead of Twilio's music. */
const SILENCE = attribute('waitUrl', '');
const WAIT_POST = attribute('waitMethod', 'POST');
const STATUS_CALLBACK = attribute('statusCallback');
const STATUS_EVENTS = attribute('statusCallbackEvent');
const STATUS_POST = attribute('statusCallbackMethod', 'POST');

const ENQUEUE = element('Enqueue');
const WORKFLOW = attribute('workflowSid');
const WAIT_URL_POST = attribute('waitUrlMethod', 'POST');
const TASK = element('Task');
const PRIORITY = attribute('priority');

/** Writes a verb as Twilio spells it (twilio.com/docs/voice/twiml). */
export function writeVerb(verb: Verb, out: TagWriter, url: ToUrl): void {
  switch (verb.verb) {
    case 'say':
      out.put(SAY);
      if (verb.voice !== undefined) out.fill(VOICE, verb.voice);
      if (verb.language !== undefined) out.fill(LANGUAGE, verb.language);
      out.fill(TEXT, verb.text);
      break;
    case 'play':
      out.put(PLAY);
      if (verb.times !== undefined) out.fill(LOOP, String(verb.times));
      out.fill(TEXT, 'url' in verb.of ? verb.of.url : url(verb.of));
      break;
    case 'pause':
      out.put(PAUSE);
      out.fill(LENGTH, String(verb.seconds));
      break;
    case 'hangup':
      out.put(HANGUP);
      break;
    case 'leave':
      out.put(LEAVE);
      break;
    case 'reject':
      out.put(REJECT);
      out.fill(REASON, verb.reason);
      break;
    case 'redirect':
      out.put(REDIRECT);
      out.put(POST);
      out.lead(TEXT, verb.to);
      break;
    case 'gather':
      out.put(GATHER);
      out.put(verb.speech === true ? KEYS_AND_WORDS : KEYS);
      out.lead(ACTION, verb.action);
      out.put(POST);
      out.fill(NUM_DIGITS, String(verb.numDigits));
      out.fill(FINISH_ON_KEY, verb.finishOnKey);
      out.fill(TIMEOUT, String(verb.timeoutSeconds));
      if (verb.speech === true) out.put(SPEECH_TIMEOUT);
      for (const part of verb.prompt) writeVerb(part, out, url);
      break;
    case 'dial.conference':
      dial(verb.action, out);
      conference(verb, out);
      break;
    case 'record':
      out.put(RECORD);
      out.lead(ACTION, verb.action);
      out.put(POST);
      out.fill(MAX_LENGTH, String(verb.maxSeconds));
      out.fill(TIMEOUT, String(verb.silenceSeconds));
      out.put(PLAY_BEEP);
      recordingTo(verb.statusCallback, out);
      break;
    case 'dial.number':
      dial(verb.action, out);
      out.fill(TIMEOUT, String(verb.timeoutSeconds));
      out.fill(TIME_LIMIT, String(verb.timeLimitSeconds));
      recorded(RECORD_DUAL, verb.recording, out);
      out.put(NUMBER);
      out.fill(TEXT, verb.to);
      out.put(END);
      break;
    case 'enqueue':
      enqueue(verb, out);
      break;
    case 'dial.queue':
      dial(verb.action, out);
      recorded(RECORD_DUAL, verb.recording, out);
      out.put(QUEUE);
      if (verb.whisper !== undefined) {
        out.lead(URL_OF, verb.whisper);
        out.put(POST);
      }
      out.fill(RESERVATION, verb.reservation);
      if (verb.postWorkActivity !== undefined) out.fill(POST_WORK_ACTIVITY, verb.postWorkActivity);
      out.put(END);
      break;
    default:
      return assertNever(verb);
  }
  out.put(END);
}

function dial(action: Target, out: TagWriter): void {
  out.put(DIAL);
  out.lead(ACTION, action);
  out.put(POST);
}

function conference(verb: Extract<Verb, { verb: 'dial.conference' }>, out: TagWriter): void {
  out.put(CONFERENCE);
  out.put(NO_BEEP);
  out.put(verb.startOnEnter ? START_ON_ENTER : START_LATER);
  out.put(verb.endOnExit ? END_ON_EXIT : GO_ON);
  out.fill(MAX_PARTICIPANTS, String(verb.maxParticipants));
  waiting(verb.wait, WAIT_POST, out);
  recorded(RECORD_FROM_START, verb.recording, out);
  out.lead(STATUS_CALLBACK, verb.statusCallback);
  out.fill(STATUS_EVENTS, verb.statusCallbackEvents.join(' '));
  out.put(STATUS_POST);
  out.fill(TEXT, verb.room);
  out.put(END);
}

/** Writes an Enqueue without a queue name: the workflow decides (twilio.com/docs/voice/twiml/enqueue). */
function enqueue(verb: Extract<Verb, { verb: 'enqueue' }>, out: TagWriter): void {
  out.put(ENQUEUE);
  out.fill(WORKFLOW, verb.workflow);
  out.lead(ACTION, verb.action);
  out.put(POST);
  waiting(verb.wait, WAIT_URL_POST, out);
  out.put(TASK);
  if (verb.priority !== undefined) out.fill(PRIORITY, String(verb.priority));
  if (verb.timeoutSeconds !== undefined) out.fill(TIMEOUT, String(verb.timeoutSeconds));
  out.fill(TEXT, JSON.stringify(verb.attributes));
  out.put(END);
}

/** Writes what plays while waiting. The user's own music is fetched as a file. */
function waiting(wait: Target | 'silence' | undefined, post: Piece, out: TagWriter): void {
  if (wait === undefined) return;
  if (wait === 'silence') {
    out.put(SILENCE);
    return;
  }
  out.lead(WAIT_URL, wait);
  if (!('url' in wait)) out.put(post);
}

function recorded(how: Piece, callback: Target | undefined, out: TagWriter): void {
  if (callback === undefined) return;
  out.put(how);
  recordingTo(callback, out);
}

/** Writes where Twilio reports that a recording's file is ready (twilio.com/docs/voice/twiml/dial#record). */
function recordingTo(callback: Target, out: TagWriter): void {
  out.lead(RECORDING_CALLBACK, callback);
  out.put(RECORDING_POST);
}
