import { unsupported } from '../../rest/errors.js';

const PAGING = ['Page', 'PageSize', 'PageToken'];

/** Filters of a list by name; anything else is refused by name, also when there is nothing to filter. */
export function filterBy<Item>(
  filters: Readonly<Record<string, (item: Item, value: string) => boolean>>,
): (query: URLSearchParams) => (item: Item) => boolean {
  return (query) => {
    const wanted = [...query].filter(([name]) => !PAGING.includes(name));
    const tests = wanted.map(([name, value]) => {
      const filter = filters[name];
      if (filter === undefined) throw unsupported(`the filter ${name}`);
      return (item: Item): boolean => filter(item, value);
    });
    return (item) => tests.every((test) => test(item));
  };
}
