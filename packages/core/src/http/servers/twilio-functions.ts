import { CALLBACKS, CONFIGURED, OUTGOING } from '../../wire/callbacks.js';
import { MAX_BODY_BYTES } from '../../wire/params.js';
import { SINCE_PARAM, VERDICT_PARAM } from '../../wire/failing-since.js';
import type { Endpoint } from '../endpoint.js';
import type { HttpRequest, HttpResponse } from '../message.js';
import { unverifiable } from './node-body.js';

/** What we use of the `context` of a Twilio Function. */
export interface TwilioFunctionContext {
  /** The path that was asked for, such as `/inbound`. */
  readonly PATH?: string | undefined;
}

/**
 * What we use of the `event` of a Twilio Function: the parameters of query and body in one object, each by its name, and the
 * headers. A name that is repeated has a list of values; one that is in both has that of the body
 * (twilio.com/docs/serverless/functions-assets/functions/invocation; `constructEvent` of `@twilio/runtime-handler` 2.1.0).
 */
export interface TwilioFunctionEvent {
  /** Headers have names in lower case. Another shape has a parameter that happens to have this name. */
  readonly request?: unknown;
  readonly [name: string]: unknown;
}

/** Ends a Twilio Function. */
export type TwilioFunctionCallback = (error: Error | null, response?: object) => void;

/** What a Twilio Function exports as `handler`. */
export type TwilioFunctionHandler = (
  context: TwilioFunctionContext,
  event: TwilioFunctionEvent,
  callback: TwilioFunctionCallback,
) => Promise<void>;

/** Options of `toTwilioFunctionsHandler`. */
export interface TwilioFunctionsOptions {
  /**
   * Names of the parameters that you have put into the query of `/inbound`, `/inbound/status`, `/assign` or `/trevents` at Twilio,
   * in their order there: an event does not tell them from the body's. Default: none.
   */
  readonly query?: readonly string[] | undefined;
}

/** What we use of `Twilio.Response`, a global of the host. */
interface FunctionResponse {
  setStatusCode(status: number): unknown;
  setBody(body: string | object): unknown;
  appendHeader(name: string, value: string): unknown;
}

/**
 * A handler for Twilio Functions, one function for each path. A function is ended by its answer, so the work that is due is done
 * before: within the endpoint's `serverlessBudgetMs`, which has to be less than the 10 s that a function may take. Timers need a
 * scheduler that calls `tick()`.
 *
 * The host hands over query and body in one object, so both are made again: what our own addresses have in their query is known,
 * what yours have is named by `query`, and all else was the body. The request that was made so is verified and obeyed: whatever
 * passes here would pass on `node:http`.
 *
 * @throws TypeError if `query` is not a list of names
 */
export function toTwilioFunctionsHandler(
  endpoint: Endpoint,
  { query = [] }: TwilioFunctionsOptions = {},
): TwilioFunctionHandler {
  const own = namesOf(query);
  let isHinted = false;

  /** Names of the body may be anything, but Twilio's own begin with a capital: another may be one of an address. */
  function hint({ path, body }: HttpRequest): void {
    const [name] = [...new URLSearchParams(body ?? '').keys()].filter((key) => !/^[A-Z]/.test(key));
    if (isHinted || name === undefined || !endsIn(path, SET_AT_TWILIO)) return;
    isHinted = true;
    const message = `answered 403: the event has ${JSON.stringify(name.slice(0, 40))}. If the address at Twilio has that in its query, name it in the option "query" of toTwilioFunctionsHandler.`;
    endpoint.log({ level: 'warn', code: 'signature', path, message });
  }

  async function answer(path: string, event: TwilioFunctionEvent): Promise<HttpResponse> {
    const read = requestOf(path, event, own);
    if (read.kind === 'unverifiable') return unverifiable(endpoint.log, path, read.problem);
    const response = await endpoint.handle(read.request, { freezes: true });
    if (response.status === 403) hint(read.request);
    return response;
  }

  return async ({ PATH: path = '/' }, event, callback) => {
    try {
      callback(null, toResponse(await answer(path, event)));
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)));
    }
  };
}

function namesOf(query: unknown): readonly string[] {
  const isName = (name: unknown): boolean => typeof name === 'string' && name !== '' && name !== 'request';
  if (Array.isArray(query) && query.every(isName)) return query as readonly string[];
  throw new TypeError(
    '"query" must be a list of the names of parameters in your addresses, such as ["tenant"]; "request" cannot be one of them on Twilio Functions',
  );
}

type ReadRequest =
  | { readonly kind: 'request'; readonly request: HttpRequest }
  | { readonly kind: 'unverifiable'; readonly problem: string };

const NO_HEADERS =
  'the event has no headers, so it has no signature. Use @twilio/runtime-handler 1.2.0 or newer; and let no client app send a parameter of the name "request", which hides the headers.';

function requestOf(path: string, event: TwilioFunctionEvent, own: readonly string[]): ReadRequest {
  const { request: sent, ...params } = event;
  const headers = headersOf(sent);
  if (headers === undefined) return { kind: 'unverifiable', problem: NO_HEADERS };
  const type = headers['content-type'];
  // The event has no method; a request without a body has no type.
  const request = { method: type === undefined ? 'GET' : 'POST', path, query: '', headers, body: '' };
  if (!/^application\/x-www-form-urlencoded\b/i.test(type ?? '')) return { kind: 'request', request };
  if (Number(headers['content-length'] ?? '0') > MAX_BODY_BYTES) {
    return { kind: 'request', request: { ...request, body: null } };
  }
  const pairs = pairsOf(params);
  const changed = pairs.find(([, value]) => value === null);
  if (changed !== undefined) {
    const name = JSON.stringify(changed[0].slice(0, 40));
    const problem = `the event has something else than texts in ${name}. Use no names with brackets in the query of an address.`;
    return { kind: 'unverifiable', problem };
  }
  const names = queryNames(path, own);
  const query = names.flatMap((name) => pairs.filter(([given]) => given === name));
  const body = pairs.filter(([name]) => !names.includes(name));
  return { kind: 'request', request: { ...request, query: written(query), body: formOf(body) } };
}

type Pair = readonly [name: string, value: string | null];

/** Each value of each name; `null`: one that is no text. */
function pairsOf(params: Readonly<Record<string, unknown>>): readonly Pair[] {
  return Object.entries(params).flatMap(([name, given]) =>
    (Array.isArray(given) ? (given as readonly unknown[]) : [given]).map((value): Pair => [
      name,
      typeof value === 'string' ? value : null,
    ]),
  );
}

/** A query as our own addresses write it. Half a character, which no valid UTF-8 has, becomes the sign for that. */
function written(pairs: readonly Pair[]): string {
  const escaped = (text: string): string => encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd'));
  return pairs.map(([name, value]) => `${escaped(name)}=${escaped(value ?? '')}`).join('&');
}

/** A form: how its characters were escaped is not signed. */
function formOf(pairs: readonly Pair[]): string {
  return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value ?? ''])).toString();
}

const SET_AT_TWILIO: readonly string[] = Object.values(CONFIGURED).flatMap(({ paths }) => paths);
const ANSWERED_PATHS: readonly string[] = [CALLBACKS['leg.answered'].path, OUTGOING];

/** A path may have the prefix of the public address in front. */
function endsIn(path: string, paths: readonly string[]): boolean {
  return paths.some((known) => path.endsWith(known));
}

/**
 * The names in the query of an address, in their order there; those of our own addresses as `callbackUrls`, `withVerdict` and
 * `withSince` write them. `bodySHA256` belongs to a query on any path, and is refused there
 * (twilio.com/docs/usage/webhooks/webhooks-security).
 */
function queryNames(path: string, own: readonly string[]): readonly string[] {
  const verdict = endsIn(path, ANSWERED_PATHS) ? [VERDICT_PARAM] : [];
  const first = endsIn(path, SET_AT_TWILIO) ? own : ['ref', ...verdict];
  return [...new Set([...first, SINCE_PARAM, 'bodySHA256'])];
}

/** With names in lower case; `undefined`: there are none. */
function headersOf(request: unknown): Record<string, string | undefined> | undefined {
  const { headers } = (request ?? {}) as { readonly headers?: unknown };
  if (typeof headers !== 'object' || headers === null) return undefined;
  const flat = Object.entries(headers).map(([name, value]: [string, unknown]): [string, string] => [
    name.toLowerCase(),
    Array.isArray(value) ? value.join(', ') : String(value),
  ]);
  return Object.fromEntries(flat);
}

/** @throws TypeError if the host is another */
function toResponse({ status, headers, body, bytes }: HttpResponse): FunctionResponse {
  const { Twilio } = globalThis as { readonly Twilio?: { readonly Response?: new () => FunctionResponse } };
  if (Twilio?.Response === undefined) {
    throw new TypeError('there is no global Twilio.Response: this handler is for Twilio Functions');
  }
  const response = new Twilio.Response();
  response.setStatusCode(status);
  // In small letters: of a text that is "Content-Type: application/json" the host makes JSON once more.
  for (const [name, value] of Object.entries(headers)) response.appendHeader(name, value);
  response.setBody(bytes === undefined ? body : Buffer.from(bytes));
  return response;
}
