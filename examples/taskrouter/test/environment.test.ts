import { describe, expect, it } from 'vitest';
import { readEnvironment } from '../src/environment.js';

const NEEDED = {
  TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_PHONE_NUMBER: '+14155550199',
  DIAL_ALLOW: '+1415*, +14155550142',
};

describe('the variables of the TaskRouter example', () => {
  it('the variables have defaults, and few are needed', () => {
    expect(readEnvironment({ ...NEEDED, TWILIO_WORKFLOW: '', DEADLINE_SECONDS: ' ' })).toMatchObject({
      ok: true,
      value: {
        TWILIO_WORKSPACE: 'AMD',
        TEMP_UNAVAILABLE_SECONDS: 60,
        AFTER_CALL: 'coolDown',
        DIAL_ALLOW: ['+1415*', '+14155550142'],
        CALLER_ID: 'caller',
      },
    });
  });

  it('missing variables are named', () => {
    expect(readEnvironment({ ...NEEDED, DIAL_ALLOW: '' })).toEqual({
      ok: false,
      missing: true,
      problems: ['DIAL_ALLOW is missing'],
    });
  });

  it.each([
    ['DIAL_ALLOW', '*', /^DIAL_ALLOW must be phone numbers or prefixes/],
    ['TEMP_UNAVAILABLE_SECONDS', '0', /^TEMP_UNAVAILABLE_SECONDS must be a whole number from 1 to 86400/],
    ['AFTER_CALL', 'lunch', /^AFTER_CALL must be coolDown or available/],
    ['DEADLINE_SECONDS', '5', /^DEADLINE_SECONDS must be a whole number from 10 to 3600/],
    ['OFFER_MESSAGE', 'true', /^OFFER_MESSAGE needs FALLBACK=voicemail/],
    ['TWILIO_API_KEY', 'SK1', /^TWILIO_API_SECRET goes with TWILIO_API_KEY/],
  ])('a wrong value is refused: %s=%s', (name, value, problem) => {
    const read = readEnvironment({ ...NEEDED, [name]: value });
    expect(read.ok).toBe(false);
    expect(read.ok ? [] : read.problems).toEqual([expect.stringMatching(problem) as string]);
  });
});
