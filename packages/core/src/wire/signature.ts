import { signedOrder, type Params } from './params.js';

interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  readonly rest: string;
}

/** An address without user info, port and fragment: the first text that Twilio signs is the address itself. */
const PLAIN = /^https?:\/\/[^/?#@:[\]]*(?:[/?][^#]*)?$/i;

/**
 * Yields the addresses Twilio may have signed for one request, likeliest first: exactly as configured without and with the port,
 * then normalised without and with it. Twilio drops the port of https addresses and keeps that of http ones, never signs user
 * info or the fragment, and its behaviour has varied (twilio.com/docs/usage/webhooks/webhooks-security); the order is that of the
 * official library's 6.2.0.
 */
export function* signedUrls(url: string): IterableIterator<string> {
  const seen = new Set<string>();
  if (PLAIN.test(url)) {
    seen.add(url);
    yield url;
  }
  // Lazily: a caller who has found the right one needs no more.
  for (const form of [(): string => url, (): string => normalised(url)]) {
    for (const candidate of portVariants(form())) {
      if (!seen.has(candidate)) yield candidate;
      seen.add(candidate);
    }
  }
}

/** Returns what Twilio signs: the address, then every parameter sorted by name (by code unit), name and value, no separators. */
export function signedText(url: string, params: Params): string {
  let text = url;
  for (const name of signedOrder(params)) text += name + (params.get(name) ?? '');
  return text;
}

function portVariants(url: string): string[] {
  const parts = split(url);
  if (parts === null) return [];
  const { scheme, host, port, rest } = parts;
  const standard = scheme.toLowerCase() === 'https://' ? ':443' : ':80';
  return [scheme + host + rest, scheme + host + (port === '' ? standard : port) + rest];
}

/** Splits an address, without `new URL()`, which would re-encode what Twilio signed unchanged. */
function split(url: string): UrlParts | null {
  const match = /^(https?:\/\/)([^/?#]*)([^#]*)/i.exec(url);
  if (match === null) return null;
  const [, scheme = '', authority = '', rest = ''] = match;
  const address = authority.slice(authority.lastIndexOf('@') + 1);
  // A colon inside the brackets of an IPv6 address starts no port.
  const colon = address.indexOf(':', address.lastIndexOf(']') + 1);
  return colon === -1
    ? { scheme, host: address, port: '', rest }
    : { scheme, host: address.slice(0, colon), port: address.slice(colon), rest };
}

function normalised(url: string): string {
  try {
    return new URL(url).href;
  } catch {
    return url;
  }
}
