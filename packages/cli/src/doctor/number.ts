import { isSameAddress, withoutFragment } from '../addresses.js';
import { readNumber, type ActualNumber } from '../taskrouter/actual.js';
import { isNumber } from '../settings.js';
import { error, ok, skipped, warning, type Finding } from './finding.js';
import type { DoctorTarget } from './target.js';
import { APPLY } from './taskrouter/apply-hint.js';

/** Checks our number, its addresses, and the number that callees see. */
export async function checkNumber(target: DoctorTarget): Promise<readonly Finding[]> {
  const { client, variables } = target;
  const phone = variables['TWILIO_PHONE_NUMBER'];
  if (!isNumber(phone)) {
    const message =
      phone === undefined ? 'TWILIO_PHONE_NUMBER is missing' : `TWILIO_PHONE_NUMBER is not a number: ${phone}`;
    return [
      error('number', message, 'Set it to the number that callers call, such as +14155550199'),
      skipped('voice-url', 'the number is not known'),
      skipped('status-url', 'the number is not known'),
      skipped('fallback-url', 'the number is not known'),
    ];
  }
  const number = await readNumber(client, phone);
  if (number === null) {
    return [
      error(
        'number',
        `${phone} is not a number of this account`,
        'Buy it, move it here, or set TWILIO_PHONE_NUMBER to one that is. A subaccount has its own numbers',
      ),
      skipped('voice-url', 'the number is not in this account'),
      skipped('status-url', 'the number is not in this account'),
      skipped('fallback-url', 'the number is not in this account'),
    ];
  }
  return [ownership(number), ...addressesOfNumber(number, target)];
}

function ownership({ phone, answeredBy, voice }: ActualNumber): Finding {
  if (!voice) return error('number', `${phone} cannot take voice calls`, 'Use a number with the capability "voice"');
  if (answeredBy !== null) {
    return error(
      'number',
      `${phone} is answered by ${answeredBy}, so Twilio does not request its addresses`,
      'At the number, choose "Webhook" instead of the application or trunk',
    );
  }
  return ok('number', `${phone} is a number of this account`);
}

function addressesOfNumber(number: ActualNumber, { addresses, base, flow }: DoctorTarget): Finding[] {
  const { voiceUrl, voiceMethod, statusUrl, statusMethod, fallbackUrl } = number;
  // A user who forwards without TaskRouter has no file to apply, and would get a workspace.
  const set = (what: string, to: string): string =>
    `Set ${what} of the number to ${to} (POST)${flow === 'taskrouter' ? `, ${APPLY}` : ''}`;
  const findings: Finding[] = [];

  if (!isVoice(voiceUrl, addresses.voice)) {
    const is = voiceUrl === '' ? 'is not set' : `is ${voiceUrl}`;
    findings.push(
      error(
        'voice-url',
        `The voice URL ${is}: callers do not reach this app`,
        set('"a call comes in"', addresses.voice),
      ),
    );
  } else if (voiceMethod !== 'POST') {
    findings.push(
      error(
        'voice-url',
        `The voice URL is requested with ${voiceMethod}: the app accepts POST`,
        'Choose POST at the number',
      ),
    );
  } else findings.push(ok('voice-url', `Calls come to ${withoutFragment(voiceUrl)}`));

  if (!isSameAddress(statusUrl, addresses.status)) {
    const is = statusUrl === '' ? 'is not set' : `is ${statusUrl}`;
    findings.push(
      warning(
        'status-url',
        `The status callback ${is}: a caller who hangs up before being on hold is noticed up to 30 s late`,
        set('"call status changes"', addresses.status),
      ),
    );
  } else if (statusMethod !== 'POST') {
    findings.push(
      warning('status-url', `The status callback is requested with ${statusMethod}`, 'Choose POST at the number'),
    );
  } else findings.push(ok('status-url', 'The end of every inbound call is reported'));

  const isOurs = fallbackUrl !== '' && new URL(base).host === hostOf(fallbackUrl);
  if (fallbackUrl === '') {
    findings.push(
      warning(
        'fallback-url',
        'The number has no fallback URL: when the app is down, callers hear an error',
        'Create a TwiML Bin with a sentence or a <Dial>, and set it as "primary handler fails"',
      ),
    );
  } else if (isOurs) {
    findings.push(
      warning(
        'fallback-url',
        'The fallback URL is on the same server: it is down together with the app',
        'Use a TwiML Bin',
      ),
    );
  } else findings.push(ok('fallback-url', `When the app is down Twilio requests ${hostOf(fallbackUrl)}`));
  return findings;
}

/** True for the voice URL; `/incoming` is the same as `/inbound`. */
function isVoice(url: string, wanted: string): boolean {
  return isSameAddress(url, wanted) || isSameAddress(withoutFragment(url).replace(/\/incoming$/, '/inbound'), wanted);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

/** Checks that the number callees see is ours, or verified. */
export async function checkCallerId({ client, variables }: DoctorTarget): Promise<Finding> {
  const shown = variables['CALLER_ID'] ?? 'caller';
  if (shown === 'caller') return ok('caller-id', "Callees see the caller's number");
  if (!isNumber(shown)) {
    return error('caller-id', `CALLER_ID is neither "caller" nor a number: ${shown}`, 'Write it like +14155550199');
  }
  if ((await readNumber(client, shown)) !== null)
    return ok('caller-id', `Callees see ${shown}, a number of this account`);
  const verified = await client.outgoingCallerIds.list({ phoneNumber: shown, limit: 1 });
  if (verified.length > 0) return ok('caller-id', `Callees see ${shown}, a verified number`);
  return error(
    'caller-id',
    `CALLER_ID ${shown} is neither a number of this account nor verified: Twilio refuses every call with 21210`,
    'Use a number of this account, or verify it (console: Verified Caller IDs)',
  );
}
