import type { IncomingMessage } from 'node:http';
import { PATHS } from '../../shared/protocol.js';

const PAGES: ReadonlySet<string> = new Set([PATHS.page, '/index']);
const FILES: ReadonlySet<string> = new Set([PATHS.callsJson, PATHS.callsCsv]);
const MAX_LENGTH = 500;

/** Returns where the user wanted to go: one of our own paths with its query, whatever the text says. */
export function targetOf(text: string | null): string {
  if (text === null || text.length > MAX_LENGTH || !/^\/(?![/\\])/.test(text)) return PATHS.page;
  if (!URL.canParse(text, 'http://ours')) return PATHS.page;
  const { origin, pathname, search } = new URL(text, 'http://ours');
  const isOurs = origin === 'http://ours' && (PAGES.has(pathname) || FILES.has(pathname));
  return isOurs ? pathname + search : PATHS.page;
}

/** True for the call log, which is saved rather than shown: a browser that goes there stays on its page. */
export function isFile(target: string): boolean {
  return FILES.has(pathOf({ url: target }));
}

/** Returns the path; Express removes a mount path from `url`. */
export function pathOf({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}

export function queryOf({ url = '/' }: Pick<IncomingMessage, 'url'>): URLSearchParams {
  const mark = url.indexOf('?');
  return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
}
