import { isAmdError } from '../kernel/errors.js';
import type { ActivitySid } from '../kernel/brand.js';
import type { InboundCall } from '../flows/forwarding/events.js';
import { within } from '../runtime/budget.js';
import { parseRef, type CallbackRef } from '../wire/callback-ref.js';
import { parseInbound } from '../wire/payloads.js';
import { twiml, type AssignmentReply, type Instruction, type Reply, type Verb } from '../wire/twiml.js';
import { admit, sayRefused, type Admitted } from './admit.js';
import { callbackUrls } from './callback-urls.js';
import type { Endpoint } from './endpoint.js';
import type { CheckedOptions } from './endpoint-options.js';
import { failureDocument } from './failure.js';
import { handleFetch } from './fetch.js';
import { loadRenderer } from './load-renderer.js';
import { reasonOf } from './log.js';
import { measured } from './measured.js';
import { jsonResponse, noContent, refusal, xmlResponse, type PlainRequest, type PlainResponse } from './plain.js';
import { findRoute, isListening, type RouteName } from './routes.js';
import { createSounds } from './sounds.js';

/** When not even the renderer can be loaded, or the static fallback be rendered. */
const LAST_RESORT = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>';

/** `refused`: signed, but not a webhook we understand. `unknown`: not about a call of ours. Nothing was written. */
export type Answer =
  | { readonly as: 'reply'; readonly reply: Reply | AssignmentReply }
  | { readonly as: 'refused'; readonly problem: string }
  | { readonly as: 'unknown' | 'noSettings' };

/** What a flow makes of webhooks that are Twilio's and mean what they say. */
export interface Webhooks {
  /** Name of the flow: a reference of another flow is not about a call of ours. */
  readonly flow: string;
  readonly inbound: (call: InboundCall) => Promise<Answer>;
  /** A route without a reference, other than `/inbound`. */
  readonly notice: (admitted: Admitted) => Promise<Answer>;
  readonly callback: (ref: CallbackRef, admitted: Admitted) => Promise<Answer>;
  /** Where a worker goes when an assignment cannot be answered otherwise: never a 500, which would park them. */
  readonly rejectTo?: () => ActivitySid | undefined;
}

/**
 * The work of every endpoint: webhooks are checked, answered within the budget, and rendered. Whatever fails on our side, a
 * request for TwiML gets TwiML.
 */
export function serve(options: CheckedOptions, webhooks: Webhooks): Endpoint {
  const { rules, log, metrics, clock, texts, limits, replyBudgetMs } = options;
  const url = callbackUrls(options.publicBaseUrl);
  const sounds = createSounds(rules.base.prefix);
  const renderer = loadRenderer().catch((error: unknown) => {
    log({ level: 'error', code: 'render.failed', message: `xmlbuilder2 could not be loaded: ${reasonOf(error)}` });
    return null;
  });

  async function answerOne(request: PlainRequest): Promise<PlainResponse> {
    const sound = sounds.answer(request);
    if (sound !== undefined) return sound;
    const admitted = admit(request, rules);
    if (!admitted.ok) return admitted.response;
    const { route } = admitted;
    try {
      const answer = await within(clock, replyBudgetMs, 'the reply', () => answerTo(admitted));
      if (answer.as === 'refused') {
        sayRefused(rules, route.path, 403, answer.problem);
        return refusal(403);
      }
      return await respond(admitted, answer);
    } catch (error) {
      const late = isAmdError(error) && error.code === 'ERR_TIMEOUT';
      log({
        level: 'error',
        code: late ? 'reply.late' : 'reply.failed',
        path: route.path,
        call: admitted.params.get('CallSid') ?? admitted.params.get('ReservationSid') ?? '',
        message: `${INSTEAD[route.wants]}: ${reasonOf(error)}`,
      });
      switch (route.wants) {
        case 'nothing':
          // Our addresses ask for a repetition of what was answered by a 5xx.
          return refusal(503);
        case 'instruction':
          return rejection();
        case 'twiml':
          return spoken(failureDocument(route.name, again(admitted), admitted.tries, texts), route.name);
      }
    }
  }

  async function respond({ route }: Admitted, answer: Exclude<Answer, { as: 'refused' }>): Promise<PlainResponse> {
    if (answer.as === 'reply') {
      const { reply } = answer;
      if (reply.kind === 'twiml') return spoken(reply.verbs, route.name);
      if (reply.kind === 'later') return jsonResponse(null);
      if (reply.kind === 'instruction') return instruction(reply.instruction);
    }
    if (route.wants === 'nothing') return noContent();
    if (route.wants === 'instruction') return rejection();
    if (answer.as === 'noSettings') return spoken(failureDocument(route.name, null, 0, texts), route.name);
    return spoken(isListening(route.name) ? [] : [{ verb: 'hangup' }], route.name);
  }

  async function answerTo(admitted: Admitted): Promise<Answer> {
    const { route, params } = admitted;
    if (route.name === 'inbound') return inbound(parseInbound(params));
    if (route.ref === null) return webhooks.notice(admitted);
    const ref = parseRef(admitted.ref, route.ref);
    return ref?.flow === webhooks.flow ? webhooks.callback(ref, admitted) : { as: 'unknown' };
  }

  async function inbound(parsed: ReturnType<typeof parseInbound>): Promise<Answer> {
    if (!parsed.ok) return { as: 'refused', problem: parsed.problem };
    const { sid, status, from, to, token } = parsed;
    const call = { sid, status, from, to, ...(token === undefined ? {} : { token }) };
    const admission = (await limits?.admit(call)) ?? 'admitted';
    if (admission === 'admitted') return webhooks.inbound(call);
    const why = admission === 'tooManyAtOnce' ? 'too many calls at once' : `too many calls from ${from}`;
    log({ level: 'warn', code: 'limited', path: '/inbound', call: sid, message: `rejected as busy: ${why}` });
    // Costs neither side anything: the call is never answered (twilio.com/docs/voice/twiml/reject).
    return { as: 'reply', reply: twiml({ verb: 'reject', reason: 'busy' }) };
  }

  function rejection(): PlainResponse {
    const activity = webhooks.rejectTo?.();
    // Nothing is known of the workspace: the reservation stays pending, which is all that is left.
    return activity === undefined ? jsonResponse(null) : instruction({ instruction: 'reject', activity });
  }

  /** Where a request that failed is sent again; a new caller is not: they are told at once. */
  function again({ route, ref }: Admitted): string | null {
    const parsed = route.ref === null ? undefined : parseRef(ref, route.ref);
    return parsed === undefined ? null : url(parsed);
  }

  /** The document; should it not render, the sentence of the route it was for. */
  async function spoken(verbs: readonly Verb[], name: RouteName): Promise<PlainResponse> {
    const render = await renderer;
    if (render === null) return xmlResponse(LAST_RESORT);
    for (const document of [verbs, failureDocument(name, null, 0, texts)]) {
      try {
        return xmlResponse(render(document, url));
      } catch (error) {
        log({ level: 'error', code: 'render.failed', message: `TwiML could not be rendered: ${reasonOf(error)}` });
      }
    }
    return xmlResponse(LAST_RESORT);
  }

  const { routes, base } = rules;
  const handle = measured(answerOne, { metrics, clock, routes, prefix: base.prefix });
  return {
    handle,
    fetch: (request) => handleFetch(handle, request),
    paths: [...rules.routes.keys(), ...sounds.paths],
    owns: (path) => findRoute(rules.routes, path, rules.base.prefix) !== undefined || sounds.owns(path),
    log,
  };
}

const INSTEAD = {
  nothing: 'answered 503',
  instruction: 'answered with a rejection',
  twiml: 'answered with stand-in TwiML',
} as const;

function instruction({ instruction: name, activity }: Instruction): PlainResponse {
  return jsonResponse({ instruction: name, activity_sid: activity });
}
