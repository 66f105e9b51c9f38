import { RestRefusal, unsupported } from '../../rest/errors.js';

const PAGING = ['Page', 'PageSize', 'PageToken'];
const ORDERING = 'Ordering';

type Test<Item> = (item: Item, value: string) => boolean;

/** Which items a list shows, and in which order. */
export interface Selection<Item> {
  readonly filters: Readonly<Record<string, Test<Item>>>;
  /** The keys of `Ordering=NAME:asc` and `NAME:desc`; absent: the list has no such parameter. */
  readonly orders?: Readonly<Record<string, (item: Item) => number>>;
}

/**
 * Selects the items of a list. A filter given several times matches any of its values; unknown ones are refused by name, even if
 * there is nothing to filter.
 */
export function select<Item>(
  items: readonly Item[],
  query: URLSearchParams,
  { filters, orders }: Selection<Item>,
): readonly Item[] {
  const names = new Set([...query.keys()].filter((name) => !PAGING.includes(name)));
  if (orders !== undefined) names.delete(ORDERING);
  const tests = [...names].map((name) => {
    // An inherited name is not a filter.
    const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
    if (filter === undefined) throw unsupported(`the filter ${name}`);
    const values = query.getAll(name);
    return (item: Item): boolean => values.some((value) => filter(item, value));
  });
  const found = items.filter((item) => tests.every((test) => test(item)));
  const ordering = query.get(ORDERING);
  return ordering === null || orders === undefined ? found : found.sort(comparing(ordering, orders));
}

function comparing<Item>(
  ordering: string,
  orders: NonNullable<Selection<Item>['orders']>,
): (a: Item, b: Item) => number {
  const [name = '', direction = 'asc', ...more] = ordering.split(':');
  const key = Object.hasOwn(orders, name) ? orders[name] : undefined;
  if (key === undefined || more.length > 0 || (direction !== 'asc' && direction !== 'desc')) {
    const known = Object.keys(orders).join('|');
    throw new RestRefusal(20001, `Invalid Ordering: ${ordering} is not ${known}, :asc or :desc`);
  }
  const sign = direction === 'asc' ? 1 : -1;
  return (a, b) => sign * (key(a) - key(b));
}
