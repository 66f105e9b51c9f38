import type { DoctorTarget } from '@amd/cli';
import { webhookUrls } from '@amd/core/http';
import { describe, expect, it } from 'vitest';
import { checkAccount, checkPace } from '../src/doctor/account.js';
import { checkCallerId, checkNumber } from '../src/doctor/number.js';
import { ACCOUNT, ANN, APPLY, BASE, OURS, failing, line, lines, list, doctorTarget } from './doctor-target.js';

describe('the account', () => {
  const account = (fetch: () => Promise<object>) => ({ api: { v2010: { accounts: () => ({ fetch }) } } });
  const check = async (
    fetch: () => Promise<object>,
    changes: Partial<DoctorTarget['account']> = {},
  ): Promise<string[]> => {
    const here = doctorTarget({ client: account(fetch) });
    return lines(await checkAccount({ ...here, account: { ...here.account, ...changes } }, undefined));
  };

  it('the account is fine when Twilio accepts the credentials, and it is active and full', async () => {
    expect(await check(() => Promise.resolve({ status: 'active', type: 'Full' }))).toEqual([
      'ok credentials: Twilio accepts them, and the account is active',
      'ok account: It is a full account',
    ]);
  });

  it.each(['suspended', 'closed'])('an account that is %s sends the user to the console', async (status) => {
    expect((await check(() => Promise.resolve({ status, type: 'Full' })))[0]).toBe(
      `error credentials: The account is ${status} → Open the console: it says what to do`,
    );
  });

  it('an account on trial is named as one, with what that means', async () => {
    expect(await check(() => Promise.resolve({ type: 'Trial' }))).toEqual([
      'ok credentials: Twilio accepts them, and the account is active',
      'warning account: It is a trial account: it calls verified numbers only, and callers hear a notice first → Verify each number to be rung (console: Verified Caller IDs), or upgrade the account',
    ]);
  });

  it.each([401, 403])('an account that refuses with %d needs the very credentials that were used', async (status) => {
    const [token] = await check(() => failing(status));
    expect(token).toBe(
      `error credentials: Twilio does not accept TWILIO_AUTH_TOKEN for ${ACCOUNT} → Copy TWILIO_AUTH_TOKEN again from the console. A subaccount has its own SID and token, and each region its own token; test credentials do not work`,
    );
    const [key] = await check(() => failing(status), { apiKey: 'SK1', apiSecret: 'secret' });
    expect(key).toContain(
      `Twilio does not accept TWILIO_API_KEY and TWILIO_API_SECRET for ${ACCOUNT} → Copy TWILIO_API_KEY`,
    );
  });

  it('an account that cannot be reached is not a matter of credentials', async () => {
    expect(await check(() => failing(500, 'on fire', 20500))).toEqual([
      'error credentials: Twilio cannot be reached: on fire (Twilio error 20500) → Check the network, then status.twilio.com',
    ]);
  });

  it('an account with an API key needs the auth token as well, which signs webhooks', async () => {
    const found = await check(() => Promise.resolve({ status: 'active' }), {
      authToken: undefined,
      apiKey: 'SK1',
      apiSecret: 'secret',
    });
    expect(found[1]).toBe(
      'error auth-token: TWILIO_AUTH_TOKEN is missing: no webhook can be verified → Set TWILIO_AUTH_TOKEN to the primary auth token of this account: Twilio signs webhooks with it',
    );
  });
});

describe('the pace of calls', () => {
  const pace = async (...calls: readonly (readonly [direction: string, queueTime: string | null])[]) =>
    line(
      await checkPace(
        doctorTarget({ client: { calls: list(...calls.map(([direction, queueTime]) => ({ direction, queueTime }))) } }),
      ),
    );

  it('the pace is fine when no outbound call waited for more than a second', async () => {
    expect(await pace()).toBe('ok calls-per-second: Outbound calls start at once: there are no outbound calls yet');
    expect(await pace(['inbound', '9000'])).toContain('there are no outbound calls yet');
    expect(await pace(['outbound-api', '1000'], ['outbound-dial', '0'], ['outbound-api', 'unknown'])).toBe(
      'ok calls-per-second: Outbound calls start at once: none of the last 2 waited',
    );
  });

  it('the pace is too slow when some waited: how many, how long, and what helps', async () => {
    expect(
      await pace(['outbound-api', '1001'], ['outbound-api', '3460'], ['outbound-api', '0'], ['inbound', '9000']),
    ).toBe(
      "warning calls-per-second: 2 of the last 3 outbound calls waited in Twilio's queue, up to 3.5 s: more calls were created than the account may start in a second → Ask for more calls per second (console: Voice → Settings → General), or ring fewer people at once",
    );
  });
});

describe('the number', () => {
  const { voice, status } = webhookUrls(BASE);
  const well = {
    sid: 'PN1',
    phoneNumber: OURS,
    voiceUrl: voice,
    voiceMethod: 'POST',
    voiceFallbackUrl: 'https://handler.twilio.com/twiml/EH1',
    statusCallback: status,
    statusCallbackMethod: 'POST',
  };
  const check = async (number: object | null, changes: Parameters<typeof doctorTarget>[0] = {}): Promise<string[]> => {
    const client = { incomingPhoneNumbers: list(...(number === null ? [] : [{ ...well, ...number }])) };
    return lines(await checkNumber(doctorTarget({ client, ...changes })));
  };
  const WELL = [
    `ok number: ${OURS} is a number of this account`,
    `ok voice-url: Calls come to ${BASE}/inbound`,
    'ok status-url: The end of every inbound call is reported',
    'ok fallback-url: When the app is down Twilio requests handler.twilio.com',
  ];
  const instead = (at: number, said: string): string[] => WELL.map((line_, index) => (index === at ? said : line_));

  it('the number is fine when its addresses are ours, in either of their forms', async () => {
    expect(await check({})).toEqual(WELL);
    expect(await check({ voiceUrl: `${BASE}/inbound`, statusCallback: `${BASE}/inbound/status` })).toEqual(WELL);
    expect(await check({ voiceUrl: `${BASE}/incoming#rc=2` })).toEqual(
      instead(1, `ok voice-url: Calls come to ${BASE}/incoming`),
    );
  });

  it.each([
    [{}, 'TWILIO_PHONE_NUMBER is missing'],
    [{ TWILIO_PHONE_NUMBER: '0415' }, 'TWILIO_PHONE_NUMBER is not a number: 0415'],
  ])('the number must be set: %j', async (variables, said) => {
    expect(await check({}, { variables })).toEqual([
      `error number: ${said} → Set it to the number that callers call, such as +14155550199`,
      ...['voice-url', 'status-url', 'fallback-url'].map((one) => `skipped ${one}: the number is not known`),
    ]);
  });

  it('the number must belong to this account', async () => {
    expect(await check(null)).toEqual([
      `error number: ${OURS} is not a number of this account → Buy it, move it here, or set TWILIO_PHONE_NUMBER to one that is. A subaccount has its own numbers`,
      ...['voice-url', 'status-url', 'fallback-url'].map((one) => `skipped ${one}: the number is not in this account`),
    ]);
  });

  it('the number must take voice calls, and answer by its addresses', async () => {
    expect(await check({ capabilities: { voice: false } })).toEqual(
      instead(0, `error number: ${OURS} cannot take voice calls → Use a number with the capability "voice"`),
    );
    expect(await check({ capabilities: { voice: true, sms: false } })).toEqual(WELL);
    expect(await check({ voiceApplicationSid: 'AP1' })).toEqual(
      instead(
        0,
        `error number: ${OURS} is answered by AP1, so Twilio does not request its addresses → At the number, choose "Webhook" instead of the application or trunk`,
      ),
    );
  });

  it.each([
    ['taskrouter', `, ${APPLY}`],
    ['forwarding', ''],
  ] as const)(
    'a number with other addresses, for %s, is explained: what that does, and what to set',
    async (flow, apply) => {
      const old = 'https://old.example.com/x';
      for (const [given, is] of [
        [old, `is ${old}`],
        ['', 'is not set'],
      ] as const) {
        expect((await check({ voiceUrl: given }, { flow }))[1]).toBe(
          `error voice-url: The voice URL ${is}: callers do not reach this app → Set "a call comes in" of the number to ${voice} (POST)${apply}`,
        );
        expect((await check({ statusCallback: given }, { flow }))[2]).toBe(
          `warning status-url: The status callback ${is}: a caller who hangs up before being on hold is noticed up to 30 s late → Set "call status changes" of the number to ${status} (POST)${apply}`,
        );
      }
    },
  );

  it('the number must use POST', async () => {
    expect((await check({ voiceMethod: 'GET' }))[1]).toBe(
      'error voice-url: The voice URL is requested with GET: the app accepts POST → Choose POST at the number',
    );
    expect((await check({ statusCallbackMethod: 'GET' }))[2]).toBe(
      'warning status-url: The status callback is requested with GET → Choose POST at the number',
    );
    expect(await check({ voiceMethod: null, statusCallbackMethod: '' })).toEqual(WELL);
  });

  it('the number should have a fallback, and one on another server', async () => {
    expect((await check({ voiceFallbackUrl: '' }))[3]).toBe(
      'warning fallback-url: The number has no fallback URL: when the app is down, callers hear an error → Create a TwiML Bin with a sentence or a <Dial>, and set it as "primary handler fails"',
    );
    expect((await check({ voiceFallbackUrl: `${BASE}/sorry` }))[3]).toBe(
      'warning fallback-url: The fallback URL is on the same server: it is down together with the app → Use a TwiML Bin',
    );
    expect((await check({ voiceFallbackUrl: 'nowhere' }))[3]).toBe(
      'ok fallback-url: When the app is down Twilio requests nowhere',
    );
  });
});

describe('the caller id', () => {
  const SHOWN = '+14155550166';
  const check = async (CALLER_ID: string | undefined, numbers: string[] = [], verified: string[] = []) =>
    line(
      await checkCallerId(
        doctorTarget({
          variables: { CALLER_ID },
          client: {
            incomingPhoneNumbers: list(...numbers.map((phoneNumber) => ({ sid: 'PN1', phoneNumber }))),
            outgoingCallerIds: {
              list: ({ phoneNumber }: { readonly phoneNumber?: string }) =>
                Promise.resolve(verified.filter((one) => phoneNumber === undefined || one === phoneNumber)),
            },
          },
        }),
      ),
    );

  it("the caller id is the caller's number by default", async () => {
    for (const given of [undefined, 'caller'])
      expect(await check(given)).toBe("ok caller-id: Callees see the caller's number");
  });

  it('the caller id must be a number of the account, or a verified one', async () => {
    expect(await check(SHOWN, [SHOWN])).toBe(`ok caller-id: Callees see ${SHOWN}, a number of this account`);
    expect(await check(SHOWN, [], [SHOWN])).toBe(`ok caller-id: Callees see ${SHOWN}, a verified number`);
    // Another one that is verified does not help.
    expect(await check(SHOWN, [ANN], [ANN])).toBe(
      `error caller-id: CALLER_ID ${SHOWN} is neither a number of this account nor verified: Twilio refuses every call with 21210 → Use a number of this account, or verify it (console: Verified Caller IDs)`,
    );
    expect(await check('me')).toBe(
      'error caller-id: CALLER_ID is neither "caller" nor a number: me → Write it like +14155550199',
    );
  });
});
