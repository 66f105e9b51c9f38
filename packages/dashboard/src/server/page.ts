import { createHash } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemClock, type Clock, type Store } from '@amd/core';
import { PATHS, type Keyed } from '../shared/protocol.js';
import { createGuard } from './access/guard.js';
import { securityHeaders } from './access/headers.js';
import { LOGIN_STYLE, loginPage, type LoginProblem } from './access/login-page.js';
import { originCheck } from './access/origins.js';
import { readForm } from './access/read-form.js';
import { createThrottle } from './access/throttle.js';
import { loadPage, type PageAssets, type PageName } from './assets.js';
import { callLog, type CallLogOptions } from './data/call-log.js';
import { toCsv, toJson } from './data/call-log-text.js';
import { quiet, type DashboardLog } from './log.js';
import type { PhonePanel } from './phone-panel.js';
import { createPageSocket, type PageSocketParts } from './socket.js';

/** What every page is told. */
export interface PageOptions {
  readonly store: Store;
  /** Where Twilio and people reach this server. The page stands at its root. */
  readonly publicBaseUrl: string;
  /**
   * Asked for before anything is shown. `null`: the page is shown only to a browser on this machine, while
   * `publicBaseUrl` is an address of this machine too; a tunnel makes loopback public.
   */
  readonly password: string | null;
  /** The phones of a simulator. */
  readonly phone?: PhonePanel | null | undefined;
  readonly clock?: Clock | undefined;
  /** Default: the files that come with this package. */
  readonly assets?: PageAssets | undefined;
  /** How long a log-in lasts. Default 8. */
  readonly sessionHours?: number | undefined;
  readonly log?: DashboardLog | undefined;
}

export type DashboardHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  next?: (error?: unknown) => void,
) => void;

export interface Dashboard {
  /** A listener for `http.createServer`, or a middleware: what is not the page's goes on to the next handler. */
  readonly handler: DashboardHandler;
  /** Serves the page's socket on this server too. */
  attach(server: Server): void;
  /** Cuts the pages and stops the feed. */
  close(): Promise<void>;
}

const CLOSED =
  'This page is off: this server can be reached from outside and no password is set. Set DASHBOARD_PASSWORD and restart.\n';

/**
 * One page: who may see it, its files, its socket, and the call log.
 * @throws TypeError naming the option
 */
export function createPage<Row extends Keyed, Figures>(
  options: PageOptions,
  page: {
    readonly name: PageName;
    /** Whose calls are in the call log. */
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
  const throttle = createThrottle();
  const socket = createPageSocket({ feed, people, phone, workers, guard, sender, clock, log });
  let loading: Promise<PageAssets> | null = options.assets === undefined ? null : Promise.resolve(options.assets);
  feed.start();

  async function answer(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    setHeaders(request, response);
    const access = guard.check(request);
    if (access.as === 'closed') {
      send(response, 403, 'text/plain', CLOSED);
      return;
    }
    if (path === PATHS.login || path === PATHS.logout) {
      await (path === PATHS.login ? logIn(request, response) : logOut(request, response));
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      send(response, 405, 'text/plain', 'Method not allowed\n');
      return;
    }
    switch (path) {
      case PATHS.loginStyle:
        file(request, response, 'text/css', LOGIN_STYLE);
        return;
      case PATHS.script:
        file(request, response, 'text/javascript', (await files()).script);
        return;
      case PATHS.style:
        file(request, response, 'text/css', (await files()).style);
        return;
    }
    const isData = path === PATHS.callsJson || path === PATHS.callsCsv;
    if (access.as === 'login') {
      if (isData) send(response, 401, 'text/plain', 'Log in first\n');
      else redirect(response, PATHS.login);
      return;
    }
    if (isData) await download(request, response, path === PATHS.callsCsv);
    else send(response, 200, 'text/html', (await files()).html);
  }

  async function logIn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = (status: number, problem: LoginProblem): void => {
      send(response, status, 'text/html', loginPage(problem));
    };
    if (request.method !== 'POST') {
      form(200, 'none');
      return;
    }
    if (!sender(request).ours) {
      send(response, 403, 'text/plain', 'The form was not sent by this page\n');
      return;
    }
    const address = request.socket.remoteAddress ?? '';
    const wait = await throttle.wait(address);
    if (wait > 0) {
      log({ level: 'warn', code: 'login.throttled', message: 'log-in refused: too many tries' });
      response.setHeader('retry-after', String(wait));
      form(429, 'throttled');
      return;
    }
    const given = (await readForm(request))?.get('password') ?? '';
    if (!guard.isPassword(given)) {
      log({ level: 'warn', code: 'login.wrong', message: 'log-in refused: wrong password' });
      form(401, 'wrong');
      return;
    }
    await throttle.forgive(address);
    response.setHeader('set-cookie', guard.logIn());
    redirect(response, PATHS.page);
  }

  async function logOut(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const access = guard.check(request);
    if (request.method !== 'POST' || !sender(request).ours) {
      send(response, 403, 'text/plain', 'The form was not sent by this page\n');
      return;
    }
    if (access.as === 'session') {
      response.setHeader('set-cookie', guard.logOut(access.session));
      socket.cut(access.session);
    }
    redirect(response, PATHS.login);
    await Promise.resolve();
  }

  async function download(request: IncomingMessage, response: ServerResponse, csv: boolean): Promise<void> {
    const masked = new URL(request.url ?? '/', 'http://localhost').searchParams.get('full') !== '1';
    const calls = callLog({ store, flow, masked, clock });
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
        if (next === undefined) send(response, 404, 'text/plain', 'Not found\n');
        else next();
        return;
      }
      answer(request, response, path).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        log({ level: 'error', code: 'page.failed', message: `the page could not be served: ${message}` });
        if (response.headersSent) response.destroy();
        else send(response, 500, 'text/plain', 'Internal server error\n');
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

const OURS: ReadonlySet<string> = new Set([...Object.values(PATHS).filter((path) => path !== PATHS.socket), '/index']);

/** Express takes a mount path off `url`. */
function pathOf({ url = '/' }: IncomingMessage): string {
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.statusCode = status;
  response.setHeader('content-type', `${type}; charset=utf-8`);
  response.end(body);
}

function redirect(response: ServerResponse, to: string): void {
  response.setHeader('location', to);
  send(response, 303, 'text/plain', 'See other\n');
}

/** Has no data in it, so it may be kept, and asked about. */
function file(request: IncomingMessage, response: ServerResponse, type: string, body: string): void {
  const tag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  response.setHeader('cache-control', 'no-cache');
  response.setHeader('etag', tag);
  if (request.headers['if-none-match'] === tag) {
    response.statusCode = 304;
    response.end();
  } else send(response, 200, type, body);
}
