import type { Server as HttpServer } from 'node:http';
import type { Clock } from '@amd/core';
import { Server, type Socket } from 'socket.io';
import { leanUpdate } from '../shared/lean.js';
import { PATHS, type Delta, type Keyed, type PageToServer, type ServerToPage } from '../shared/protocol.js';
import type { Access, Guard, Session } from './access/guard.js';
import type { OriginCheck } from './access/origins.js';
import { PHONE_COMMAND, SINCE, SWITCH, WATCH } from './commands.js';
import type { EventLog } from './data/event-log.js';
import type { Feed } from './data/feed.js';
import type { PeopleLists } from './data/people-lists.js';
import type { DashboardLog } from './log.js';
import type { PhonePanel } from './phone-panel.js';
import { every, soon } from './timing.js';

export interface PageSocket {
  attach(server: HttpServer): void;
  /** Disconnects all sockets of this session. */
  cut(session: Session): void;
  close(): Promise<void>;
}

export interface PageSocketParts<Row extends Keyed, Figures> {
  readonly feed: Feed<Row, Figures>;
  readonly people: PeopleLists | null;
  readonly phone: PhonePanel | null;
  readonly workers: WorkerControls | null;
  readonly guard: Guard;
  readonly sender: OriginCheck;
  readonly clock: Clock;
  readonly log: DashboardLog;
}

/** What a page of workers can do besides showing them. */
export interface WorkerControls {
  /** Throws if it cannot be recorded. */
  readonly switch: (worker: string, on: boolean) => Promise<void>;
  readonly events: EventLog | null;
}

interface SocketData {
  access: Access;
  synced: boolean;
  /** Commands in the current second. */
  commands: number;
}

type Nobody = Record<string, never>;

/** Fits two hundred people with the longest names and numbers, and little more. */
const MAX_MESSAGE_BYTES = 80_000;
/** No user clicks this often; a socket that sends more in a second is disconnected. */
const MAX_COMMANDS = 50;
const SECOND = 1000;

/**
 * Creates the socket, which carries updates and commands. It holds no state of its own: a page notices lost updates by the
 * sequence number.
 */
export function createPageSocket<Row extends Keyed, Figures>(parts: PageSocketParts<Row, Figures>): PageSocket {
  type Page = Socket<PageToServer<Row, Figures>, ServerToPage<Row, Figures>, Nobody, SocketData>;
  const { feed, people, phone, workers, guard, sender, clock, log } = parts;
  const io = new Server<PageToServer<Row, Figures>, ServerToPage<Row, Figures>, Nobody, SocketData>({
    path: PATHS.socket,
    serveClient: false,
    // CORS stops neither websockets nor forged polling requests; this stops both.
    allowRequest(request, decide) {
      const { kind } = guard.check(request);
      decide(null, !closed && (kind === 'open' || kind === 'session') && sender(request).ours);
    },
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    connectTimeout: 10_000,
    perMessageDeflate: false,
  });
  let attached = false;
  let closed = false;
  /** Stops listening to the feed: without pages there is no listener. */
  let unlisten: (() => void) | null = null;
  const stops = [stopListening];
  if (phone !== null)
    stops.push(
      soon(
        clock,
        100,
        (send) => phone.onChange(send),
        () => io.emit('phone', phone.state()),
      ),
    );
  const events = workers?.events ?? null;
  if (events !== null) {
    let told = 0;
    stops.push(
      soon(
        clock,
        100,
        (send) => events.on(send),
        () => {
          const news = events.since(told);
          told = news.events.at(-1)?.id ?? told;
          io.to('events').emit('events', news);
        },
      ),
    );
  }
  if (people !== null) stops.push(every(clock, SECOND, tellOfOthers(people)));
  stops.push(
    every(clock, SECOND, () => {
      for (const socket of io.sockets.sockets.values()) {
        socket.data.commands = 0;
        if (!stillAllowed(socket)) socket.disconnect(true);
      }
      if (unlisten !== null) tell(feed.tick());
      if (!io.sockets.adapter.rooms.has('synced')) stopListening();
    }),
  );

  io.use((socket, next) => {
    // The time between the handshake and here is short, but a session may end in it.
    const access = guard.check(socket.request);
    if (access.kind !== 'open' && access.kind !== 'session') {
      next(new Error('log in again'));
      return;
    }
    socket.data = { access, synced: false, commands: 0 };
    next();
  });

  io.on('connection', (socket) => {
    const { access } = socket.data;
    socket.use((_packet, next) => {
      socket.data.commands += 1;
      const allowed = socket.data.commands <= MAX_COMMANDS && stillAllowed(socket);
      if (allowed) next();
      else socket.disconnect(true);
    });
    answerCommands(socket);
    socket.emit('welcome', { phone: phone !== null, canLogOut: access.kind === 'session' });
  });

  /** Announces lists that another process has saved. Polls only while a page is open. */
  function tellOfOthers(lists: PeopleLists): () => void {
    const wereWritten = lists.watch();
    let asking = false;
    return () => {
      if (asking || io.sockets.sockets.size === 0) return;
      asking = true;
      wereWritten()
        .then(async (written) => {
          if (written) io.emit('people', await lists.all());
        })
        // The feed reports a store that is down.
        .catch(() => undefined)
        .finally(() => (asking = false));
    };
  }

  function tell(delta: Delta<Row, Figures>): void {
    // A slow reader misses it, instead of filling our memory.
    io.to('synced').volatile.emit('update', leanUpdate(delta));
  }

  function stopListening(): void {
    unlisten?.();
    unlisten = null;
  }

  function stillAllowed({ request }: Page): boolean {
    const { kind } = guard.check(request);
    return kind === 'open' || kind === 'session';
  }

  function answerCommands(socket: Page): void {
    const failed = (command: string, error: unknown): void => {
      const said = error instanceof Error ? error.message : String(error);
      log({ level: 'error', code: 'page.failed', message: `"${command}" of the page failed: ${said}` });
    };
    const lists = async (): ReturnType<PeopleLists['all']> => (people === null ? [] : people.all());

    socket.on('sync', (since, answer) => {
      const checked = SINCE.safeParse(since);
      if (!checked.success || !isFunction(answer)) return;
      if (!socket.data.synced) {
        socket.data.synced = true;
        void socket.join('synced');
        unlisten ??= feed.on(tell);
      }
      answer(leanUpdate(feed.sync(checked.data)));
    });
    socket.on('peopleLists', (answer) => {
      if (isFunction(answer)) lists().then(answer, (error: unknown) => failed('peopleLists', error));
    });
    socket.on('savePeople', (save, answer) => {
      if (people === null || !isFunction(answer)) return;
      people
        .save(save)
        .then(async (result) => {
          answer(result);
          if (result.ok) io.emit('people', await lists());
        })
        .catch((error: unknown) => {
          failed('savePeople', error);
        });
    });
    socket.on('phoneState', (answer) => {
      if (isFunction(answer)) answer(phone?.state() ?? null);
    });
    socket.on('phone', (command, answer) => {
      const checked = PHONE_COMMAND.safeParse(command);
      if (phone === null || !isFunction(answer)) return;
      if (!checked.success) {
        answer({ ok: false, message: 'The phone does not understand this.' });
        return;
      }
      Promise.resolve()
        .then(() => phone.command(checked.data))
        .then(answer)
        .catch((error: unknown) => {
          failed('phone', error);
          answer({ ok: false, message: 'The phone failed.' });
        });
    });
    socket.on('switchWorker', (request, answer) => {
      const checked = SWITCH.safeParse(request);
      if (workers === null || !isFunction(answer)) return;
      if (!checked.success) {
        answer({ ok: false, message: 'There is no such worker.' });
        return;
      }
      Promise.resolve()
        .then(() => workers.switch(checked.data.worker, checked.data.on))
        .then(() => {
          answer({ ok: true });
        })
        .catch((error: unknown) => {
          failed('switchWorker', error);
          answer({ ok: false, message: 'The request could not be saved: try again.' });
        });
    });
    socket.on('watchEvents', (on, answer) => {
      const checked = WATCH.safeParse(on);
      if (!checked.success || !isFunction(answer)) return;
      const watched = checked.data ? events : null;
      if (watched === null) void socket.leave('events');
      else void socket.join('events');
      answer(watched?.since() ?? null);
    });
  }

  return {
    attach(server) {
      io.attach(server);
      attached = true;
    },
    cut({ id }) {
      for (const socket of io.sockets.sockets.values()) {
        const { access } = socket.data;
        if (access.kind === 'session' && access.session.id === id) socket.disconnect(true);
      }
    },
    async close() {
      // A kept-alive connection may still request a socket.
      closed = true;
      for (const stop of stops) stop();
      io.disconnectSockets(true);
      // The server is not ours, so we do not close it.
      if (attached) io.engine.close();
      await Promise.resolve();
    },
  };
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}
