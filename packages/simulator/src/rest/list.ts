import type { RestReply } from './errors.js';

/** A page of a 2010-04-01 list: newest first, `Page` from 0, `PageSize` 50 (at most 1000). */
export function page<Item>(
  path: string,
  query: URLSearchParams,
  key: string,
  items: readonly Item[],
  json: (item: Item) => unknown,
): RestReply {
  const size = Math.min(1000, Math.max(1, Number(query.get('PageSize') ?? 50) || 50));
  const index = Math.max(0, Number(query.get('Page') ?? 0) || 0);
  const address = (at: number): string => {
    const next = new URLSearchParams(query);
    next.set('PageSize', String(size));
    next.set('Page', String(at));
    return `${path}?${next.toString()}`;
  };
  const start = index * size;
  const shown = items.slice(start, start + size);
  return {
    status: 200,
    body: {
      [key]: shown.map(json),
      page: index,
      page_size: size,
      start,
      end: Math.max(0, start + shown.length - 1),
      uri: address(index),
      first_page_uri: address(0),
      next_page_uri: start + size < items.length ? address(index + 1) : null,
      previous_page_uri: index > 0 ? address(index - 1) : null,
    },
  };
}
