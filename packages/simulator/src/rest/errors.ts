/** A REST reply. */
export interface RestReply {
  readonly status: number;
  /** Undefined for 204. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const MESSAGES: Readonly<Record<number, string>> = {
  20003: 'Authenticate',
  20404: 'The requested resource was not found',
  20412: 'The resource was changed since: the If-Match header does not match its ETag',
  20429: 'Too Many Requests',
  21201: "No 'To' number is specified",
  21203: 'International calling not enabled',
  21205: 'Url is not a valid URL',
  21208: 'Invalid Timeout',
  21210:
    "The source phone number provided is not yet verified for your account. You may only make calls from phone numbers that you've verified or purchased from Twilio.",
  21211: "The 'To' number is not a valid phone number.",
  21212: "The 'From' number is not a valid phone number, shortcode or alphanumeric sender ID.",
  21213: "No 'From' number is specified",
  21214: "'To' phone number cannot be reached",
  21215: 'Account not authorized to call this number. Perhaps you need to enable some international permissions',
  21216: 'Call blocked by Twilio blocklist',
  21217: 'Phone number does not appear to be valid',
  21219: "'To' phone number not verified: trial accounts may only make calls to verified numbers",
  21220: 'Call is not in-progress. Cannot redirect.',
  21234: 'Invalid Machine Detection configuration value',
  21609: "Invalid 'StatusCallback' URL",
  32018: 'Twiml parameter is too long',
};

const HTTP_STATUS: Readonly<Record<number, number>> = {
  20003: 401,
  20404: 404,
  20412: 412,
  20429: 429,
  20500: 500,
  20503: 503,
};

/** A refusal in Twilio's shape (twilio.com/docs/usage/twilios-response#exceptions). */
export class RestRefusal extends Error {
  override readonly name = 'RestRefusal';
  readonly code: number;

  constructor(code: number, message?: string) {
    super(message ?? MESSAGES[code] ?? `Error ${code}`);
    this.code = code;
  }

  get reply(): RestReply {
    const status = HTTP_STATUS[this.code] ?? 400;
    return {
      status,
      body: {
        code: this.code,
        message: this.message,
        more_info: `https://www.twilio.com/docs/errors/${this.code}`,
        status,
      },
    };
  }
}

/** Refuses something that Twilio has and this simulator lacks: 400/20001, naming it. */
export const unsupported = (what: string): RestRefusal =>
  new RestRefusal(20001, `The simulator does not support ${what}`);
