import { callSettings, type CallOptions, type CallSettings } from '../flows/forwarding/settings.js';
import type { InboundCall } from '../flows/forwarding/events.js';
import type { Clock } from '../runtime/clock.js';
import { within } from '../runtime/budget.js';
import { reasonOf, type Log } from './log.js';

/** An inbound call as `resolve` sees it: without its token, which is a credential. */
export type ArrivingCall = Omit<InboundCall, 'token'>;

/** Says what to do with one inbound call. */
export type Resolve = (call: ArrivingCall) => CallOptions | CallSettings | Promise<CallOptions | CallSettings>;

export interface Resolving<Settings> {
  /** Settles a call's settings, checked. */
  readonly resolve: (call: ArrivingCall) => Settings | Promise<Settings>;
  readonly defaults: Settings | undefined;
  readonly budgetMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** `CallSettings` are taken as they are, `CallOptions` are checked. */
export function toSettings(value: CallOptions | CallSettings): CallSettings {
  return 'plan' in value ? value : callSettings(value);
}

/** The call's settings, in time; the default when the user's function throws, is too slow or returns what is not valid. */
export async function resolveSettings<Settings>(
  call: InboundCall,
  options: Resolving<Settings>,
): Promise<Settings | undefined> {
  const { sid, from, to, status } = call;
  try {
    return await within(options.clock, options.budgetMs, '"resolve"', async () =>
      options.resolve({ sid, from, to, status }),
    );
  } catch (error) {
    const instead =
      options.defaults === undefined ? 'the caller hears the static fallback' : '"defaultSettings" are used';
    options.log({
      level: 'error',
      code: 'resolve.failed',
      call: sid,
      message: `"resolve" failed, so ${instead}: ${reasonOf(error)}`,
    });
    return options.defaults;
  }
}
