import { recordKey } from '../runtime/record-key.js';
import { parseCall } from '../wire/payloads.js';
import type { Endpoint } from './endpoint.js';
import { checkOptions } from './endpoint-options.js';
import { translate } from './forwarding-events.js';
import { defaultsOf, type ForwardingEndpointOptions } from './forwarding-options.js';
import { resolveSettings, toSettings } from './resolve-settings.js';
import { ROUTES } from './routes.js';
import { serve } from './serve.js';

/**
 * Answers Twilio's webhooks: checks them, turns them into events of the flow, and renders what it replies. Whatever fails
 * on our side, a request for TwiML gets TwiML within the reply budget.
 * @throws TypeError or RangeError naming the option
 */
export function createForwardingEndpoint(options: ForwardingEndpointOptions): Endpoint {
  const { runtime, resolve } = options;
  const checked = checkOptions(options, ROUTES);
  if (typeof resolve !== 'function') throw new TypeError('"resolve" must be a function');
  const { clock, log, resolveBudgetMs: budgetMs } = checked;
  const defaults = defaultsOf(options.defaultSettings);
  return serve(checked, {
    flow: 'forwarding',
    async inbound(call) {
      const settings = await resolveSettings(call, {
        resolve: async (arriving) => toSettings(await resolve(arriving)),
        defaults,
        budgetMs,
        clock,
        log,
      });
      if (settings === undefined) return { as: 'noSettings' };
      const reply = await runtime.handle(recordKey('forwarding', call.sid), { type: 'inbound', call, settings });
      return { as: 'reply', reply };
    },
    async notice({ params }) {
      const call = parseCall(params);
      if (!call.ok) return { as: 'refused', problem: call.problem };
      const event = { type: 'caller.status', status: call.status } as const;
      return { as: 'reply', reply: await runtime.handle(recordKey('forwarding', call.sid), event) };
    },
    async callback(ref, { params }) {
      const translation = translate(ref, params);
      if (!translation.ok) return { as: 'refused', problem: translation.problem };
      if (translation.event === null) return { as: 'unknown' };
      return { as: 'reply', reply: await runtime.handle(recordKey(ref.flow, ref.key), translation.event) };
    },
  });
}
