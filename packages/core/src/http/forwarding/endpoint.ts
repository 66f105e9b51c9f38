import { kindOf, onlyKnown } from '../../kernel/check.js';
import { recordKey } from '../../kernel/record-key.js';
import { parseCall, parseInbound } from '../../wire/payloads.js';
import type { Reply } from '../../wire/twiml.js';
import type { InboundCall } from '../../flows/call/call.js';
import type { ForwardingEvent } from '../../flows/forwarding/events.js';
import type { CallOptions, CallSettings } from '../../flows/forwarding/options.js';
import type { Runtime, Turn } from '../../runtime/runtime.js';
import { checkOptions, ENDPOINT_OPTIONS, type EndpointOptions } from '../endpoint-options.js';
import type { Endpoint } from '../endpoint.js';
import { type ArrivingCall, type CallDetails, detailsOf } from '../arriving-call.js';
import { decided, isDecision, reading } from '../decision.js';
import { type OnlyOptions, type Resolution, type Resolve, resolveSettings, toPlan, toSettings } from '../resolve.js';
import { ROUTES } from '../routes.js';
import { type Answer, serve } from '../serve.js';
import { translate } from './events.js';

/**
 * Answers Twilio's webhooks: checks them, turns them into events of the flow, and renders what it replies. Whatever fails
 * on our side, a request for TwiML gets TwiML within the reply budget.
 * @throws TypeError or RangeError naming the option
 */
export function createForwardingEndpoint<Result extends Resolution | Promise<Resolution>>(
  options: ForwardingEndpointOptions & { readonly resolve: (call: ArrivingCall) => Result } & OnlyOptions<Result>,
): Endpoint {
  onlyKnown(options, 'createForwardingEndpoint', OPTIONS);
  const { runtime, resolve } = options;
  const checked = checkOptions(options, ROUTES);
  if (typeof resolve !== 'function') throw new TypeError('"resolve" must be a function');
  const { clock, log, resolveBudgetMs: budgetMs } = checked;
  const defaults = defaultsOf(options.defaultSettings);

  async function arrive(call: InboundCall, details: CallDetails, turn: Turn, lostVisit?: number): Promise<Answer> {
    const resolved = await resolveSettings(call, details, {
      resolve,
      check: toPlan,
      defaults,
      budgetMs,
      clock,
      log,
    });
    if (!resolved.ok) return { kind: 'noSettings', later: resolved.later };
    const { settings } = resolved;
    const key = recordKey('forwarding', call.sid);
    if (isDecision(settings)) {
      return { kind: 'reply', reply: await runtime.handle(key, decided(settings, call, checked.texts), reading(turn)) };
    }
    const event = { type: 'inbound', call, settings, ...(lostVisit === undefined ? {} : { lostVisit }) } as const;
    return { kind: 'reply', reply: await runtime.handle(key, event, turn) };
  }

  return serve(checked, {
    flow: 'forwarding',
    inbound: arrive,
    goodbye: (call, visit) =>
      runtime.handle(
        recordKey('forwarding', call),
        { type: 'caller.goodbye', ...(visit === undefined ? {} : { visit }) },
        { first: true },
      ),
    work: async (limit) => runtime.tick?.(limit),
    async onNotification({ route, params }, turn) {
      if (route.name !== 'inbound.status') return { kind: 'unknown' };
      const call = parseCall(params);
      if (!call.ok) return { kind: 'refused', problem: call.problem };
      const event = { type: 'caller.status', status: call.status } as const;
      return { kind: 'reply', reply: await runtime.handle(recordKey('forwarding', call.sid), event, turn) };
    },
    async callback(ref, { params, query, failingSince }, turn) {
      if (ref.purpose === 'caller.again') {
        const parsed = parseInbound(params);
        if (!parsed.ok) return { kind: 'refused', problem: parsed.problem };
        // Of its first request: what shows the caller's number is not kept for so long.
        const { ok: _, token: _token, ...call } = parsed;
        if (call.sid !== ref.key || ref.leg !== 0) return { kind: 'unknown' };
        return arrive(
          { ...call, ...(failingSince === null ? {} : { since: failingSince }) },
          detailsOf(params, query),
          turn,
          ref.visit,
        );
      }
      const translation = translate(ref, params);
      if (!translation.ok) return { kind: 'refused', problem: translation.problem };
      if (translation.event === null) return { kind: 'unknown' };
      return { kind: 'reply', reply: await runtime.handle(recordKey(ref.flow, ref.key), translation.event, turn) };
    },
  });
}

const OPTIONS = {
  ...ENDPOINT_OPTIONS,
  runtime: true,
  resolve: true,
  defaultSettings: true,
} as const satisfies Record<keyof ForwardingEndpointOptions, true>;

export interface ForwardingEndpointOptions extends EndpointOptions {
  readonly runtime: Pick<Runtime<ForwardingEvent, Reply>, 'handle'> &
    Partial<Pick<Runtime<ForwardingEvent, Reply>, 'tick'>>;
  readonly resolve: Resolve;
  /**
   * What a call gets when `resolve` fails. Without it the caller waits and `resolve` is asked again for 20 s, unless it has returned what
   * is no options; then they hear the static fallback.
   */
  readonly defaultSettings?: CallOptions | CallSettings | undefined;
}

/** @throws TypeError or RangeError naming the option */
function defaultsOf(value: ForwardingEndpointOptions['defaultSettings'] | null): CallSettings | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'object' && value !== null) return toSettings(value);
  throw new TypeError(`"defaultSettings" must be an object; got ${kindOf(value)}`);
}
