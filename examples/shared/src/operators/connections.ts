import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const LOOK_EVERY_MS = 100;

/** The connections of a server, which are to end without cutting a request. */
export interface Connections {
  /** Makes every answer from now on, including those in progress, the last one of its connection. */
  retire(): void;
  /**
   * Accepts no new connection; resolves when none is left. A pending request gets its answer. A connection without a pending
   * request on which nothing arrives is closed: at once if it has been used before, otherwise after `quietMs`.
   */
  close(quietMs: number): Promise<void>;
}

interface Open {
  bytesRead: number;
  /** When data last arrived, by `performance.now()`. */
  heardAt: number;
}

/**
 * Watches connections; call it before the server listens, and after all other listeners for its requests are added. By itself
 * Node keeps a connection that is in use for its next request, so a client that never pauses, such as a proxy or a probe, holds a
 * closed server open. Nor does it close, after `server.close()`, a connection on which half a request or none has arrived: it no
 * longer checks `headersTimeout` and `requestTimeout`. (nodejs.org/api/http.html#serverclosecallback)
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

  /** Closes connections without a pending request. A complete request gets its answer, however long that takes. */
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
