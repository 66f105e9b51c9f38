import type { DoctorTarget } from '@amd/cli';
import { describe, expect, it } from 'vitest';
import { checkDestinations, forwardDestinations, type Destination } from '../src/doctor/destinations.js';
import { ANN, OURS, failing, lines, list, doctorTarget } from './doctor-target.js';

describe('whom to ring', () => {
  it('destinations are read from FORWARD_TO, each once; keys stay with their number', () => {
    const read = (text: string | undefined): string[] => forwardDestinations(text).map(({ phone }) => phone);
    expect(read(undefined)).toEqual([]);
    expect(read(`${ANN}, ${OURS} ,, ${ANN}`)).toEqual([ANN, OURS]);
    expect(read(`${OURS}: ${ANN}, +1415; *: +1416`)).toEqual([ANN, '+1415', '+1416']);
    expect(read(`${ANN},12#, ${OURS}`)).toEqual([`${ANN},12#`, OURS]);
    expect(read(`${ANN},,ext. 12`)).toEqual([`${ANN},ext. 12`]);
    expect(read('12')).toEqual(['12']);
    expect(forwardDestinations(ANN)).toEqual([{ phone: ANN, where: 'FORWARD_TO' }]);
  });

  const where = 'worker "Ann"';
  const to = (phone: string): Destination => ({ phone, where });
  interface World {
    readonly dialAllow?: string | undefined;
    readonly flow?: DoctorTarget['flow'];
    readonly countries?: Readonly<Record<string, { readonly lowRiskNumbersEnabled: boolean } | number>>;
    readonly verified?: readonly string[] | null;
  }
  async function check(
    destinations: readonly Destination[],
    { dialAllow = '+1*,+44*,+49*', flow = 'taskrouter', countries = {}, verified = null }: World = {},
  ): Promise<string[]> {
    const fetchOf = (country: string): Promise<object> => {
      const found = countries[country] ?? { lowRiskNumbersEnabled: true };
      if (typeof found === 'number') return failing(found, 'no such country');
      return Promise.resolve({ name: `Land ${country}`, ...found });
    };
    const client = {
      voice: { v1: { dialingPermissions: { countries: (country: string) => ({ fetch: () => fetchOf(country) }) } } },
      outgoingCallerIds: list(...(verified ?? []).map((phoneNumber) => ({ phoneNumber }))),
    };
    const variables = { TWILIO_PHONE_NUMBER: OURS, ...(dialAllow === '' ? {} : { DIAL_ALLOW: dialAllow }) };
    return lines(await checkDestinations(doctorTarget({ client, variables, flow }), destinations, verified !== null));
  }
  const WELL = [
    'ok extensions: No number has an extension, so detection is on for all',
    'ok destinations: Every number is valid',
    'ok allow-list: DIAL_ALLOW allows every number to be rung',
  ];
  const GEO = 'ok geo-permissions: The account may call US';

  it('destinations are fine when every number is complete, and allowed here and at Twilio', async () => {
    expect(await check([to(ANN)])).toEqual([...WELL, GEO]);
    expect(await check([to(ANN), to('+442071838750'), to('+14155550143')])).toEqual([
      ...WELL,
      'ok geo-permissions: The account may call US, GB',
    ]);
  });

  it('destinations cannot be checked while there are none', async () => {
    expect(await check([])).toEqual([
      ...['extensions', 'destinations', 'allow-list'].map((one) => `skipped ${one}: there is nobody to ring yet`),
      'skipped geo-permissions: there is no country to call yet',
    ]);
  });

  it('destinations need an allow-list where workers edit their numbers, and only there', async () => {
    const missing =
      'error allow-list: DIAL_ALLOW is missing: without it, the attributes of a worker decide what is dialled → Set it to numbers and prefixes, separated by commas: +14155550142,+1415*';
    expect(await check([to(ANN)], { dialAllow: '' })).toEqual([missing, WELL[0], WELL[1], GEO]);
    expect(await check([to(ANN)], { dialAllow: '', flow: 'forwarding' })).toEqual([...WELL, GEO]);
  });

  it('an unreadable allow-list is reported, and its numbers all the same', async () => {
    expect(await check([to(ANN), to('0415')], { dialAllow: 'everywhere' })).toEqual([
      'error allow-list: DIAL_ALLOW: "allow" has "everywhere": write +14155550142, or +1415* for all that begin so → Numbers and prefixes, separated by commas: +14155550142,+1415*',
      `error destinations: ${where} has "0415", which is not a full phone number → Write it with + and the country code: +14155550142`,
      WELL[0],
      GEO,
    ]);
  });

  it('a number with an extension is refused: what that does, and what to use instead', async () => {
    expect(await check([to(`${ANN}x12`)])).toEqual([
      `error extensions: ${where} has a number with an extension, ${ANN}x12: keys sent after pick-up (SendDigits) switch detection off, so a voicemail would win → Use a direct number, or a Twilio number that forwards to the extension`,
      WELL[1],
      WELL[2],
      'skipped geo-permissions: there is no country to call yet',
    ]);
  });

  it('a number outside the list, or one that we never dial, is refused', async () => {
    expect((await check([to(ANN)], { dialAllow: '+44*' }))[0]).toBe(
      `error allow-list: ${where}: ${ANN} is outside DIAL_ALLOW: it is never dialled → Add the number, or a prefix such as +1415*, to DIAL_ALLOW`,
    );
    expect((await check([to('+19005551234')]))[0]).toBe(
      `error destinations: ${where}: +19005551234 is a premium-rate number: it is never dialled → Use an ordinary landline or mobile number`,
    );
    expect((await check([to(OURS)]))[0]).toContain(`${OURS} is a number of our own`);
  });

  it('a country that the account may not call is refused; each is checked once', async () => {
    const forbidden = { lowRiskNumbersEnabled: false };
    const found = await check([to('+442071838750'), to('+442071838751'), to(ANN)], { countries: { GB: forbidden } });
    expect(found.slice(3)).toEqual([
      `error geo-permissions: ${where}: +442071838750 is in Land GB, where this account may not call (21215) → Allow Land GB (console: Voice → Settings → Geo permissions)`,
    ]);
  });

  it('permissions that cannot be read are a warning; a country that Twilio does not list is refused', async () => {
    expect((await check([to(ANN)], { countries: { US: 500 } })).slice(3)).toEqual([
      'warning geo-permissions: Twilio did not say whether US may be called: no such country → Check Voice → Settings → Geo permissions',
    ]);
    expect((await check([to(ANN)], { countries: { US: 404 } })).slice(3)).toEqual([GEO]);
  });

  it('a trial account may ring verified numbers only', async () => {
    expect((await check([to(ANN), to('+14155550143')], { verified: [ANN] })).slice(4)).toEqual([
      `error destinations: ${where}: +14155550143 is not verified, which a trial account needs (21219) → Verify it at the console`,
    ]);
  });
});
