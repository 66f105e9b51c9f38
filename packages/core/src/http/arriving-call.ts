import type { InboundCall } from '../flows/call/call.js';
import { SINCE_PARAM, VERDICT_PARAM } from '../wire/failing-since.js';
import type { Params } from '../wire/params.js';

/**
 * An inbound call as `resolve` sees it, without its token, which is a credential. Names, cities, keys and SIP headers are what the
 * caller or their carrier says; Twilio fills in what it knows, and leaves the rest out
 * (twilio.com/docs/voice/twiml#request-parameters).
 */
export interface ArrivingCall extends Omit<InboundCall, 'token' | 'since'> {
  /** Needs caller ID lookup at the number. */
  readonly callerName?: string;
  readonly fromCity?: string;
  readonly fromState?: string;
  readonly fromZip?: string;
  readonly fromCountry?: string;
  readonly toCity?: string;
  readonly toState?: string;
  readonly toZip?: string;
  readonly toCountry?: string;
  /** How far the caller's number is attested, such as `TN-Validation-Passed-A`. */
  readonly stirVerstat?: string;
  /** Keys that were pressed before, where a menu in front leads here. */
  readonly digits?: string;
  /** Headers of a SIP call, by their names without `SipHeader_`: `{ 'X-Customer': '42' }`. */
  readonly sipHeaders: Readonly<Record<string, string>>;
  /** The query of the voice URL, as it was set at the number; empty for a caller whose record was lost. The signature covers it. */
  readonly query: Readonly<Record<string, string>>;
}

/** What the request tells besides what the flow keeps of a call. */
export type CallDetails = Omit<ArrivingCall, keyof InboundCall>;

const NAMES = {
  callerName: 'CallerName',
  fromCity: 'FromCity',
  fromState: 'FromState',
  fromZip: 'FromZip',
  fromCountry: 'FromCountry',
  toCity: 'ToCity',
  toState: 'ToState',
  toZip: 'ToZip',
  toCountry: 'ToCountry',
  stirVerstat: 'StirVerstat',
  digits: 'Digits',
} as const satisfies Record<Exclude<keyof CallDetails, 'sipHeaders' | 'query'>, string>;

const SIP_HEADER = 'SipHeader_';

/** What we put into addresses ourselves. */
const OURS: readonly string[] = ['ref', SINCE_PARAM, VERDICT_PARAM];

/** Reads the details; empty values are left out, as Twilio often sends them. `query`: of the request, as it was sent. */
export function detailsOf(params: Params, query: string): CallDetails {
  const told = Object.entries(NAMES).flatMap(([name, param]) => {
    const value = params.get(param) ?? '';
    return value === '' ? [] : [[name, value] as const];
  });
  const headers = [...params].flatMap(([name, value]) =>
    name.startsWith(SIP_HEADER) ? [[name.slice(SIP_HEADER.length), value] as const] : [],
  );
  return {
    ...Object.fromEntries(told),
    sipHeaders: Object.fromEntries(headers),
    query: Object.fromEntries([...new URLSearchParams(query)].filter(([name]) => !OURS.includes(name))),
  };
}

/** The call as `resolve` sees it. */
export function arrivingCall(call: InboundCall, details: CallDetails): ArrivingCall {
  const { token: _token, since: _since, ...rest } = call;
  return { ...rest, ...details };
}
