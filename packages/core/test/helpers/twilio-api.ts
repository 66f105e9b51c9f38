import nock from 'nock';

/**
 * A mocked Twilio REST API. Every scope states its content length: without it, nock 14 never ends a reply to a request that asks
 * for `Connection: keep-alive`, as the official client does.
 */
export function twilioApi(): nock.Scope {
  return scope('https://api.twilio.com');
}

/** A mocked TaskRouter API. */
export function taskRouterApi(): nock.Scope {
  return scope('https://taskrouter.twilio.com');
}

/** Another test file may have disabled nock. */
function scope(address: string): nock.Scope {
  if (!nock.isActive()) nock.activate();
  return nock(address).replyContentLength();
}

/** An error as Twilio words it (twilio.com/docs/usage/twilios-response#response-formats-exceptions). */
export function apiError(status: number, code: number, message = 'as Twilio words it'): object {
  return { code, message, more_info: `https://www.twilio.com/docs/errors/${String(code)}`, status };
}
