/** Twilio's refusals, said so that a person can act on them (twilio.com/docs/api/errors). */
const REFUSALS: Readonly<Record<number, string>> = {
  10001: 'the Twilio account is not active: look at its console',
  10004: 'the account has too many calls at once: raise its limit, or upgrade a trial account',
  13223: 'the number that was to be called has the wrong form: write it as +, country code, number',
  13224: 'the number that was to be called is not supported by Twilio: check it',
  13225: 'the number that was to be called is blocked by Twilio: remove it from the ring plan',
  13227: 'no permission to call this country: allow it under Voice, Geo Permissions in the Twilio console',
  20003: 'Twilio does not accept the credentials: check the Account SID and the API key or auth token',
  20005: 'the Twilio account is not active: look at its console',
  20008: 'test credentials cannot make this call: use live ones',
  20404: 'Twilio knows no such account or call: check the Account SID',
  21201: 'no number to call was given',
  21203: 'no permission to call this number: allow its country under Voice, Geo Permissions in the Twilio console',
  21205: 'Twilio cannot use our address: the public base URL must be reachable from the Internet',
  21208: 'the ring time is not valid',
  21210: 'the number shown is neither owned nor verified: buy or verify it, or show a number of yours',
  21211: 'the number to call is not valid: check it',
  21212: 'the number shown is not a phone number: withheld and SIP callers need a number of yours to be shown',
  21213: 'no number to show was given',
  21214: 'the number to call cannot be reached: check it',
  21215: 'no permission to call this country: allow it under Voice, Geo Permissions in the Twilio console',
  21216: 'the number to call is blocked by Twilio: remove it from the ring plan',
  21217: 'the number to call is not valid: write it as +, country code, number',
  21219: 'a trial account calls verified numbers only: verify the number or upgrade the account',
  21220: 'the call is not in a state in which this can be done',
  21234: 'the setting of machine detection is not valid',
  22005: 'Twilio has more than a day of calls of this account in its queue: make fewer, or raise calls per second',
};

/** One sentence for people. */
export function refusalReason(code: number | null, status: number, message: string): string {
  const known = code === null ? undefined : REFUSALS[code];
  if (known !== undefined) return `${known} (Twilio error ${String(code)})`;
  const said = message.slice(0, 200);
  return code === null ? `Twilio answered ${String(status)}: ${said}` : `${said} (Twilio error ${String(code)})`;
}
