/** A TwiML Bin: a document that Twilio itself serves, for calls that come in while the app is down (docs/set-up.md). */
export const BIN = {
  url: 'https://handler.twilio.com/twiml/EH0123456789abcdef0123456789abcdef',
  twiml: `<?xml version="1.0" encoding="UTF-8"?>
<Response>
  <Say>We are sorry, we cannot take your call right now. Please try again later.</Say>
</Response>`,
} as const;
