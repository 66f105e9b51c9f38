import type { InboundCall } from '../flows/call/call.js';
import { type CallOptions, type CallSettings, callSettings } from '../flows/forwarding/options.js';
import { type Clock, within } from '../runtime/clock.js';
import { type Log, reasonOf } from '../runtime/log.js';

/** An inbound call as `resolve` sees it: without its token, which is a credential. */
export type ArrivingCall = Omit<InboundCall, 'token' | 'since'>;

/** Says what to do with one inbound call. */
export type Resolve = (call: ArrivingCall) => CallOptions | CallSettings | Promise<CallOptions | CallSettings>;

interface Resolving<Given, Settings> {
  /** Settles a call's settings; should it fail, it may not the next time. */
  readonly resolve: (call: ArrivingCall) => Given | Promise<Given>;
  /** Throws at what can never be right. */
  readonly check: (given: Given) => Settings;
  readonly defaults: Settings | undefined;
  readonly budgetMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** `CallSettings` are taken as they are, `CallOptions` are checked. */
export function toSettings(value: CallOptions | CallSettings): CallSettings {
  return 'plan' in value ? value : callSettings(value);
}

type Resolved<Settings> =
  | { readonly ok: true; readonly settings: Settings }
  /** There are no default settings. `later`: there may be settings when it is asked again. */
  | { readonly ok: false; readonly later: boolean };

/** As `resolve` sees it. */
function arriving({ sid, from, to, status, forwardedFrom, calledVia }: InboundCall): ArrivingCall {
  return {
    sid,
    from,
    to,
    status,
    ...(forwardedFrom === undefined ? {} : { forwardedFrom }),
    ...(calledVia === undefined ? {} : { calledVia }),
  };
}

/** The call's settings, in time; the default when the user's function throws, is too slow or returns what is not valid. */
export async function resolveSettings<Given, Settings>(
  call: InboundCall,
  { resolve, check, defaults, budgetMs, clock, log }: Resolving<Given, Settings>,
): Promise<Resolved<Settings>> {
  let later = true;
  try {
    const given = await within(clock, budgetMs, '"resolve"', async () => resolve(arriving(call)));
    later = false;
    return { ok: true, settings: check(given) };
  } catch (error) {
    const instead =
      defaults !== undefined
        ? '"defaultSettings" are used'
        : later
          ? 'the caller waits, and it is asked again for 20 s'
          : 'the caller hears the static fallback';
    log({
      level: 'error',
      code: 'resolve.failed',
      call: call.sid,
      message: `"resolve" failed, so ${instead}: ${reasonOf(error)}`,
    });
    return defaults === undefined ? { ok: false, later } : { ok: true, settings: defaults };
  }
}
