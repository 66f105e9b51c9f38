/** The parameters of one webhook, decoded. A map, so that no name can be mistaken for a property. */
export type Params = ReadonlyMap<string, string>;

/** A result that is an expected outcome, not an exception. `problem` names the field. */
export type Parsed<T> = ({ readonly ok: true } & T) | { readonly ok: false; readonly problem: string };

export type ParsedForm =
  | { readonly ok: true; readonly params: Params }
  | { readonly ok: false; readonly status: 403 | 413; readonly problem: string };

export const MAX_BODY_BYTES = 65_536;
const MAX_PARAMS = 200;

/**
 * Also in lower case: a Gather's action says `msg`, and a browser phone sends parameters of its own. What matters is that
 * nobody's value can pass for a name.
 */
const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,127}$/;
/** Custom headers of a SIP caller (twilio.com/docs/voice/sip/receiving-sip); any token of SIP may follow. */
const SIP_HEADER = /^SipHeader_[!#$%&'*+\-.^_`|~A-Za-z0-9]{1,128}$/;
/**
 * Optional parameters we act on. Twilio's signature has no separators, so `AnsweredBy=x` and `AnsweredByx=` are signed
 * alike: whoever holds one signed request could make a parameter vanish (twilio.com/docs/usage/webhooks/webhooks-security).
 */
const OPTIONAL = ['AnsweredBy', 'Digits', 'SpeechResult'];

/**
 * Decodes a form and refuses what Twilio never sends but its signature would cover: repeated, misspelt and shifted
 * parameters. Nothing is trimmed or left out: the signature covers empty values as well.
 */
export function parseForm(body: string): ParsedForm {
  if (body.length > MAX_BODY_BYTES) return { ok: false, status: 413, problem: 'the body is longer than 64 KiB' };
  const params = new Map<string, string>();
  if (body === '') return { ok: true, params };
  let count = 0;
  for (const [name, value] of new URLSearchParams(body)) {
    count += 1;
    if (count > MAX_PARAMS)
      return { ok: false, status: 413, problem: `there are more than ${String(MAX_PARAMS)} parameters` };
    if (!NAME.test(name) && !SIP_HEADER.test(name)) return refused(name, 'is not a parameter name of Twilio');
    if (params.has(name)) return refused(name, 'is there twice');
    const shifted = OPTIONAL.find((optional) => name.startsWith(optional) && name !== optional);
    if (shifted !== undefined) return refused(name, `looks like ${shifted} with its value shifted into the name`);
    params.set(name, value);
  }
  return { ok: true, params };
}

function refused(name: string, problem: string): ParsedForm {
  return { ok: false, status: 403, problem: `parameter ${JSON.stringify(name.slice(0, 40))} ${problem}` };
}

/** A parameter's value; an empty one says nothing. */
export function param(params: Params, name: string): string | undefined {
  const value = params.get(name);
  return value === '' ? undefined : value;
}
