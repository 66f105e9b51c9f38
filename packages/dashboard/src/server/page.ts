import { createHash } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemClock, type Clock, type Store } from '@amd/core';
import { PATHS, type Keyed } from '../shared/protocol.js';
import { createGuard } from './access/guard.js';
import { createGuessLines } from './access/guess-lines.js';
import { securityHeaders } from './access/headers.js';
import { isLoopbackHost } from './access/loopback.js';
import { originCheck } from './access/origins.js';
import { loadPage, type PageAssets, type PageName } from './assets.js';
import { callLog, type CallLogOptions } from './data/call-log.js';
import { toCsv, toJson } from './data/call-log-text.js';
import { createDoor } from './door/door.js';
import { DOOR_SCRIPT, DOOR_STYLE } from './door/files.js';
import { BROKEN, CLOSED, NOT_ALLOWED, NOT_FOUND } from './door/refusals.js';
import { pathOf } from './door/targets.js';
import { redirect, send, sendWords } from './door/words.js';
import { oncePerSecond, quiet, type DashboardLog, type DashboardLogEntry } from './log.js';
import type { PhonePanel } from './phone-panel.js';
import { createPageSocket, type PageSocketParts } from './socket.js';

/** Options of every page. */
export interface PageOptions {
  readonly store: Store;
  /** Where Twilio and people reach this server. The page is at its root. */
  readonly publicBaseUrl: string;
  /**
   * Required before anything is shown. `null`: **the page is open to everyone on this machine**, and to whatever a raw forward of
   * its port lets in (`ssh -L`, `kubectl port-forward`, `socat`), while `publicBaseUrl` is an address of this machine; with any
   * other address the page is off.
   */
  readonly password: string | null;
  /** The phones of a simulator. */
  readonly phone?: PhonePanel | null | undefined;
  readonly clock?: Clock | undefined;
  /** Default: the files that come with this package. */
  readonly assets?: PageAssets | undefined;
  /** How long a login lasts. Default 8. */
  readonly sessionHours?: number | undefined;
  readonly log?: DashboardLog | undefined;
}

/** The names of the options above, for the check of misspelt ones. */
export const PAGE_OPTIONS = {
  store: true,
  publicBaseUrl: true,
  password: true,
  phone: true,
  clock: true,
  assets: true,
  sessionHours: true,
  log: true,
} as const satisfies Record<keyof PageOptions, true>;

/** A listener for `http.createServer`, or a middleware of Express. */
export type DashboardHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

/** Live pages to add to a server. */
export interface Dashboard {
  /** A listener for `http.createServer`, or a middleware: other requests go on to the next handler. */
  readonly handler: DashboardHandler;
  /** Serves the page's socket on this server too. */
  attach(server: Server): void;
  /** Disconnects the pages and stops the feed. */
  close(): Promise<void>;
}

const OPEN: DashboardLogEntry = {
  level: 'info',
  code: 'page.open',
  message: 'no password is set: the page is open to everybody on this machine, and through any forward of its port',
};
const OFF: DashboardLogEntry = {
  level: 'info',
  code: 'page.off',
  message: 'no password is set, and the public address is not one of this machine: the page is off',
};

const TITLES: Readonly<Record<PageName, string>> = { calls: 'Calls', workers: 'Workers' };

/**
 * Creates one page: access, files, socket, and the call log.
 * @throws TypeError naming the option
 */
export function createPage<Row extends Keyed, Figures>(
  options: PageOptions,
  page: {
    readonly name: PageName;
    /** The flow whose calls are in the call log. */
    readonly flow: CallLogOptions['flow'];
  } & Pick<PageSocketParts<Row, Figures>, 'feed' | 'people' | 'workers'>,
): Dashboard {
  const { store, publicBaseUrl, password, phone = null, log = quiet, sessionHours = 8 } = options;
  const { name, flow, feed, people, workers } = page;
  if (password === '') throw new TypeError('"password" must not be empty; null means that there is none');
  if (!(sessionHours > 0 && sessionHours <= 24 * 30))
    throw new TypeError('"sessionHours" must be above 0, at most 720');
  const clock = options.clock ?? systemClock;
  const guard = createGuard({ password, publicBaseUrl, sessionMs: sessionHours * 3_600_000, clock });
  const sender = originCheck(publicBaseUrl);
  const setHeaders = securityHeaders(new URL(publicBaseUrl).protocol === 'https:');
  const strangersLog = oncePerSecond(log, clock);
  const socket = createPageSocket({ feed, people, phone, workers, guard, sender, clock, log });
  const door = createDoor({
    guard,
    sender,
    guesses: createGuessLines(clock),
    title: TITLES[name],
    publicBaseUrl,
    onLogOut: (session) => {
      socket.cut(session);
    },
    log: strangersLog,
  });
  let loading: Promise<PageAssets> | null = options.assets === undefined ? null : Promise.resolve(options.assets);
  feed.start();
  if (password === null) log(isLoopbackHost(new URL(publicBaseUrl).host) ? OPEN : OFF);

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    setHeaders(request, response);
    // The files of the door's pages contain no data, and a page that says "off" needs its style as well.
    if (path === PATHS.doorStyle || path === PATHS.doorScript) {
      if (path === PATHS.doorStyle) file(request, response, 'text/css', DOOR_STYLE);
      else file(request, response, 'text/javascript', DOOR_SCRIPT);
      return;
    }
    const access = guard.check(request);
    if (path === PATHS.door) {
      door.explain(request, response, access);
      return;
    }
    if (access.kind === 'closed') {
      sendWords(request, response, 403, CLOSED);
      return;
    }
    switch (path) {
      case PATHS.login:
        await door.logIn(request, response, access);
        return;
      case PATHS.logout:
        door.logOut(request, response, access);
        return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      sendWords(request, response, 405, NOT_ALLOWED);
      return;
    }
    switch (path) {
      case PATHS.script:
        file(request, response, 'text/javascript', (await files()).script);
        return;
      case PATHS.style:
        file(request, response, 'text/css', (await files()).style);
        return;
      case PATHS.front:
      case `${PATHS.front}/`:
        redirect(response, PATHS.page);
        return;
    }
    if (access.kind === 'login') {
      door.keepOut(request, response, access);
      return;
    }
    if (path === PATHS.callsJson || path === PATHS.callsCsv) await download(request, response, path === PATHS.callsCsv);
    else send(response, 200, 'text/html', (await files()).html);
  }

  async function download(request: IncomingMessage, response: ServerResponse, csv: boolean): Promise<void> {
    const masked = new URL(request.url ?? '/', 'http://localhost').searchParams.get('full') !== '1';
    const calls = await begun(callLog({ store, flow, masked, clock }));
    response.setHeader('content-type', csv ? 'text/csv; charset=utf-8; header=present' : 'application/json');
    response.setHeader('content-disposition', `attachment; filename="calls.${csv ? 'csv' : 'json'}"`);
    if (request.method === 'HEAD') response.end();
    else await pipeline(Readable.from(csv ? toCsv(calls) : toJson(calls)), response);
  }

  function files(): Promise<PageAssets> {
    loading ??= loadPage(name).catch((error: unknown) => {
      loading = null;
      throw error;
    });
    return loading;
  }

  return {
    handler(request, response, next) {
      const path = pathOf(request);
      if (!OURS.has(path)) {
        if (next !== undefined) next();
        else {
          setHeaders(request, response);
          sendWords(request, response, 404, NOT_FOUND);
        }
        return;
      }
      answer(request, response, path).catch((error: unknown) => {
        // A client that hung up needs no answer.
        if (request.socket.destroyed) return;
        const message = error instanceof Error ? error.message : String(error);
        strangersLog({ level: 'error', code: 'page.failed', message: `the page could not be served: ${message}` });
        if (response.headersSent) response.destroy();
        else sendWords(request, response, 500, BROKEN);
      });
    },
    attach: (server) => {
      socket.attach(server);
    },
    async close() {
      feed.stop();
      await socket.close();
    },
  };
}

const OURS: ReadonlySet<string> = new Set([
  ...Object.values(PATHS).filter((path) => path !== PATHS.socket),
  '/index',
  `${PATHS.front}/`,
]);

/** Returns the same items, once the first one is there or has failed. */
async function begun<T>(items: AsyncIterable<T>): Promise<AsyncIterable<T>> {
  const rest = items[Symbol.asyncIterator]();
  const first = await rest.next();
  return (async function* () {
    if (first.done === true) return;
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => rest };
  })();
}

/** Sends a file, which contains no data, so it may be cached and revalidated. */
function file(request: IncomingMessage, response: ServerResponse, type: string, body: string): void {
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  response.setHeader('cache-control', 'no-cache');
  response.setHeader('etag', tag);
  if (request.headers['if-none-match'] === tag) {
    response.statusCode = 304;
    response.end();
  } else send(response, 200, type, body);
}
