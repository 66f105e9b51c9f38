import { RestRefusal } from '../../rest/errors.js';
import type { RestReply } from '../../rest/errors.js';

/**
 * Builds a page of a v1 list: pages are found by following `next_page_url`, never by a number (twilio.com/docs/api/errors/40153).
 */
export function v1Page<Item>(
  path: string,
  query: URLSearchParams,
  key: string,
  items: readonly Item[],
  json: (item: Item) => unknown,
): RestReply {
  const token = query.get('PageToken');
  const number = query.get('Page');
  if (number !== null && number !== '0' && token === null) {
    throw new RestRefusal(40153, 'Page is not supported: follow next_page_url');
  }
  const size = Math.min(1000, Math.max(1, Number(query.get('PageSize') ?? 50) || 50));
  const start = token === null ? 0 : Number(/^PT(\d{1,9})$/.exec(token)?.[1] ?? NaN);
  if (Number.isNaN(start)) throw new RestRefusal(20001, `Invalid PageToken: ${String(token)}`);
  const page = Math.floor(start / size);
  const address = (from: number): string => {
    const next = new URLSearchParams(query);
    next.set('PageSize', String(size));
    next.set('Page', String(Math.floor(from / size)));
    if (from === 0) next.delete('PageToken');
    else next.set('PageToken', `PT${from}`);
    return `https://taskrouter.twilio.com${path}?${next.toString()}`;
  };
  return {
    status: 200,
    body: {
      [key]: items.slice(start, start + size).map(json),
      meta: {
        key,
        page,
        page_size: size,
        first_page_url: address(0),
        previous_page_url: start > 0 ? address(Math.max(0, start - size)) : null,
        next_page_url: start + size < items.length ? address(start + size) : null,
        url: address(start),
      },
    },
  };
}
