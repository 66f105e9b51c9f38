import type { EpochMs } from '../kernel/flow.js';

/** When we failed this request for the first time, in the query of the address that is asked again. */
export const SINCE_PARAM = 'failingSince';

const TIME = /^[0-9]{1,15}$/;

/** The time, or `undefined` for what is none. */
export function parseSince(text: string): EpochMs | undefined {
  return TIME.test(text) ? Number(text) : undefined;
}

/** The address with this time in the place of an earlier one. Everything else in it stays as it is, byte for byte. */
export function withSince(url: string, since: EpochMs): string {
  const hash = url.indexOf('#');
  const fragment = hash === -1 ? '' : url.slice(hash);
  const [path, query] = split(hash === -1 ? url : url.slice(0, hash));
  const others = query === null ? [] : query.split('&').filter((pair) => !pair.startsWith(`${SINCE_PARAM}=`));
  return `${path}?${[...others, `${SINCE_PARAM}=${String(since)}`].join('&')}${fragment}`;
}

function split(url: string): [string, string | null] {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, null] : [url.slice(0, mark), url.slice(mark + 1)];
}
