import { isVirtual } from '../clock/clock.js';
import { parseOverrides } from '../wire/overrides.js';
import type { RetryReason } from '../wire/overrides.js';
import { sentUrl, twilioSignature } from '../wire/signature.js';
import type { Params } from '../wire/signature.js';
import { header } from '../wire/transport.js';
import type { WebhookResponse } from '../wire/transport.js';
import type { World } from './world.js';

/** A webhook that was answered with a usable status, or why it was not. */
export type Delivery =
  | { readonly ok: true; readonly url: string; readonly response: WebhookResponse }
  | { readonly ok: false; readonly url: string; readonly code: number; readonly message: string };

interface Attempt {
  readonly response?: WebhookResponse;
  readonly reason?: RetryReason;
  readonly code: number;
  readonly message: string;
}

const SETTINGS_HEADER = 'x-twilio-webhooks-signature-settings';
const MOST_REDIRECTS = 10;
const BROKEN_AFTER_SENDING = new Set(['ETIMEDOUT', 'ECONNABORTED', 'ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE']);

function fromError(error: unknown): Attempt {
  type Code = string | number;
  const seen = error as { name?: string; code?: Code; cause?: { code?: Code }; message?: string };
  const code = String(seen.code ?? seen.cause?.code ?? '');
  const message = seen.message ?? String(error);
  if (seen.name === 'AbortError' || seen.name === 'TimeoutError' || BROKEN_AFTER_SENDING.has(code)) {
    return { reason: 'rt', code: 11205, message: `HTTP connection failure: ${message}` };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return { reason: 'ct', code: 11210, message: 'HTTP bad host name' };
  if (/CERT|TLS|SSL/.test(code)) return { reason: 'ct', code: 11220, message: `SSL/TLS handshake error: ${code}` };
  return { reason: 'ct', code: 11205, message: `HTTP connection failure: ${code || message}` };
}

async function send(world: World, url: string, method: 'GET' | 'POST', params: Params, token: string, readMs: number) {
  const form = new URLSearchParams();
  for (const [name, value] of params) form.append(name, value);
  const body = form.toString();
  const target = sentUrl(method === 'GET' ? `${url}${url.includes('?') ? '&' : '?'}${body}` : url);
  const { id, secret, algorithm } = world.sharedKey ?? { secret: world.authToken };
  const signature = twilioSignature(secret, target, method === 'POST' ? params : [], algorithm);
  const settings = id === undefined ? {} : { [SETTINGS_HEADER]: `key=${id},algorithm=${algorithm}` };
  let abort: AbortController | undefined;
  let late = false;
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      late = true;
      abort?.abort();
      reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    }, readMs);
  });
  try {
    return await Promise.race([
      deadline,
      world.transport({
        method,
        url: target,
        headers: {
          'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
          'x-twilio-signature': signature,
          ...settings,
          'i-twilio-idempotency-token': token,
          'user-agent': 'TwilioProxy/1.1',
          accept: '*/*',
        },
        body: method === 'POST' ? body : '',
        // Created only if the transport uses it.
        get signal() {
          abort ??= new AbortController();
          if (late) abort.abort();
          return abort.signal;
        },
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

async function attempt(
  world: World,
  start: string,
  startMethod: 'GET' | 'POST',
  params: Params,
  token: string,
  readMs: number,
): Promise<Attempt & { url: string }> {
  let url = start;
  let method = startMethod;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const sentAt = world.clock.now();
    let response: WebhookResponse;
    try {
      response = await send(world, url, method, params, token, readMs);
    } catch (error) {
      return { ...fromError(error), url };
    }
    const delay = response.delayMs ?? 0;
    if (delay > 0) await world.pending.sleep(world.clock, Math.min(delay, readMs));
    // The application may itself have waited for the virtual clock, through a late REST answer.
    const took = isVirtual(world.clock) ? world.clock.now() - sentAt : delay;
    if (delay > readMs || took > readMs)
      return { reason: 'rt', code: 11205, message: `no answer within ${readMs} ms`, url };
    const location = header(response, 'location');
    if (response.status >= 300 && response.status < 400 && location !== undefined) {
      url = new URL(location, url).href;
      if (response.status < 307) method = 'GET';
      continue;
    }
    if (response.status >= 200 && response.status < 300) return { response, code: 0, message: '', url };
    const reason = response.status >= 500 ? '5xx' : '4xx';
    return { reason, code: 11200, message: `HTTP retrieval failure: got HTTP ${response.status}`, url };
  }
  return { code: 11215, message: 'Too many HTTP redirects', url };
}

/**
 * Sends one webhook, signed, with the retries its URL asks for (twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
 * Counts as work in progress until it is answered.
 */
export async function deliver(
  world: World,
  request: {
    url: string;
    method: 'GET' | 'POST';
    params: Params;
    token?: string;
    /** Never longer than this, whatever the URL asks for, ms. */
    limitMs?: number;
  },
): Promise<Delivery> {
  const { url, overrides } = parseOverrides(request.url);
  const token = request.token ?? world.ids.token();
  const began = world.clock.now();
  world.pending.begin();
  try {
    for (let tries = 0; ; tries += 1) {
      const left = Math.min(overrides.totalMs, request.limitMs ?? Infinity) - (world.clock.now() - began);
      const readMs = Math.min(overrides.readMs, left);
      const again = tries > 0 && world.toggles.retryToken === 'new';
      const sent = again ? world.ids.token() : token;
      const result = await attempt(world, url, request.method, request.params, sent, readMs);
      if (result.response !== undefined) return { ok: true, url: result.url, response: result.response };
      const more = tries < overrides.retries && result.reason !== undefined && overrides.retryOn.has(result.reason);
      if (!more || world.clock.now() - began >= Math.min(overrides.totalMs, request.limitMs ?? Infinity)) {
        return { ok: false, url: result.url, code: result.code, message: result.message };
      }
    }
  } finally {
    world.pending.end();
  }
}
