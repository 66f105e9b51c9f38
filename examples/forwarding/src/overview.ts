import type { RequestHandler } from 'express';
import type { ForwardingState, Store } from '@amd/core';
import { maskNumbers } from '@amd/core/http';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?$/;

/** Who is on the line, as plain text. A tunnel makes loopback public, so whoever comes through one sees nothing. */
export function overview(store: Store): RequestHandler {
  return async (request, response) => {
    const forwarded = request.headers.forwarded ?? request.headers['x-forwarded-for'];
    if (forwarded !== undefined || !LOOPBACK.test(request.headers.host ?? '')) {
      response.status(404).type('text/plain').send('Not found\n');
      return;
    }
    const { records } = await store.list({ prefix: 'forwarding:', limit: 1000 });
    const lines = records.map(({ data }) => line((JSON.parse(data) as { state: ForwardingState }).state));
    response.type('text/plain').send(['Calls, newest first', '', ...lines.reverse(), ''].join('\n'));
  };
}

function line(state: ForwardingState): string {
  if (state.kind !== 'call') return '';
  const legs = state.legs.map((leg) => `${leg.target.name ?? leg.target.to} ${leg.result?.kind ?? leg.phase}`);
  const started = new Date(state.story.startedAt).toISOString();
  return maskNumbers(`${started}  ${state.call.from}  ${state.result ?? state.caller.phase}  [${legs.join(', ')}]`);
}
