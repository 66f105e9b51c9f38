import type { EpochMs } from '../kernel/flow.js';

/** When we failed this request for the first time, in the query of the address that is asked again. */
export const SINCE_PARAM = 'failingSince';

const TIME = /^[0-9]{1,15}$/;

/** The time, or `undefined` for what is none. */
export function parseSince(text: string): EpochMs | undefined {
  return TIME.test(text) ? Number(text) : undefined;
}

/**
 * What detection said, kept in the same place: Twilio tells it with the first request of an answered call, and not when it
 * comes again (twilio.com/docs/voice/answering-machine-detection).
 */
export const VERDICT_PARAM = 'answeredBy';

/** The address with this verdict, once. */
export function withVerdict(url: string, answeredBy: string): string {
  return withParam(url, VERDICT_PARAM, encodeURIComponent(answeredBy));
}

/** The address with this time in the place of an earlier one. Everything else in it stays as it is, byte for byte. */
export function withSince(url: string, since: EpochMs): string {
  return withParam(url, SINCE_PARAM, String(since));
}

function withParam(url: string, name: string, value: string): string {
  const hash = url.indexOf('#');
  const fragment = hash === -1 ? '' : url.slice(hash);
  const [path, query] = split(hash === -1 ? url : url.slice(0, hash));
  const others = query === null ? [] : query.split('&').filter((pair) => !pair.startsWith(`${name}=`));
  return `${path}?${[...others, `${name}=${value}`].join('&')}${fragment}`;
}

function split(url: string): [string, string | null] {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, null] : [url.slice(0, mark), url.slice(mark + 1)];
}
