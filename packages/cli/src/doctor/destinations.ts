import { isE164 } from '@amd/core';
import { createDialRules, type DialRules } from '@amd/dashboard';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { isNumber, listOf } from '../settings.js';
import { statusOf, twilioReason } from '../twilio-client.js';
import { error, ok, skipped, warning, type Finding } from './finding.js';
import type { DoctorTarget } from './target.js';

/** A number that may be rung. */
export interface Destination {
  /** As it was entered. */
  readonly phone: string;
  /** Where it was entered: `FORWARD_TO`, `worker "Ann"`. */
  readonly where: string;
}

/** `+14155550142x12`, `+14155550142,,12`, `;ext=12`: a number with keys to be sent after it is answered. */
const EXTENSION =
  /^(?:tel:)?(\+[0-9][0-9 ().-]{5,19}[0-9])\s*(?:[,;pwW]+|[,;]?\s*(?:x|ext\.?|extension|#)\s*[=:]?)\s*[0-9*#wW,]+$/i;

/** Returns the number before an extension; `null` if there is none. */
export function extensionIn(phone: string): string | null {
  return EXTENSION.exec(phone.trim())?.[1] ?? null;
}

/** Text behind a comma or semicolon that is not a number of its own. */
const KEYS = /^(ext\.?\s*=?|x)?\s*[0-9*#wW]{1,8}$/i;

/** Returns whom the forwarding app rings: `+1…: +1…, +1…; +1…`. An extension stays with its number. */
export function forwardDestinations(text: string | undefined): readonly Destination[] {
  const found: string[] = [];
  for (const part of listOf(text, ';')) {
    for (const piece of listOf(part.slice(part.indexOf(':') + 1), ',')) {
      const last = found.at(-1);
      if (last !== undefined && KEYS.test(piece)) found[found.length - 1] = `${last},${piece}`;
      else found.push(piece);
    }
  }
  return [...new Set(found)].map((phone) => ({ phone, where: 'FORWARD_TO' }));
}

/** Checks whether they may be dialled, by our rules and by Twilio's. */
export async function checkDestinations(
  target: DoctorTarget,
  destinations: readonly Destination[],
  isTrial: boolean,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const good: Destination[] = [];
  const rules = rulesOf(target.variables, destinations);
  if (target.flow === 'taskrouter' && target.variables['DIAL_ALLOW'] === undefined) {
    findings.push(
      error(
        'allow-list',
        'DIAL_ALLOW is missing: without it, the attributes of a worker decide what is dialled',
        'Set it to numbers and prefixes, separated by commas: +14155550142,+1415*',
      ),
    );
  }
  if (rules instanceof TypeError) {
    findings.push(
      error(
        'allow-list',
        `DIAL_ALLOW: ${rules.message}`,
        'Numbers and prefixes, separated by commas: +14155550142,+1415*',
      ),
    );
  }
  for (const destination of destinations) {
    const { phone, where } = destination;
    if (extensionIn(phone) !== null) {
      findings.push(
        error(
          'extensions',
          `${where} has a number with an extension, ${phone}: keys sent after pick-up (SendDigits) switch detection off, so a voicemail would win`,
          'Use a direct number, or a Twilio number that forwards to the extension',
        ),
      );
    } else if (!isE164(phone)) {
      findings.push(
        error(
          'destinations',
          `${where} has ${JSON.stringify(phone)}, which is not a full phone number`,
          'Write it with + and the country code: +14155550142',
        ),
      );
    } else {
      good.push(destination);
      const problem = rules instanceof TypeError ? null : rules.problem(phone);
      if (problem !== null) {
        const isOutside = problem.includes('DIAL_ALLOW');
        findings.push(
          error(
            isOutside ? 'allow-list' : 'destinations',
            `${where}: ${phone} ${isOutside ? 'is outside DIAL_ALLOW' : problem}: it is never dialled`,
            isOutside
              ? 'Add the number, or a prefix such as +1415*, to DIAL_ALLOW'
              : 'Use an ordinary landline or mobile number',
          ),
        );
      }
    }
  }
  for (const check of ['extensions', 'destinations', 'allow-list']) {
    if (findings.some((finding) => finding.check === check)) continue;
    if (destinations.length === 0) findings.push(skipped(check, 'there is nobody to ring yet'));
    else findings.push(ok(check, GOOD[check] ?? ''));
  }
  return [...findings, ...(await checkCountries(target, good)), ...(isTrial ? await checkVerified(target, good) : [])];
}

const GOOD: Readonly<Record<string, string>> = {
  extensions: 'No number has an extension, so detection is on for all',
  destinations: 'Every number is valid',
  'allow-list': 'DIAL_ALLOW allows every number to be rung',
};

function rulesOf(variables: DoctorTarget['variables'], destinations: readonly Destination[]): DialRules | TypeError {
  const own = [variables['TWILIO_PHONE_NUMBER']].filter(isNumber);
  const given = listOf(variables['DIAL_ALLOW'], ',');
  try {
    // Without a list the forwarding example allows the numbers it forwards to.
    const allow = given.length > 0 ? given : destinations.map(({ phone }) => phone).filter(isNumber);
    return createDialRules({ allow, ownNumbers: own });
  } catch (problem) {
    if (problem instanceof TypeError) return problem;
    throw problem;
  }
}

/** Checks Twilio's own list of countries (twilio.com/docs/voice/api/dialing-permissions-resources). */
async function checkCountries(
  { client }: DoctorTarget,
  destinations: readonly Destination[],
): Promise<readonly Finding[]> {
  const countries = new Map<string, Destination>();
  for (const destination of destinations) {
    const country = parsePhoneNumberFromString(destination.phone)?.country;
    if (country !== undefined && !countries.has(country)) countries.set(country, destination);
  }
  if (countries.size === 0) return [skipped('geo-permissions', 'there is no country to call yet')];
  const findings: Finding[] = [];
  for (const [country, { phone, where }] of countries) {
    try {
      const found = await client.voice.v1.dialingPermissions.countries(country).fetch();
      if (found.lowRiskNumbersEnabled) continue;
      findings.push(
        error(
          'geo-permissions',
          `${where}: ${phone} is in ${found.name}, where this account may not call (21215)`,
          `Allow ${found.name} (console: Voice → Settings → Geo permissions)`,
        ),
      );
    } catch (problem) {
      if (statusOf(problem) === 404) continue;
      findings.push(
        warning(
          'geo-permissions',
          `Twilio did not say whether ${country} may be called: ${twilioReason(problem)}`,
          'Check Voice → Settings → Geo permissions',
        ),
      );
    }
  }
  if (findings.length > 0) return findings;
  return [ok('geo-permissions', `The account may call ${[...countries.keys()].join(', ')}`)];
}

/** Checks that a trial account calls verified numbers only. */
async function checkVerified(
  { client }: DoctorTarget,
  destinations: readonly Destination[],
): Promise<readonly Finding[]> {
  const verified = new Set(
    (await client.outgoingCallerIds.list({ pageSize: 100 })).map(({ phoneNumber }) => phoneNumber),
  );
  return destinations
    .filter(({ phone }) => !verified.has(phone))
    .map(({ phone, where }) =>
      error(
        'destinations',
        `${where}: ${phone} is not verified, which a trial account needs (21219)`,
        'Verify it at the console',
      ),
    );
}
