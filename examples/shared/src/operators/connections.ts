import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const LOOK_EVERY_MS = 100;

/** The connections of a server, which are to end without anything being cut. */
export interface Connections {
  /** From now on an answer is the last one of its connection: also an answer that is under way. */
  retire(): void;
  /**
   * Takes no new connection; resolves when none is left. Whoever is owed an answer gets it. A connection on which nothing is
   * owed and nothing comes is closed: at once if it has been used before, else after `quietMs`.
   */
  close(quietMs: number): Promise<void>;
}

interface Open {
  bytesRead: number;
  /** When something came last, by `performance.now()`. */
  heardAt: number;
}

/**
 * To be called before the server listens, and after everything that listens for its requests. Node alone keeps a connection
 * that is in use for its next request, so that a client which never pauses, such as a proxy or a probe, holds a closed server
 * open. Nor does it close, after `server.close()`, a connection on which half a request or none has ever come: it stops to
 * look at `headersTimeout` and `requestTimeout`. (nodejs.org/api/http.html#serverclosecallback)
 */
export function watchConnections(server: Server): Connections {
  const open = new Map<Socket, Open>();
  const underWay = new Map<ServerResponse, IncomingMessage>();
  let retired = false;
  server.on('connection', (socket: Socket) => {
    open.set(socket, { bytesRead: 0, heardAt: performance.now() });
    socket.once('close', () => open.delete(socket));
  });
  server.prependListener('request', (request, response) => {
    underWay.set(response, request);
    response.once('close', () => underWay.delete(response));
    if (retired) isLast(response);
  });

  /** Ends what nobody waits for. A whole request is owed its answer, however long that takes. */
  function closeQuiet(quietMs: number): void {
    const now = performance.now();
    const owed = new Set([...underWay.values()].filter(({ complete }) => complete).map(({ socket }) => socket));
    for (const [socket, last] of open) {
      if (owed.has(socket) || socket.bytesRead !== last.bytesRead) {
        open.set(socket, { bytesRead: socket.bytesRead, heardAt: now });
      } else if (now - last.heardAt >= quietMs) socket.destroy();
    }
  }

  return {
    retire() {
      retired = true;
      for (const response of underWay.keys()) isLast(response);
    },
    close(quietMs) {
      this.retire();
      const look = setInterval(() => {
        closeQuiet(quietMs);
      }, LOOK_EVERY_MS);
      return new Promise((resolve) => {
        server.close(() => {
          clearInterval(look);
          resolve();
        });
      });
    },
  };
}

function isLast(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('connection', 'close');
}
