import { rfc2822 } from '../voice/params.js';
import type { PhoneNumber, World } from '../voice/world.js';
import { RestRefusal, unsupported } from './errors.js';
import type { RestReply } from './errors.js';
import { methodField, onlyKnown, urlField } from './form.js';
import { page } from './list.js';
import type { RestRequest } from './router.js';

const KNOWN: ReadonlySet<string> = new Set(
  'VoiceUrl VoiceMethod VoiceFallbackUrl VoiceFallbackMethod StatusCallback StatusCallbackMethod'.split(' '),
);

function numberJson(world: World, number: PhoneNumber): Record<string, unknown> {
  const uri = `/2010-04-01/Accounts/${world.accountSid}/IncomingPhoneNumbers/${number.sid}.json`;
  return {
    sid: number.sid,
    account_sid: world.accountSid,
    friendly_name: number.phoneNumber,
    phone_number: number.phoneNumber,
    voice_url: number.voiceUrl ?? '',
    voice_method: number.voiceMethod ?? 'POST',
    voice_fallback_url: number.voiceFallbackUrl ?? '',
    voice_fallback_method: number.voiceFallbackMethod ?? 'POST',
    status_callback: number.statusCallback ?? '',
    status_callback_method: number.statusCallbackMethod ?? 'POST',
    voice_application_sid: '',
    trunk_sid: null,
    voice_receive_mode: 'voice',
    capabilities: { voice: true, sms: true, mms: true, fax: false },
    status: 'in-use',
    date_created: rfc2822(0),
    date_updated: rfc2822(0),
    uri,
  };
}

/** `IncomingPhoneNumbers`: list, fetch, update (twilio.com/docs/phone-numbers/api/incomingphonenumber-resource). */
export function incomingNumbers(world: World, request: RestRequest, sid: string | undefined): RestReply {
  const { method, path, query, form } = request;
  if (sid === undefined) {
    if (method !== 'GET') throw unsupported('buying numbers');
    const wanted = query.get('PhoneNumber');
    const found = [...world.numbers.values()].filter(
      ({ phoneNumber }) => wanted === null || phoneNumber.includes(wanted.replaceAll('*', '')),
    );
    return page(path, query, 'incoming_phone_numbers', found, (number) => numberJson(world, number));
  }
  const number = [...world.numbers.values()].find((one) => one.sid === sid);
  if (number === undefined) throw new RestRefusal(20404, `The requested resource ${path} was not found`);
  if (method === 'GET') return { status: 200, body: numberJson(world, number) };
  if (method !== 'POST') throw unsupported('releasing numbers');
  onlyKnown(form, KNOWN, 'IncomingPhoneNumbers/{Sid}');
  const changed = { ...number };
  // An empty address removes the current one.
  if (form.has('VoiceUrl')) changed.voiceUrl = urlField(form, 'VoiceUrl', 21502);
  if (form.has('VoiceFallbackUrl')) changed.voiceFallbackUrl = urlField(form, 'VoiceFallbackUrl', 21502);
  if (form.has('StatusCallback')) changed.statusCallback = urlField(form, 'StatusCallback', 21502);
  if (form.has('VoiceMethod')) changed.voiceMethod = methodField(form, 'VoiceMethod');
  if (form.has('VoiceFallbackMethod')) changed.voiceFallbackMethod = methodField(form, 'VoiceFallbackMethod');
  if (form.has('StatusCallbackMethod')) changed.statusCallbackMethod = methodField(form, 'StatusCallbackMethod');
  world.numbers.set(number.phoneNumber, changed);
  return { status: 200, body: numberJson(world, changed) };
}

/** `OutgoingCallerIds`: the verified numbers (twilio.com/docs/voice/api/outgoing-caller-ids). */
export function outgoingCallerIds(world: World, { method, path, query }: RestRequest): RestReply {
  if (method !== 'GET') throw unsupported('verifying numbers');
  const wanted = query.get('PhoneNumber');
  const found = [...world.callerIds].filter((number) => wanted === null || number === wanted);
  return page(path, query, 'outgoing_caller_ids', found, (number) => ({
    sid: `PN${number.replace(/\D/g, '').padStart(32, '0')}`,
    account_sid: world.accountSid,
    friendly_name: number,
    phone_number: number,
    date_created: rfc2822(0),
    date_updated: rfc2822(0),
  }));
}
