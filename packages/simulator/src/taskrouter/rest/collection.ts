import { RestRefusal } from '../../rest/errors.js';
import type { RestReply } from '../../rest/errors.js';
import type { RestRequest } from '../../rest/router.js';
import { select, type Selection } from './filter.js';
import { v1Page } from './list.js';

/** One kind of resource of a workspace, and what REST does with it. */
export interface Collection<Item> {
  /** As in the list's envelope: `task_queues`. */
  readonly key: string;
  readonly items: () => readonly Item[];
  readonly json: (item: Item) => unknown;
  readonly find: (id: string) => Item | undefined;
  readonly create?: (form: URLSearchParams) => Item;
  readonly update?: (item: Item, form: URLSearchParams) => void;
  readonly remove?: (item: Item) => void;
  /** How a list selects and orders them. */
  readonly selection: Selection<Item>;
  /** Its ETag. */
  readonly version?: (item: Item) => number;
  /** The collections below one of them. */
  readonly below?: (item: Item, name: string) => Handler | undefined;
}

/** Answers a request for a collection; `rest` is the path below it. */
export type Handler = (request: RestRequest, rest: readonly string[]) => RestReply;

const notFound = (path: string): RestRefusal => new RestRefusal(20404, `The requested resource ${path} was not found`);

function answer<Item>(collection: Collection<Item>, request: RestRequest, rest: readonly string[]): RestReply {
  const { method, path, query, form, ifMatch } = request;
  const [id, below, ...more] = rest;
  const etag = (item: Item): RestReply['headers'] =>
    collection.version === undefined ? undefined : { etag: `"${collection.version(item)}"` };
  const show = (item: Item, status: number): RestReply => {
    const headers = etag(item);
    return { status, body: collection.json(item), ...(headers === undefined ? {} : { headers }) };
  };
  if (id === undefined) {
    if (method === 'GET') {
      const found = select(collection.items(), query, collection.selection);
      return v1Page(path, query, collection.key, found, collection.json);
    }
    if (method !== 'POST' || collection.create === undefined) throw notFound(path);
    return show(collection.create(form), 201);
  }
  const item = collection.find(decodeURIComponent(id));
  if (item === undefined) throw notFound(path);
  if (below !== undefined) {
    const inner = collection.below?.(item, below);
    if (inner !== undefined) return inner(request, more);
    throw new RestRefusal(20404, `The requested resource ${path} was not found: the simulator does not support it`);
  }
  if (method === 'GET') return show(item, 200);
  if (ifMatch !== undefined && collection.version !== undefined) {
    const wanted = ifMatch.replace(/^W\//, '').replaceAll('"', '');
    if (wanted !== '*' && wanted !== String(collection.version(item))) throw new RestRefusal(20412);
  }
  if (method === 'POST' && collection.update !== undefined) {
    collection.update(item, form);
    return show(item, 200);
  }
  if (method === 'DELETE' && collection.remove !== undefined) {
    collection.remove(item);
    return { status: 204, body: undefined };
  }
  throw notFound(path);
}

export function handlerOf<Item>(collection: Collection<Item>): Handler {
  return (request, rest) => answer(collection, request, rest);
}
