import { io } from 'socket.io-client';
import type { WorkersEvents, SwitchResult } from '../../shared/worker-events.js';
import {
  PATHS,
  type Keyed,
  type ListedPerson,
  type PageToServer,
  type PeopleList,
  type PhoneCommand,
  type PhoneResult,
  type PhoneState,
  type SaveResult,
  type ServerToPage,
  type Update,
  type Welcome,
} from '../../shared/protocol.js';
import { wholeUpdate } from '../../shared/lean.js';
import { applyUpdate, type View } from '../../shared/view.js';
import { keepConnected } from './attempts.js';
import type { Failure } from './plan.js';
import { findTrouble, type Trouble } from './trouble.js';
import type { Socket } from 'socket.io-client';

/** Everything that the page knows. */
export interface Knowledge<Row extends Keyed, Figures> {
  readonly view: View<Row, Figures> | null;
  readonly online: boolean;
  /** Why it is not online; `null` while it is, or while that is not known. */
  readonly trouble: Trouble | null;
  /** When the page tries to connect again, ms of this machine's clock; `null`: it is trying now. */
  readonly nextTryAt: number | null;
  readonly welcome: Welcome | null;
  readonly lists: readonly PeopleList[];
  readonly phone: PhoneState | null;
  /** `null`: not watched, or not available. */
  readonly events: WorkersEvents | null;
}

/** The commands of a page. */
export interface Commands {
  save(save: { inbound: string; revision: number; people: readonly ListedPerson[] | null }): Promise<SaveResult>;
  phone(command: PhoneCommand): Promise<PhoneResult>;
  switchWorker(request: { worker: string; on: boolean }): Promise<SwitchResult>;
  watchEvents(on: boolean): void;
}

export interface Connection<Row extends Keyed, Figures> extends Commands {
  readonly now: Knowledge<Row, Figures>;
  /** Calls `listener` at most once a frame. */
  on(listener: () => void): () => void;
  /** Ends the connection before a logout: otherwise the page would notice the end and reload while the browser is leaving. */
  leave(): void;
}

const ANSWER_MS = 8000;
/** Longer than any attempt: `keepConnected` ends them. */
const NEVER_MS = 60_000;
/** How many TaskRouter events are kept. */
const EVENTS = 300;

/** Follows the server. After every gap, whatever its cause, it requests what it missed. */
export function connect<Row extends Keyed, Figures>(): Connection<Row, Figures> {
  const socket: Socket<ServerToPage<Row, Figures>, PageToServer<Row, Figures>> = io({
    path: PATHS.socket,
    // A refused transport is followed by the other in the same attempt; `keepConnected` plans the attempts.
    tryAllTransports: true,
    autoConnect: false,
    reconnection: false,
    timeout: NEVER_MS,
  });
  const listeners = new Set<() => void>();
  let now: Knowledge<Row, Figures> = {
    view: null,
    online: false,
    trouble: null,
    nextTryAt: null,
    welcome: null,
    lists: [],
    phone: null,
    events: null,
  };
  let asking = false;
  let watching = false;
  let frame: number | null = null;

  function know(change: Partial<Knowledge<Row, Figures>>): void {
    now = { ...now, ...change };
    frame ??= requestAnimationFrame(() => {
      frame = null;
      for (const listener of listeners) listener();
    });
  }

  function receive(update: Update<Row, Figures>): void {
    const next = applyUpdate(now.view, wholeUpdate(update), Date.now());
    if (next === 'resync') sync();
    else if (next !== now.view) know({ view: next });
  }

  function sync(): void {
    if (asking) return;
    asking = true;
    const { view } = now;
    const since = view === null ? null : { epoch: view.epoch, seq: view.seq };
    socket.timeout(ANSWER_MS).emit('sync', since, (error: Error | null, update?: Update<Row, Figures>) => {
      asking = false;
      if (error === null && update !== undefined) receive(update);
      else if (socket.connected) sync();
    });
  }

  function watch(): void {
    if (!socket.connected) return;
    socket.emit('watchEvents', watching, (events) => {
      know({ events });
    });
  }

  const disconnect = keepConnected(socket, {
    onLive() {
      know({ online: true, trouble: null, nextTryAt: null });
      asking = false;
      sync();
      socket.emit('peopleLists', (lists) => {
        know({ lists });
      });
      socket.emit('phoneState', (phone) => {
        know({ phone });
      });
      if (watching) watch();
    },
    onDown(failure, nextTryAt) {
      know({ online: false, nextTryAt });
      if (nextTryAt !== null) void explain(failure);
    },
  });

  /**
   * Finds out why a connection failed: the server is down, or the session is over, in which case the login form is served here.
   */
  async function explain(failure: Failure): Promise<void> {
    const trouble = await findTrouble(failure);
    if (now.online) return;
    if (trouble !== 'out') know({ trouble });
    else {
      disconnect();
      location.reload();
    }
  }

  socket.on('welcome', (welcome) => {
    know({ welcome });
  });
  socket.on('update', receive);
  socket.on('people', (lists) => {
    know({ lists });
  });
  socket.on('phone', (phone) => {
    know({ phone });
  });
  socket.on('events', ({ run, events: news }) => {
    const { events } = now;
    if (events?.run !== run) return;
    const last = events.events.at(-1)?.id ?? 0;
    know({ events: { run, events: [...events.events, ...news.filter(({ id }) => id > last)].slice(-EVENTS) } });
  });

  return {
    get now() {
      return now;
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    leave: disconnect,
    save: (save) =>
      new Promise((resolve) => {
        socket.timeout(ANSWER_MS).emit('savePeople', save, (error: Error | null, result?: SaveResult) => {
          resolve(result !== undefined && error === null ? result : UNSAVED);
        });
      }),
    phone: (command) =>
      new Promise((resolve) => {
        socket.timeout(ANSWER_MS).emit('phone', command, (error: Error | null, result?: PhoneResult) => {
          resolve(
            result !== undefined && error === null ? result : { ok: false, message: 'No answer from the server.' },
          );
        });
      }),
    switchWorker: (request) =>
      new Promise((resolve) => {
        socket.timeout(ANSWER_MS).emit('switchWorker', request, (error: Error | null, result?: SwitchResult) => {
          resolve(
            result !== undefined && error === null ? result : { ok: false, message: 'No answer from the server.' },
          );
        });
      }),
    watchEvents(on) {
      if (watching === on) return;
      watching = on;
      if (!on) know({ events: null });
      watch();
    },
  };
}

const UNSAVED: SaveResult = {
  ok: false,
  code: 'failed',
  message: 'No answer from the server. Look at the list again when the connection is back: it may have been saved.',
};
