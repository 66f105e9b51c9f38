import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { PATHS, type DoorState } from '../../shared/protocol.js';
import type { Access, Guard, Session } from '../access/guard.js';
import { LONGEST_WAIT_SECONDS, type GuessLines } from '../access/guess-lines.js';
import type { OriginCheck, Stranger } from '../access/origins.js';
import type { DashboardLog } from '../log.js';
import { askAgainPage, loginPage, type LoginNote } from './login-page.js';
import { readForm } from './read-form.js';
import { fileReady, foreignForm, LOG_IN_FIRST, LOG_OUT_THERE, NOT_ALLOWED, UNREADABLE_FORM } from './refusals.js';
import { isFile, pathOf, queryOf, targetOf } from './targets.js';
import { redirect, send, sendWords, wantsPage } from './words.js';

/** How users log in and out. */
export interface Door {
  logIn(request: IncomingMessage, response: ServerResponse, access: Access): Promise<void>;
  logOut(request: IncomingMessage, response: ServerResponse, access: Access): void;
  /** Answers a user who is not logged in, at the address they requested. */
  keepOut(request: IncomingMessage, response: ServerResponse, access: Access & { readonly kind: 'login' }): void;
  /** Tells a page why it cannot connect. */
  explain(request: IncomingMessage, response: ServerResponse, access: Access): void;
}

export function createDoor(parts: {
  readonly guard: Guard;
  readonly sender: OriginCheck;
  readonly guesses: GuessLines;
  /** The name of the page behind it, such as `Calls`. */
  readonly title: string;
  readonly publicBaseUrl: string;
  /** Called after a logout. */
  readonly onLogOut: (session: Session) => void;
  readonly log: DashboardLog;
}): Door {
  const { guard, sender, guesses, title, onLogOut, log } = parts;
  const address = new URL(parts.publicBaseUrl).origin;

  function sendForm(response: ServerResponse, status: number, note: LoginNote, to: string): void {
    send(response, status, 'text/html', loginPage({ title, note, to }));
  }

  /** Checks after the login whether the browser sends the cookie. */
  function arrive(request: IncomingMessage, response: ServerResponse, access: Access): void {
    const query = queryOf(request);
    const to = targetOf(query.get('to'));
    const hasJustLoggedIn = query.has('in');
    if (access.kind !== 'login') {
      if (hasJustLoggedIn && isFile(to)) sendWords(request, response, 200, fileReady(to));
      else redirect(response, to);
      return;
    }
    if (!query.has('again') && isFromElsewhere(request)) askAgain(response, to);
    else if (query.has('out')) sendForm(response, 200, 'out', to);
    else if (access.ended) sendForm(response, 401, 'ended', to);
    else sendForm(response, hasJustLoggedIn ? 401 : 200, hasJustLoggedIn ? 'notKept' : 'none', to);
  }

  function askAgain(response: ServerResponse, to: string): void {
    send(response, 200, 'text/html', askAgainPage(title, `${PATHS.login}?again&to=${encodeURIComponent(to)}`));
  }

  function refuse(request: IncomingMessage, response: ServerResponse, from: Stranger): void {
    const named = from.from === null ? 'no address that the browser named' : JSON.stringify(from.from);
    log({
      level: 'warn',
      code: 'login.refused',
      message: `a form was refused: it came from ${named}, and the page is at ${address}; if the former is right, set PUBLIC_BASE_URL to it`,
    });
    sendWords(request, response, 403, foreignForm(from, address));
  }

  async function guess(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const from = sender(request);
    if (!from.ours) {
      refuse(request, response, from);
      return;
    }
    const form = await readForm(request);
    if (form === null) {
      sendWords(request, response, 400, UNREADABLE_FORM);
      return;
    }
    const to = targetOf(form.get('to'));
    const { signal, forget } = whenGone(request.socket);
    const turn = guesses.enter(guard.device(request), signal);
    if (turn === null) {
      forget();
      log({ level: 'warn', code: 'login.full', message: 'log-in refused: too many passwords are tried at once' });
      response.setHeader('retry-after', String(LONGEST_WAIT_SECONDS));
      sendForm(response, 429, 'full', to);
      return;
    }
    const isTurn = await turn;
    forget();
    if (!isTurn) return;
    if (!guard.isPassword(form.get('password') ?? '')) {
      log({ level: 'warn', code: 'login.wrong', message: 'log-in refused: wrong password' });
      sendForm(response, 401, 'wrong', to);
      return;
    }
    response.setHeader('set-cookie', guard.logIn(request, from.origin));
    redirect(response, `${PATHS.login}?in&to=${encodeURIComponent(to)}`);
  }

  return {
    async logIn(request, response, access) {
      const { method } = request;
      if (method === 'GET' || method === 'HEAD' || access.kind === 'open') arrive(request, response, access);
      else if (method === 'POST') await guess(request, response);
      else {
        response.setHeader('allow', 'GET, HEAD, POST');
        sendWords(request, response, 405, NOT_ALLOWED);
      }
    },

    logOut(request, response, access) {
      if (request.method !== 'POST') {
        response.setHeader('allow', 'POST');
        sendWords(request, response, 405, LOG_OUT_THERE);
        return;
      }
      const from = sender(request);
      if (!from.ours) {
        refuse(request, response, from);
        return;
      }
      response.setHeader('set-cookie', guard.logOut(request));
      if (access.kind === 'session') onLogOut(access.session);
      redirect(response, `${PATHS.login}?out`);
    },

    keepOut(request, response, access) {
      const to = targetOf(request.url ?? null);
      if (isFile(pathOf(request)) && !wantsPage(request)) sendWords(request, response, 401, LOG_IN_FIRST);
      else if (isFromElsewhere(request)) askAgain(response, to);
      else sendForm(response, 401, access.ended ? 'ended' : 'none', to);
    },

    explain(request, response, access) {
      const isIn = access.kind === 'open' || access.kind === 'session';
      const state: DoorState = { door: !isIn ? 'out' : sender(request).ours ? 'open' : 'elsewhere', address };
      send(response, 200, 'application/json', JSON.stringify(state));
    },
  };
}

/**
 * Returns a signal that aborts when a connection has closed, or is closed already. Not based on the response: one that waits
 * behind another on the same connection is never notified. `forget` ends it.
 */
function whenGone(connection: Socket): { readonly signal: AbortSignal; readonly forget: () => void } {
  const gone = new AbortController();
  const abort = (): void => {
    gone.abort();
  };
  if (connection.destroyed) abort();
  else connection.once('close', abort);
  return {
    signal: gone.signal,
    forget: () => {
      connection.off('close', abort);
    },
  };
}

/** True when a link on another site led here: the browser has kept our cookie to itself. */
function isFromElsewhere({ headers }: IncomingMessage): boolean {
  return (
    headers['sec-fetch-mode'] === 'navigate' && ['cross-site', 'same-site'].includes(String(headers['sec-fetch-site']))
  );
}
