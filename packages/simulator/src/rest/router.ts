import { isFinal } from '../voice/call.js';
import type { Call } from '../voice/call.js';
import { rfc2822 } from '../voice/params.js';
import type { World } from '../voice/world.js';
import { findConference, listConferences, participants, updateConference } from './conferences.js';
import { dialingPermissions } from './countries.js';
import { incomingNumbers, outgoingCallerIds } from './numbers.js';
import { conferenceJson, callJson } from './serialize.js';
import { callerOf, createCall } from './create-call.js';
import { RestRefusal } from './errors.js';
import type { RestReply } from './errors.js';
import { page } from './list.js';
import { taskRouter } from '../taskrouter/rest/route.js';
import { updateCall } from './update-call.js';

/** A REST request from any source. */
export interface RestRequest {
  readonly method: string;
  /** From `/2010-04-01` or `/v1` on, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The header `If-Match`. */
  readonly ifMatch?: string | undefined;
}

/** Keys that authenticate, besides the account itself: SID → secret. */
export type ApiKeys = ReadonlyMap<string, string>;

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

function listCalls(world: World, path: string, query: URLSearchParams): RestReply {
  const wanted = (name: string, value: string): boolean => (query.get(name) ?? value) === value;
  // StartTime compares whole days, and a call that has not started has none.
  const started = (call: Call): boolean => {
    for (const [name, holds] of [
      ['StartTime', (a: string, b: string) => a === b],
      ['StartTime<', (a: string, b: string) => a <= b],
      ['StartTime>', (a: string, b: string) => a >= b],
    ] as const) {
      const limit = query.get(name);
      if (limit === null) continue;
      if (call.answeredAt === undefined || !holds(dayOf(call.answeredAt), limit.slice(0, 10))) return false;
    }
    return true;
  };
  const found = [...world.calls.values()]
    .filter(
      (call) =>
        wanted('To', call.to) &&
        wanted('From', call.from) &&
        wanted('Status', call.status) &&
        wanted('ParentCallSid', call.parent?.sid ?? '') &&
        started(call),
    )
    .reverse();
  return page(path, query, 'calls', found, (call) => callJson(world, call));
}

function calls(world: World, request: RestRequest, sid: string | undefined): RestReply {
  const { method, path, query, form } = request;
  if (sid === undefined) return method === 'POST' ? createCall(world, form) : listCalls(world, path, query);
  const call = world.calls.get(sid);
  if (call === undefined) throw notFound(path);
  if (method === 'GET') return { status: 200, body: callJson(world, call) };
  if (method === 'POST') return updateCall(world, call, form);
  if (!isFinal(call.status)) throw new RestRefusal(20409, 'Call is not finished. Cannot delete.');
  world.calls.delete(sid);
  return { status: 204, body: undefined };
}

const notFound = (path: string): RestRefusal => new RestRefusal(20404, `The requested resource ${path} was not found`);

function route(world: World, keys: ApiKeys, request: RestRequest): RestReply {
  const known = request.username === world.accountSid ? world.authToken : keys.get(request.username ?? '');
  if (known === undefined || known !== request.password) throw new RestRefusal(20003);
  if (request.path.startsWith('/v1/Workspaces')) return taskRouter(world, request);
  if (request.path.startsWith('/v1/DialingPermissions')) return dialingPermissions(world, request);
  const match = /^\/2010-04-01\/Accounts\/([^/.]+)(?:\/([^.]*))?(?:\.json)?$/.exec(request.path);
  if (match === null) {
    throw new RestRefusal(
      20404,
      `The requested resource ${request.path} was not found: the simulator has calls, conferences, numbers, caller ids, dialing permissions and TaskRouter only`,
    );
  }
  if (match[1] !== world.accountSid) throw notFound(request.path);
  const [resource, id, below, belowId, more] = (match[2] ?? '').split('/');
  if (resource === '' && request.method === 'GET') {
    return {
      status: 200,
      body: {
        sid: world.accountSid,
        friendly_name: 'Simulator',
        status: 'active',
        type: world.trial ? 'Trial' : 'Full',
        date_created: rfc2822(0),
      },
    };
  }
  if (resource === 'Calls' && below === undefined) return calls(world, request, id);
  if (resource === 'IncomingPhoneNumbers' && below === undefined) return incomingNumbers(world, request, id);
  if (resource === 'OutgoingCallerIds' && id === undefined) return outgoingCallerIds(world, request);
  if (resource === 'Conferences') {
    if (id === undefined && request.method === 'GET') return listConferences(world, request.path, request.query);
    if (id !== undefined) {
      const conference = findConference(world, id, request.path);
      if (below === 'Participants' && more === undefined) return participants(world, conference, request, belowId);
      if (below === undefined && request.method === 'POST') return updateConference(world, conference, request.form);
      if (below === undefined) return { status: 200, body: conferenceJson(world, conference) };
    }
  }
  throw new RestRefusal(
    20404,
    `The requested resource ${request.path} was not found: the simulator does not support it`,
  );
}

const isCreate = ({ method, path }: RestRequest): boolean => method === 'POST' && /\/Calls(\.json)?$/.test(path);

/** Answers a REST request, in Twilio's shapes. */
export function answerRest(world: World, keys: ApiKeys, request: RestRequest): RestReply {
  try {
    const reply = route(world, keys, request);
    world.record('rest', undefined, `${request.method} ${request.path} → ${reply.status}`, {
      method: request.method,
      path: request.path,
      status: reply.status,
    });
    return reply;
  } catch (error) {
    if (!(error instanceof RestRefusal)) throw error;
    world.record('rest', undefined, `${request.method} ${request.path} → ${error.reply.status} / ${error.code}`, {
      method: request.method,
      path: request.path,
      status: error.reply.status,
      code: error.code,
      ...(isCreate(request) ? { to: request.form.get('To'), caller: callerOf(world, request.form)?.sid } : {}),
    });
    return error.reply;
  }
}
