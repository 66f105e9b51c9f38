import type { World } from '../voice/world.js';
import { RestRefusal } from './errors.js';
import type { RestReply } from './errors.js';
import type { RestRequest } from './router.js';

/** Countries the simulator knows: ISO code → name, continent, country code. Twilio knows all. */
const COUNTRIES: Readonly<Record<string, readonly [string, string, string]>> = {
  AU: ['Australia', 'OCEANIA', '+61'],
  BR: ['Brazil', 'SOUTH_AMERICA', '+55'],
  CA: ['Canada', 'NORTH_AMERICA', '+1'],
  DE: ['Germany', 'EUROPE', '+49'],
  ES: ['Spain', 'EUROPE', '+34'],
  FR: ['France', 'EUROPE', '+33'],
  GB: ['United Kingdom', 'EUROPE', '+44'],
  IE: ['Ireland', 'EUROPE', '+353'],
  IN: ['India', 'ASIA', '+91'],
  IT: ['Italy', 'EUROPE', '+39'],
  JP: ['Japan', 'ASIA', '+81'],
  MX: ['Mexico', 'NORTH_AMERICA', '+52'],
  NL: ['Netherlands', 'EUROPE', '+31'],
  PL: ['Poland', 'EUROPE', '+48'],
  PT: ['Portugal', 'EUROPE', '+351'],
  SE: ['Sweden', 'EUROPE', '+46'],
  SG: ['Singapore', 'ASIA', '+65'],
  US: ['United States', 'NORTH_AMERICA', '+1'],
};

/** True if the account may call this number; numbers of +1 count as calls to the United States. */
export function mayCall(world: World, to: string): boolean {
  const [country] =
    Object.entries(COUNTRIES).find(([iso, [, , code]]) => to.startsWith(code) && (code !== '+1' || iso === 'US')) ?? [];
  return country === undefined || !world.forbiddenCountries.has(country);
}

/** `GET /v1/DialingPermissions/Countries[/{IsoCode}]` (twilio.com/docs/voice/api/dialing-permissions-resources). */
export function dialingPermissions(world: World, request: RestRequest): RestReply {
  const { method, path, query } = request;
  const match = /^\/v1\/DialingPermissions\/Countries(?:\/([A-Z]{2}))?$/.exec(path);
  const iso = match?.[1];
  if (method !== 'GET' || match === null) {
    throw new RestRefusal(20404, `The requested resource ${path} was not found: the simulator does not support it`);
  }
  const json = (code: string): Record<string, unknown> => {
    const [name, continent, prefix] = COUNTRIES[code] ?? ['', '', ''];
    const url = `https://voice.twilio.com/v1/DialingPermissions/Countries/${code}`;
    return {
      iso_code: code,
      name,
      continent,
      country_codes: [prefix],
      low_risk_numbers_enabled: !world.forbiddenCountries.has(code),
      high_risk_special_numbers_enabled: false,
      high_risk_tollfraud_numbers_enabled: false,
      url,
      links: { highrisk_special_prefixes: `${url}/HighRiskSpecialPrefixes` },
    };
  };
  if (iso !== undefined) {
    if (!(iso in COUNTRIES)) throw new RestRefusal(20404, `The requested resource ${path} was not found`);
    return { status: 200, body: json(iso) };
  }
  const wanted = query.get('IsoCode');
  const content = Object.keys(COUNTRIES)
    .filter((code) => wanted === null || wanted === code)
    .map(json);
  const url = `https://voice.twilio.com${path}`;
  const meta = { page: 0, page_size: 50, first_page_url: url, url, next_page_url: null, previous_page_url: null };
  return { status: 200, body: { content, meta: { ...meta, key: 'content' } } };
}
