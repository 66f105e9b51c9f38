import type { Socket } from 'socket.io-client';
import { FIRST_ATTEMPT, nextAttempt, type Failure } from './plan.js';

/** Events of a connection that comes and goes. */
export interface AttemptEvents {
  readonly onLive: () => void;
  /** `nextTryAt`: ms of this machine's clock; `null` if the next attempt has already begun. */
  readonly onDown: (failure: Failure, nextTryAt: number | null) => void;
}

/** Polling that reaches a different server each time does not live this long, nor does what a proxy cuts. */
const STEADY_MS = 5000;

/** Keeps a socket connected for the lifetime of the page. Returns a function that ends it. */
export function keepConnected(socket: Socket, { onLive, onDown }: AttemptEvents): () => void {
  let attempt = FIRST_ATTEMPT;
  let phase: 'trying' | 'live' | 'waiting' | 'ended' = 'waiting';
  let timer: ReturnType<typeof setTimeout> | undefined;
  let liveSince = 0;

  function begin(): void {
    const { first, limitMs } = attempt;
    phase = 'trying';
    socket.io.opts.upgrade = attempt.upgrades;
    socket.io.opts.transports = first === 'websocket' ? ['websocket', 'polling'] : ['polling', 'websocket'];
    timer = setTimeout(() => {
      socket.disconnect();
      fail('silent');
    }, limitMs);
    socket.connect();
  }

  function fail(failure: Failure): void {
    // One failure may be reported twice: as an error and as the end of the connection.
    if (phase === 'waiting' || phase === 'ended') return;
    clearTimeout(timer);
    phase = 'waiting';
    attempt = nextAttempt(attempt, failure, Math.random());
    timer = setTimeout(begin, attempt.pauseMs);
    onDown(failure, attempt.pauseMs === 0 ? null : Date.now() + attempt.pauseMs);
  }

  socket.on('connect', () => {
    clearTimeout(timer);
    phase = 'live';
    liveSince = performance.now();
    onLive();
  });
  socket.on('connect_error', (error) => {
    fail(isUnknownSession(error) ? 'unknown' : 'refused');
  });
  socket.on('disconnect', (_reason, details) => {
    const isSteady = phase === 'live' && performance.now() - liveSince > STEADY_MS;
    // A restarted server does not know earlier sessions either.
    if (isUnknownSession(details) && !isSteady) fail('unknown');
    else if (phase !== 'live') fail('refused');
    else fail(isSteady ? 'lost' : 'brief');
  });
  const tryNow = (): void => {
    if (phase !== 'waiting') return;
    clearTimeout(timer);
    begin();
  };
  addEventListener('online', tryNow);
  begin();

  return () => {
    phase = 'ended';
    clearTimeout(timer);
    removeEventListener('online', tryNow);
    socket.disconnect();
  };
}

/** True if polling reached a server that does not know this session: error 1 of Engine.IO's protocol. */
function isUnknownSession(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('context' in error)) return false;
  const { context } = error;
  return context instanceof XMLHttpRequest && context.status === 400 && context.responseText.includes('"code":1');
}
