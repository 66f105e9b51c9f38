import { isAmdError } from '../kernel/errors.js';
import { parseRef } from '../wire/callback-ref.js';
import { parseCall, parseInbound } from '../wire/payloads.js';
import { twiml, type Reply, type Verb } from '../wire/twiml.js';
import type { InboundCall } from '../flows/forwarding/events.js';
import type { Admission } from '../runtime/call-limits.js';
import { admit, type Admitted } from './admit.js';
import { within } from '../runtime/budget.js';
import { callbackUrls } from './callback-urls.js';
import type { Endpoint } from './endpoint.js';
import { failureDocument } from './failure.js';
import { handleFetch } from './fetch.js';
import { purposeOf, translate } from './forwarding-events.js';
import { checkOptions, type ForwardingEndpointOptions } from './forwarding-options.js';
import { loadRenderer } from './load-renderer.js';
import { reasonOf } from './log.js';
import { noContent, refusal, xmlResponse, type PlainRequest, type PlainResponse } from './plain.js';
import { recordKey } from '../runtime/record-key.js';
import { resolveSettings } from './resolve-settings.js';
import { findRoute, type RouteName, ROUTES } from './routes.js';

/** When not even the renderer can be loaded, or the static fallback be rendered. */
const LAST_RESORT = '<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>';

/** `refused`: signed, but not a webhook we understand. `unknown`: not about a call of ours. Nothing was written. */
type Answer = { readonly as: 'reply'; readonly reply: Reply } | { readonly as: 'refused' | 'unknown' | 'noSettings' };

/**
 * Answers Twilio's webhooks: checks them, turns them into events of the flow, and renders what it replies. Whatever fails
 * on our side, a request for TwiML gets TwiML within the reply budget.
 * @throws TypeError or RangeError naming the option
 */
export function createForwardingEndpoint(options: ForwardingEndpointOptions): Endpoint {
  const { runtime } = options;
  const { rules, log, clock, texts, replyBudgetMs, resolving } = checkOptions(options);
  const url = callbackUrls(options.publicBaseUrl);
  const renderer = loadRenderer().catch((error: unknown) => {
    log({ level: 'error', code: 'render.failed', message: `xmlbuilder2 could not be loaded: ${reasonOf(error)}` });
    return null;
  });

  async function handle(request: PlainRequest): Promise<PlainResponse> {
    const admitted = admit(request, rules);
    if (!admitted.ok) return admitted.response;
    const { route } = admitted;
    try {
      const answer = await within(clock, replyBudgetMs, 'the reply', () => answerTo(admitted));
      switch (answer.as) {
        case 'reply':
          if (answer.reply.kind === 'twiml') return await spoken(answer.reply.verbs, route.name);
          return route.wants === 'nothing' ? noContent() : await spoken([{ verb: 'hangup' }], route.name);
        case 'unknown':
          return route.wants === 'nothing' ? noContent() : await spoken([{ verb: 'hangup' }], route.name);
        case 'refused':
          return refusal(403);
        case 'noSettings':
          return await spoken(failureDocument(route.name, null, 0, texts), route.name);
      }
    } catch (error) {
      const late = isAmdError(error) && error.code === 'ERR_TIMEOUT';
      log({
        level: 'error',
        code: late ? 'reply.late' : 'reply.failed',
        path: route.path,
        call: admitted.params.get('CallSid') ?? '',
        message: `${route.wants === 'nothing' ? 'answered 503' : 'answered with stand-in TwiML'}: ${reasonOf(error)}`,
      });
      // Our addresses ask for a repetition of what was answered by a 5xx.
      return route.wants === 'nothing'
        ? refusal(503)
        : spoken(failureDocument(route.name, again(admitted), admitted.tries, texts), route.name);
    }
  }

  async function answerTo({ route, params, ref }: Admitted): Promise<Answer> {
    if (route.name === 'inbound') return inbound(parseInbound(params));
    const purpose = purposeOf(route.name);
    if (purpose === null) {
      const call = parseCall(params);
      if (!call.ok) return refused(route.path, call.problem);
      const event = { type: 'caller.status', status: call.status } as const;
      return { as: 'reply', reply: await runtime.handle(recordKey('forwarding', call.sid), event) };
    }
    const parsed = parseRef(ref, purpose);
    if (parsed?.flow !== 'forwarding') return { as: 'unknown' };
    const translation = translate(parsed, params);
    if (!translation.ok) return refused(route.path, translation.problem);
    if (translation.event === null) return { as: 'unknown' };
    return { as: 'reply', reply: await runtime.handle(recordKey(parsed.flow, parsed.key), translation.event) };
  }

  async function inbound(parsed: ReturnType<typeof parseInbound>): Promise<Answer> {
    if (!parsed.ok) return refused('/inbound', parsed.problem);
    const { sid, status, from, to, token } = parsed;
    const call = { sid, status, from, to, ...(token === undefined ? {} : { token }) };
    const admission = (await options.limits?.admit(call)) ?? 'admitted';
    if (admission !== 'admitted') return limited(call, admission);
    const settings = await resolveSettings(call, resolving);
    if (settings === undefined) return { as: 'noSettings' };
    const key = recordKey('forwarding', call.sid);
    return { as: 'reply', reply: await runtime.handle(key, { type: 'inbound', call, settings }) };
  }

  /** Costs neither side anything: the call is never answered (twilio.com/docs/voice/twiml/reject). */
  function limited({ sid, from }: InboundCall, admission: Exclude<Admission, 'admitted'>): Answer {
    const why = admission === 'tooManyAtOnce' ? 'too many calls at once' : `too many calls from ${from}`;
    log({ level: 'warn', code: 'limited', path: '/inbound', call: sid, message: `rejected as busy: ${why}` });
    return { as: 'reply', reply: twiml({ verb: 'reject', reason: 'busy' }) };
  }

  function refused(path: string, problem: string): Answer {
    log({ level: 'warn', code: 'refused', path, message: `answered 403: ${problem}` });
    return { as: 'refused' };
  }

  /** Where a request that failed is sent again; a new caller is not: they are told at once. */
  function again({ route, ref }: Admitted): string | null {
    const purpose = purposeOf(route.name);
    const parsed = purpose === null ? undefined : parseRef(ref, purpose);
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

  return {
    handle,
    fetch: (request) => handleFetch(handle, request),
    paths: [...ROUTES.keys()],
    owns: (path) => findRoute(path, rules.base.prefix) !== undefined,
    log,
  };
}
