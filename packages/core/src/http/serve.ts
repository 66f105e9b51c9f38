import * as xmlbuilder2 from 'xmlbuilder2';
import { isAmdError } from '../kernel/errors.js';
import type { EpochMs } from '../kernel/flow.js';
import { type ActivitySid, type CallSid, isCallSid } from '../kernel/ids.js';
import { type CallbackRef, parseRef, playsOnly } from '../wire/callbacks.js';
import { withSince, withVerdict } from '../wire/failing-since.js';
import { parseInbound } from '../wire/payloads.js';
import { createRenderer, type Renderer } from '../wire/render.js';
import { type AssignmentReply, type Instruction, type Reply, twiml, type Verb } from '../wire/twiml.js';
import { type InboundCall, PATIENCE_MS } from '../flows/call/call.js';
import type { Admission } from '../runtime/call-limits.js';
import { type Clock, stopwatch, within } from '../runtime/clock.js';
import { reasonOf } from '../runtime/log.js';
import type { Metrics } from '../runtime/metrics.js';
import type { Turn } from '../runtime/runtime.js';
import { type CallDetails, detailsOf } from './arriving-call.js';
import { createSounds } from './audio/sounds.js';
import type { CheckedOptions } from './endpoint-options.js';
import type { Endpoint } from './endpoint.js';
import { withWork } from './work.js';
import { busyDocument, fallbackTwiml } from './fallback-twiml.js';
import { createGoodbye, type Goodbye } from './goodbye.js';
import {
  HANGUP_XML,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  noContent,
  refusal,
  xmlResponse,
} from './message.js';
import { findRoute, type RouteName, type Routes } from './routes.js';
import { sayRefused, type Verified, verifyRequest } from './security/verify-request.js';
import { handleFetch } from './servers/fetch.js';
import { callbackUrls, RETRY } from './urls.js';

/** `refused`: signed, but not a webhook we understand. `unknown`: not about a call of ours. Nothing was written. */
export type Answer =
  | { readonly kind: 'reply'; readonly reply: Reply | AssignmentReply }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'unknown' }
  /** Nobody can say what to do with this caller. `later`: perhaps somebody can when they ask again. */
  | { readonly kind: 'noSettings'; readonly later: boolean };

/** What a flow makes of webhooks that are Twilio's and mean what they say. */
interface Webhooks {
  /** Name of the flow: a reference of another flow is not about a call of ours. */
  readonly flow: 'forwarding' | 'taskrouter';
  readonly inbound: (call: InboundCall, details: CallDetails, turn: Turn) => Promise<Answer>;
  /** A route without a reference, other than `/inbound`. */
  readonly onNotification: (verified: Verified, turn: Turn) => Promise<Answer>;
  readonly callback: (ref: CallbackRef, verified: Verified, turn: Turn) => Promise<Answer>;
  /** The caller was told goodbye, because they could not be served: an event in their call's own line. */
  readonly goodbye: (call: CallSid, visit: number | undefined) => Promise<unknown>;
  /** Where a worker goes when an assignment cannot be answered otherwise: never a 500, which would park them. */
  readonly rejectTo?: () => ActivitySid | undefined;
  /** Does what is due, where the process is frozen after its answers. */
  readonly work: (limit: { readonly by: EpochMs }) => Promise<void>;
}

/**
 * The work of every endpoint: webhooks are checked, answered within the budget, and rendered. Whatever fails on our side, a
 * request for TwiML gets TwiML.
 */
export function serve(options: CheckedOptions, webhooks: Webhooks): Endpoint {
  const { rules, log, metrics, clock, texts, limits, replyBudgetMs } = options;
  const url = callbackUrls(options.publicBaseUrl);
  const sounds = createSounds(rules.base.prefix);
  const sayGoodbye = createGoodbye({ clock, log });
  const render = createXmlRenderer();

  async function answerOne(request: HttpRequest): Promise<HttpResponse> {
    const sound = sounds.answer(request);
    if (sound !== undefined) return sound;
    const verified = await verifyRequest(request, rules);
    if (!verified.ok) return verified.response;
    const { route } = verified;
    const patience = patienceOf(verified);
    try {
      const answer = await within(clock, patience.budgetMs, 'the reply', () => answerTo(verified, patience));
      if (answer.kind === 'refused') {
        sayRefused(rules, route.path, 403, answer.problem);
        return refusal(403);
      }
      if (answer.kind === 'noSettings') return await standIn(verified, patience, answer.later);
      return respond(verified, answer);
    } catch (error) {
      const late = isAmdError(error) && error.code === 'ERR_TIMEOUT';
      log({
        level: 'error',
        code: late ? 'reply.late' : 'reply.failed',
        path: route.path,
        call: verified.params.get('CallSid') ?? verified.params.get('ReservationSid') ?? '',
        message: `${INSTEAD[route.wants]}: ${reasonOf(error)}`,
      });
      switch (route.wants) {
        case 'nothing':
          // Our addresses ask for a repetition of what was answered by a 5xx.
          return refusal(503);
        case 'instruction':
          return rejection();
        case 'twiml':
          return standIn(verified, patience, true);
      }
    }
  }

  /** When this request was first failed, if it was, and whether it has waited long enough: then it is tried once more. */
  function patienceOf({ failingSince }: Verified): Patience {
    const now = clock.now();
    // Another process's clock may be ahead of ours: no time makes anybody wait for longer.
    const since = failingSince === null ? null : Math.min(failingSince, now);
    const isLast = since !== null && now - since >= PATIENCE_MS;
    return { arrivedAt: now, since, isLast, budgetMs: isLast ? Math.ceil(replyBudgetMs * LAST_TRY) : replyBudgetMs };
  }

  /** Asked to wait, or told goodbye: that is written down first, as far as it can be. */
  async function standIn(verified: Verified, patience: Patience, later: boolean): Promise<HttpResponse> {
    const { route } = verified;
    const url = later && !patience.isLast ? again(verified, patience.since ?? clock.now()) : null;
    const goodbye = url === null ? goodbyeTo(verified) : undefined;
    if (goodbye !== undefined) await sayGoodbye(goodbye, Math.max(0, patience.arrivedAt + replyBudgetMs - clock.now()));
    return spoken(fallbackTwiml(route.name, url, texts), route.name);
  }

  /** `undefined`: not a caller, or nobody we know how to name. */
  function goodbyeTo({ route, ref, params }: Verified): Goodbye | undefined {
    const sid = params.get('CallSid');
    if (!isCallSid(sid) || playsOnly(route.name)) return undefined;
    const isCaller = route.name === 'inbound' || route.name.startsWith('caller.');
    const parsed = route.ref === null ? undefined : parseRef(ref, route.ref);
    if (!isCaller || (route.ref !== null && (parsed?.key !== sid || parsed.flow !== webhooks.flow))) return undefined;
    return { call: sid, path: route.path, write: () => webhooks.goodbye(sid, parsed?.visit) };
  }

  function respond({ route }: Verified, answer: Exclude<Answer, { kind: 'refused' | 'noSettings' }>): HttpResponse {
    if (answer.kind === 'reply') {
      const { reply } = answer;
      if (reply.kind === 'twiml') return spoken(reply.verbs, route.name);
      if (reply.kind === 'later') return jsonResponse(null);
      if (reply.kind === 'instruction') return instruction(reply.instruction);
    }
    if (route.wants === 'nothing') return noContent();
    if (route.wants === 'instruction') return rejection();
    return spoken(playsOnly(route.name) ? [] : [{ verb: 'hangup' }], route.name);
  }

  async function answerTo(verified: Verified, patience: Patience): Promise<Answer> {
    const { route } = verified;
    const turn = { first: route.wants !== 'nothing', by: patience.arrivedAt + patience.budgetMs };
    if (route.name === 'inbound') return inbound(verified, patience, turn);
    if (route.ref === null) return webhooks.onNotification(verified, turn);
    const ref = parseRef(verified.ref, route.ref);
    return ref?.flow === webhooks.flow ? webhooks.callback(ref, verified, turn) : { kind: 'unknown' };
  }

  async function inbound(
    { params, query }: Verified,
    { since }: Patience,
    turn: Turn & { readonly by: EpochMs },
  ): Promise<Answer> {
    const parsed = parseInbound(params);
    if (!parsed.ok) return { kind: 'refused', problem: parsed.problem };
    const { ok: _, ...asked } = parsed;
    const { sid, status, from } = asked;
    const call = { ...asked, ...(since === null ? {} : { since }) };
    const admission: Admission = (await limits?.admit({ sid, from, flow: webhooks.flow })) ?? 'admitted';
    // They were answered long ago, and ask again.
    if (clock.now() > turn.by) return { kind: 'unknown' };
    if (admission === 'admitted') {
      return webhooks.inbound(call, detailsOf(params, query), { ...turn, isNew: since === null });
    }
    const why = admission === 'tooManyAtOnce' ? 'too many calls at once' : `too many calls from ${from}`;
    log({ level: 'warn', code: 'limited', path: '/inbound', call: sid, message: `rejected as busy: ${why}` });
    // Who was asked to wait was answered by that.
    if (status !== 'ringing' || since !== null) return { kind: 'reply', reply: twiml(...busyDocument(texts)) };
    // Costs neither side anything: the call is never answered (twilio.com/docs/voice/twiml/reject).
    return { kind: 'reply', reply: twiml({ verb: 'reject', reason: 'busy' }) };
  }

  function rejection(): HttpResponse {
    const activity = webhooks.rejectTo?.();
    // Nothing is known of the workspace: the reservation stays pending, which is all that is left.
    return activity === undefined ? jsonResponse(null) : instruction({ instruction: 'reject', activity });
  }

  /** Where a request that failed is sent again. What the user has put into the query of `/inbound` stays there. */
  function again({ route, ref, query, params }: Verified, since: EpochMs): string | null {
    if (route.ref === null)
      return withSince(rules.base.href + route.path + (query === '' ? '' : `?${query}`) + RETRY, since);
    const parsed = parseRef(ref, route.ref);
    if (parsed === undefined) return null;
    if (playsOnly(route.name)) return url(parsed);
    const verdict = route.name === 'leg.answered' ? params.get('AnsweredBy') : undefined;
    return withSince(verdict === undefined ? url(parsed) : withVerdict(url(parsed), verdict), since);
  }

  /** The document; should it not render, the sentence of the route it was for. */
  function spoken(verbs: readonly Verb[], name: RouteName): HttpResponse {
    for (const document of [verbs, fallbackTwiml(name, null, texts)]) {
      try {
        return xmlResponse(render(document, url));
      } catch (error) {
        log({ level: 'error', code: 'render.failed', message: `TwiML could not be rendered: ${reasonOf(error)}` });
      }
    }
    return xmlResponse(HANGUP_XML);
  }

  const { routes, base } = rules;
  const answer = measured(answerOne, { metrics, clock, routes, prefix: base.prefix });
  const handle = withWork(answer, { ...options, work: webhooks.work });
  return {
    handle,
    fetch: (request, host) => handleFetch((read) => handle(read, host), request, log),
    paths: [...rules.routes.keys(), ...sounds.paths],
    owns: (path) => findRoute(rules.routes, path, rules.base.prefix) !== undefined || sounds.owns(path),
    log,
  };
}

interface Patience {
  readonly arrivedAt: EpochMs;
  /** When this request was first failed; `null`: it was not. */
  readonly since: EpochMs | null;
  /** Whoever asks has waited long enough. */
  readonly isLast: boolean;
  readonly budgetMs: number;
}

/** So much of the budget is for the last try; in the rest it is written down that the caller is told goodbye. */
const LAST_TRY = 0.8;

const INSTEAD = {
  nothing: 'answered 503',
  instruction: 'answered with a rejection',
  twiml: 'answered with stand-in TwiML',
} as const;

function instruction({ instruction: name, activity }: Instruction): HttpResponse {
  return jsonResponse({ instruction: name, activity_sid: activity });
}

type Handle = (request: HttpRequest) => Promise<HttpResponse>;

/** Every webhook with its time and status. Paths that are not ours, and sounds, are nobody's webhook. */
function measured(
  handle: Handle,
  parts: {
    readonly metrics: Metrics | null;
    readonly clock: Clock;
    readonly routes: Routes;
    readonly prefix: string;
  },
): Handle {
  const { metrics, clock, routes, prefix } = parts;
  if (metrics === null) return handle;
  return async (request) => {
    const route = findRoute(routes, request.path, prefix);
    const seconds = stopwatch(clock);
    const response = await handle(request);
    if (route !== undefined) {
      metrics({ type: 'webhook', path: route.path, status: response.status, seconds: seconds() });
    }
    return response;
  };
}

/** Creates a renderer on xmlbuilder2, one for each endpoint: it keeps the shapes of the documents that it has seen. */
export function createXmlRenderer(): Renderer {
  return createRenderer(xmlbuilder2);
}
