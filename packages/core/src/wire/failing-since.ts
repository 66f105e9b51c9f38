import type { EpochMs } from '../kernel/flow.js';

/** Query parameter of a retried URL: when we first failed this request. */
export const SINCE_PARAM = 'failingSince';

const TIME = /^[0-9]{1,15}$/;

/** Parses the time; `undefined` if it is not one. */
export function parseSince(text: string): EpochMs | undefined {
  return TIME.test(text) ? Number(text) : undefined;
}

/**
 * Query parameter for the verdict of detection: Twilio sends it with the first request of an answered call, but not with a
 * repeated one (twilio.com/docs/voice/answering-machine-detection).
 */
export const VERDICT_PARAM = 'answeredBy';

/** Adds the verdict to the address, once. */
export function withVerdict(url: string, answeredBy: string): string {
  return withParam(url, VERDICT_PARAM, encodeURIComponent(answeredBy));
}

/** Puts this time into the address in place of an earlier one. The rest of it stays as it is, byte for byte. */
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
