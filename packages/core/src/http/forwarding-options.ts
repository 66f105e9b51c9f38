import { kindOf } from '../kernel/check.js';
import type { ForwardingEvent } from '../flows/forwarding/events.js';
import type { CallOptions, CallSettings } from '../flows/forwarding/options.js';
import type { Runtime } from '../runtime/runtime.js';
import type { Reply } from '../wire/twiml.js';
import type { EndpointOptions } from './endpoint-options.js';
import { toSettings, type Resolve } from './resolve-settings.js';

export interface ForwardingEndpointOptions extends EndpointOptions {
  readonly runtime: Pick<Runtime<ForwardingEvent, Reply>, 'handle'>;
  readonly resolve: Resolve;
  /** What a call gets when `resolve` fails. Without it the caller hears the static fallback. */
  readonly defaultSettings?: CallOptions | CallSettings | undefined;
}

/** @throws TypeError or RangeError naming the option */
export function defaultsOf(value: ForwardingEndpointOptions['defaultSettings'] | null): CallSettings | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'object' && value !== null) return toSettings(value);
  throw new TypeError(`"defaultSettings" must be an object; got ${kindOf(value)}`);
}
