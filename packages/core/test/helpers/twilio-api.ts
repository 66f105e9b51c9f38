import nock from 'nock';

/**
 * Twilio's REST API, made up. Every scope states its content length: without it, nock 14 never ends a reply to a request
 * that asks for `Connection: keep-alive`, as the official client does.
 */
export function twilioApi(): nock.Scope {
  return nock('https://api.twilio.com').replyContentLength();
}

/** TaskRouter's. */
export function taskRouterApi(): nock.Scope {
  return nock('https://taskrouter.twilio.com').replyContentLength();
}

/** An error as Twilio words it (twilio.com/docs/usage/twilios-response#response-formats-exceptions). */
export function apiError(status: number, code: number, message = 'as Twilio words it'): object {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${String(code)}`, status };
}
