import { describe, expect, it } from 'vitest';
import twilio from 'twilio';
import { createSimulator, human } from '../src/index.js';

const OURS = '+14155550199';
const VERIFIED = '+14155550142';
const world = (options: Parameters<typeof createSimulator>[0] = {}) => {
  const sim = createSimulator({ numbers: [{ phoneNumber: OURS }], people: () => human(), ...options });
  return { sim, client: twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient }) };
};
const call = { to: VERIFIED, from: OURS, twiml: '<Response/>' };

describe('the numbers of the account', () => {
  it('a number is found by its digits, and keeps the addresses it is given', async () => {
    const { client } = world({ numbers: [{ phoneNumber: OURS }, { phoneNumber: '+14155550198' }] });
    expect(await client.incomingPhoneNumbers.list()).toHaveLength(2);
    const [found] = await client.incomingPhoneNumbers.list({ phoneNumber: OURS });
    expect(found).toMatchObject({ phoneNumber: OURS, voiceUrl: '', voiceMethod: 'POST', trunkSid: null });
    const sid = found?.sid ?? '';
    const voiceUrl = 'https://app.example.com/inbound#rc=3&rp=5xx,ct,rt';
    await client
      .incomingPhoneNumbers(sid)
      .update({ voiceUrl, voiceMethod: 'GET', statusCallback: 'https://a.example/s' });
    expect(await client.incomingPhoneNumbers(sid).fetch()).toMatchObject({
      voiceUrl,
      voiceMethod: 'GET',
      statusCallback: 'https://a.example/s',
    });
    await client.incomingPhoneNumbers(sid).update({ voiceUrl: '' });
    expect(await client.incomingPhoneNumbers(sid).fetch()).toMatchObject({
      voiceUrl: '',
      statusCallback: 'https://a.example/s',
    });
  });

  it('a number refuses malformed addresses, and what is not simulated', async () => {
    const { client } = world();
    const [found] = await client.incomingPhoneNumbers.list();
    const number = client.incomingPhoneNumbers(found?.sid ?? '');
    await expect(number.update({ voiceUrl: 'no address' })).rejects.toMatchObject({ code: 21502 });
    await expect(number.update({ smsUrl: 'https://a.example' })).rejects.toMatchObject({ code: 20001 });
    await expect(number.remove()).rejects.toMatchObject({ code: 20001 });
    await expect(client.incomingPhoneNumbers.create({ phoneNumber: OURS })).rejects.toMatchObject({ code: 20001 });
    await expect(client.incomingPhoneNumbers(`PN${'0'.repeat(32)}`).fetch()).rejects.toMatchObject({ code: 20404 });
  });

  it("a number's new address is asked for the TwiML of the next call", async () => {
    const asked: string[] = [];
    const { client, sim } = world({
      transport: ({ url }) => {
        asked.push(url);
        return Promise.resolve({ status: 200, headers: { 'content-type': 'text/xml' }, body: '<Response/>' });
      },
    });
    const [found] = await client.incomingPhoneNumbers.list();
    const number = client.incomingPhoneNumbers(found?.sid ?? '');
    await number.update({ voiceUrl: 'https://app.example.com/inbound' });
    sim.placeCall({ from: '+12125550123', to: OURS });
    await sim.settle();
    expect(asked).toEqual(['https://app.example.com/inbound']);
  });
});

describe('what the account may do', () => {
  it('the account lists verified caller ids', async () => {
    const { client } = world({ callerIds: [VERIFIED] });
    expect(await client.outgoingCallerIds.list({ phoneNumber: VERIFIED })).toHaveLength(1);
    expect(await client.outgoingCallerIds.list({ phoneNumber: OURS })).toEqual([]);
  });

  it('the account shows and obeys dialing permissions', async () => {
    const { client } = world({ forbiddenCountries: ['GB'] });
    const { countries } = client.voice.v1.dialingPermissions;
    expect(await countries('GB').fetch()).toMatchObject({ lowRiskNumbersEnabled: false, countryCodes: ['+44'] });
    expect(await countries('US').fetch()).toMatchObject({ lowRiskNumbersEnabled: true, name: 'United States' });
    expect((await countries.list({ isoCode: 'DE' })).map(({ name }) => name)).toEqual(['Germany']);
    await expect(countries('XX').fetch()).rejects.toMatchObject({ code: 20404 });
    await expect(client.calls.create({ ...call, to: '+442079460000' })).rejects.toMatchObject({ code: 21215 });
    await client.calls.create(call);
  });

  it('a trial account calls verified numbers only', async () => {
    const { client, sim } = world({ trial: true, callerIds: [VERIFIED] });
    expect((await client.api.v2010.accounts(sim.accountSid).fetch()).type).toBe('Trial');
    await client.calls.create(call);
    await expect(client.calls.create({ ...call, to: '+14155550143' })).rejects.toMatchObject({ code: 21219 });
  });
});
