import type { World } from '../voice/world.js';
import type { RestReply } from './errors.js';
import { networkError } from './faults.js';
import type { RestFaultHook } from './faults.js';
import { answerRest } from './router.js';
import type { ApiKeys, RestRequest } from './router.js';

/** A reply as it leaves: JSON as text, so that it can also be broken. */
export interface Exchange {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The official client's own default, ms. */
const CLIENT_TIMEOUT_MS = 30_000;

/** A client that would wait forever (axios: 0) waits as long as the official one. */
const boundedTimeout = (ms: number | undefined): number =>
  ms !== undefined && ms > 0 && Number.isFinite(ms) ? ms : CLIENT_TIMEOUT_MS;

const isJson = (value: unknown): boolean => typeof value !== 'string';

function encode(reply: RestReply): Exchange {
  const json = isJson(reply.body);
  const body = reply.body === undefined ? '' : json ? JSON.stringify(reply.body) : (reply.body as string);
  return {
    status: reply.status,
    headers: { 'content-type': json ? 'application/json; charset=utf-8' : 'text/html', ...reply.headers },
    body,
  };
}

/** Makes one REST request, with the fault the hook asks for. Rejects for network failures. */
export async function exchange(
  world: World,
  keys: ApiKeys,
  hook: RestFaultHook | undefined,
  request: RestRequest,
  clientTimeoutMs?: number,
): Promise<Exchange> {
  const timeoutMs = boundedTimeout(clientTimeoutMs);
  const wait = (ms: number): Promise<void> => world.pending.sleep(world.clock, ms);
  world.pending.begin();
  try {
    // The answer never arrives in the same turn as the request.
    await Promise.resolve();
    if (world.closed) throw networkError('ECONNREFUSED', 'connect ECONNREFUSED: the simulator is closed');
    const fault = hook?.({ method: request.method, path: request.path, form: request.form });
    if (fault === undefined) return encode(answerRest(world, keys, request));
    const name =
      typeof fault === 'string' ? fault : 'status' in fault ? String(fault.status) : `${fault.delayMs} ms late`;
    world.record('rest', undefined, `${request.method} ${request.path} ⚡ ${name}`, { fault });
    if (typeof fault === 'object') {
      if ('status' in fault) return encode({ body: undefined, ...fault });
      const late = encode(answerRest(world, keys, request));
      if (fault.delayMs < timeoutMs) {
        await wait(fault.delayMs);
        return late;
      }
      await wait(timeoutMs);
      throw networkError('ECONNABORTED', `timeout of ${timeoutMs}ms exceeded`);
    }
    switch (fault) {
      case 'refuse-connection':
        throw networkError('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:443');
      case 'reset':
        throw networkError('ECONNRESET', 'socket hang up');
      case 'executed-but-reset':
        answerRest(world, keys, request);
        throw networkError('ECONNRESET', 'socket hang up');
      case 'executed-but-timeout':
        answerRest(world, keys, request);
        await wait(timeoutMs);
        throw networkError('ECONNABORTED', `timeout of ${timeoutMs}ms exceeded`);
      case 'timeout':
        await wait(timeoutMs);
        throw networkError('ECONNABORTED', `timeout of ${timeoutMs}ms exceeded`);
      case 'bad-json': {
        const reply = encode(answerRest(world, keys, request));
        return { ...reply, body: reply.body.slice(0, Math.ceil(reply.body.length / 2)) };
      }
    }
  } finally {
    world.pending.end();
  }
}
