import type { Params } from '../wire/signature.js';
import type { Call } from './call.js';

const PARTIES = ['From', 'To', 'Caller', 'Called'] as const;

function country(number: string): string {
  return number.startsWith('+1') ? 'US' : number.startsWith('+44') ? 'GB' : number.startsWith('+49') ? 'DE' : '';
}

/** Parameters that are empty except for the country: applications must accept that (twilio.com/docs/voice/twiml). */
function geography(from: string, to: string): Params {
  const fields: [string, string][] = [];
  for (const party of PARTIES) {
    const number = party === 'From' || party === 'Caller' ? from : to;
    fields.push([`${party}City`, ''], [`${party}State`, ''], [`${party}Zip`, ''], [`${party}Country`, country(number)]);
  }
  return fields;
}

/**
 * Returns the parameters of every voice request (twilio.com/docs/voice/twiml#request-parameters), and one that no documentation
 * names, as Twilio adds parameters without notice.
 */
export function commonParams(accountSid: string, call: Call, status: string): [string, string][] {
  return [
    ['AccountSid', accountSid],
    ['ApiVersion', '2010-04-01'],
    ['CallSid', call.sid],
    ['CallStatus', status],
    ['Called', call.to],
    ['Caller', call.from],
    ['Direction', call.direction],
    ['From', call.from],
    ['To', call.to],
    ...(call.parent === undefined ? [] : [['ParentCallSid', call.parent.sid] as [string, string]]),
    ...geography(call.from, call.to).map(([name, value]): [string, string] => [name, value]),
    ...call.extra.map(([name, value]): [string, string] => [name, value]),
    ['SimulatorUnknownParameter', 'ignore me'],
  ];
}

/** Formats a date in RFC 2822 in GMT, as Twilio does: `Fri, 12 Mar 2021 16:29:59 +0000`. */
export function rfc2822(at: number): string {
  return new Date(at).toUTCString().replace('GMT', '+0000');
}
