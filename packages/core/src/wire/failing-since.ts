/** Counts how often a request for TwiML was put off, in the query of our own addresses. */
export const TRY_PARAM = 'try';

/** The address with its try set to `tries`; 0 leaves it away. The fragment stays at the end. */
export function withTry(url: string, tries: number): string {
  const hash = url.indexOf('#');
  const fragment = hash === -1 ? '' : url.slice(hash);
  const [path, query] = split(hash === -1 ? url : url.slice(0, hash));
  const rest = query.split('&').filter((pair) => pair !== '' && !pair.startsWith(`${TRY_PARAM}=`));
  if (tries > 0) rest.push(`${TRY_PARAM}=${String(tries)}`);
  return path + (rest.length === 0 ? '' : `?${rest.join('&')}`) + fragment;
}

function split(url: string): [string, string] {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}
