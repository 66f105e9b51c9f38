import type { Params } from '../../wire/params.js';
import type { HttpRequest } from '../message.js';
import type { Route } from '../routes.js';
import type { PublicBase } from '../urls.js';
import { verifySignature } from './signature.js';
import type { Signer } from './signers.js';

interface Guess {
  readonly base: string;
  readonly path: string;
  readonly query: string;
  readonly cause: string;
}

/**
 * Which address Twilio signed, when it was not ours: the usual mistakes, tried one by one. For the log only; what was signed for
 * another address is refused all the same. `null`: none of them, so it may be forged, or the token may be another.
 */
export async function likelyCause(
  request: HttpRequest,
  route: Route,
  base: PublicBase,
  signer: Signer,
  params: Params,
): Promise<string | null> {
  const signature = request.headers['x-twilio-signature'];
  if (signature === undefined || signature === '') return null;
  for (const { base: href, path, query, cause } of guesses(request, route, base)) {
    const url = href + path + (query === '' ? '' : `?${query}`);
    if (await verifySignature(signer, signature, url, params)) {
      const signed = JSON.stringify(`${href}${path}`.replace(/\/\/[^/@]*@/, '//').slice(0, 200));
      return `Twilio signed ${signed}: ${cause}`;
    }
  }
  return null;
}

function* guesses({ headers, query }: HttpRequest, { path }: Route, { href, prefix }: PublicBase): Generator<Guess> {
  const other = /^https:/i.test(href) ? href.replace(/^https/i, 'http') : href.replace(/^http/i, 'https');
  yield { base: other, path, query, cause: 'the public base URL has the wrong scheme (http or https)' };
  const origin = href.slice(0, href.length - prefix.length);
  if (prefix !== '') yield { base: origin, path, query, cause: 'the public base URL has a path prefix too many' };
  yield { base: href, path, query: '', cause: 'something in front of us adds the query' };
  yield { base: href, path: `${path}/`, query, cause: 'the address at Twilio ends in a slash' };
  for (const order of orders(query)) {
    yield { base: href, path, query: order, cause: 'something in front of us changes the order of the query' };
  }
  for (const name of ['x-forwarded-host', 'host']) {
    const host = headers[name];
    if (host === undefined || !/^[a-z0-9.:[\]-]{1,100}$/i.test(host)) continue;
    for (const scheme of ['https', 'http']) {
      for (const inner of prefix === '' ? [''] : [prefix, '']) {
        const cause = 'the public base URL has another host, scheme or path';
        yield { base: `${scheme}://${host}${inner}`, path, query, cause };
      }
    }
  }
}

/** Each order of a query's parameters; ours have two, a user's own a few. */
function orders(query: string): readonly string[] {
  const pairs = query.split('&');
  if (pairs.length < 2 || pairs.length > 4) return [];
  const all = (rest: readonly string[]): readonly (readonly string[])[] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap((pair, index) => all(rest.filter((_, at) => at !== index)).map((others) => [pair, ...others]));
  return all(pairs).map((order) => order.join('&'));
}
