import type { Field, Reading } from './hidden.js';

/** A SID, such as `WK` and 32 hexadecimal digits. */
export function sidField(name: string, prefix: string): Field {
  return { name, value: new RegExp(`^${prefix}[0-9a-f]{32}$`, 'i'), max: 34 };
}

/** Matches one of these words and no other. */
export function oneOfField(name: string, words: readonly string[]): Field {
  return { name, value: new RegExp(`^(?:${words.join('|')})$`), max: Math.max(...words.map((word) => word.length)) };
}

/** Matches a word like Twilio's own. */
export function wordField(name: string): Field {
  return { name, value: /^[a-z0-9_-]{1,64}$/, max: 64 };
}

export function digitsField(name: string, max: number): Field {
  return { name, value: /^[0-9]+$/, max };
}

/** Matches any text that begins like this. */
export function textField(name: string, begin = /^./s): Field {
  return { name, value: begin };
}

/** An object as JSON. */
export function jsonField(name: string): Field {
  return { name, value: /^\{/, json: true };
}

export function numberField(name: string): Field {
  return { name, value: /^\+[0-9]{1,20}$/, max: 21 };
}

/** A party of a call: a number, the address of a client or of a SIP phone, or a word for a withheld number. */
export function partyFields(name: string): readonly Field[] {
  return [
    numberField(name),
    textField(name, /^(?:(?:client|sips?):.|anonymous|blocked|restricted|unknown|unavailable)/is),
  ];
}

const CALL: readonly Field[] = [sidField('AccountSid', 'AC'), sidField('CallSid', 'CA'), wordField('CallStatus')];

/**
 * Parameters of every request about a call that asks for TwiML or reports its progress
 * (twilio.com/docs/voice/twiml#request-parameters).
 */
export const IN_CALL: Required<Pick<Reading, 'always'>> = {
  always: [
    ...CALL,
    oneOfField('ApiVersion', ['2010-04-01']),
    oneOfField('Direction', ['inbound', 'outbound-api', 'outbound-dial']),
    ...partyFields('To'),
  ],
};

const ANSWERED_BY = wordField('AnsweredBy');
export const DIGITS: Field = { name: 'Digits', value: /^[0-9*#A-Da-dwW]{1,32}$/, max: 32 };

/** What the routes of a call read, apart from the parameters that are always there. */
export const READINGS = {
  inbound: {
    reads: [
      ...partyFields('From'),
      ...partyFields('ForwardedFrom'),
      ...partyFields('CalledVia'),
      textField('CallToken', /^\S/),
      { name: 'StirVerstat', value: /^(?:TN|No-TN)-Validation(?:-[A-Za-z]+)*$/, max: 64 },
    ],
    always: IN_CALL.always,
    beside: {
      CallToken: ['Called'],
      From: ['FromCity', 'FromCountry', 'FromState', 'FromZip'],
      To: ['ToCity', 'ToCountry', 'ToState', 'ToZip'],
    },
  },
  answered: { reads: [ANSWERED_BY], ...IN_CALL },
  callerKey: { reads: [DIGITS], ...IN_CALL },
  key: {
    reads: [DIGITS, textField('SpeechResult')],
    ...IN_CALL,
    beside: { SpeechResult: ['StirPassportToken', 'StirStatus', 'StirVerstat', 'To'] },
  },
  verdict: { reads: [ANSWERED_BY, digitsField('MachineDetectionDuration', 6)], always: CALL.slice(0, 2) },
  status: { reads: [ANSWERED_BY, digitsField('SipResponseCode', 3)], ...IN_CALL },
  conference: {
    reads: [
      sidField('CallSid', 'CA'),
      sidField('ConferenceSid', 'CF'),
      wordField('ParticipantCallStatus'),
      wordField('ReasonParticipantLeft'),
      wordField('StatusCallbackEvent'),
    ],
  },
  /** The request carries nothing else that is read. */
  asked: { reads: [], ...IN_CALL },
  queueLeft: { reads: [wordField('QueueResult')], ...IN_CALL },
  bridged: { reads: [oneOfField('DialBridged', ['true', 'false'])], ...IN_CALL },
} satisfies Readonly<Record<string, Reading>>;
