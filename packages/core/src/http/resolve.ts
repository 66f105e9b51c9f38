import type { InboundCall } from '../flows/call/call.js';
import { type CallOptions, type CallSettings, callSettings } from '../flows/forwarding/options.js';
import { type Clock, within } from '../runtime/clock.js';
import { type Log, reasonOf } from '../runtime/log.js';
import { type ArrivingCall, arrivingCall, type CallDetails } from './arriving-call.js';
import { type Decision, isDecision } from './decision.js';

/** Says what to do with one inbound call. */
export type Resolve = (call: ArrivingCall) => Resolution | Promise<Resolution>;

/** What `resolve` returns: options, settings that were checked already, or a decision not to ring anybody. */
export type Resolution = CallOptions | CallSettings | Decision;

type KeysOf<T> = T extends unknown ? keyof T : never;
type Surplus<Result> = Exclude<KeysOf<Awaited<Result>>, KeysOf<Resolution>>;

/** Makes a surplus property of what `resolve` returns a type error, which functions as arguments otherwise get away with. */
export type OnlyOptions<Result> = [Surplus<Result>] extends [never]
  ? unknown
  : { readonly resolve: `"${Surplus<Result> & string}" is not an option of a call` };

interface Resolving<Given, Settings> {
  /** Settles a call's settings; should it fail, it may not the next time. */
  readonly resolve: (call: ArrivingCall) => Given | Promise<Given>;
  /** Throws at what can never be right. */
  readonly check: (given: Given) => Settings | Decision;
  readonly defaults: Settings | undefined;
  readonly budgetMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** `CallSettings` are taken as they are, `CallOptions` are checked. */
export function toSettings(value: CallOptions | CallSettings): CallSettings {
  return 'plan' in value ? value : callSettings(value);
}

/** The same for what `resolve` has returned, which need not be about ringing anybody. */
export function toPlan(value: Awaited<ReturnType<Resolve>>): CallSettings | Decision {
  return isDecision(value) ? value : toSettings(value);
}

type Resolved<Settings> =
  | { readonly ok: true; readonly settings: Settings | Decision }
  /** There are no default settings. `later`: there may be settings when it is asked again. */
  | { readonly ok: false; readonly later: boolean };

/** The call's settings, in time; the default when the user's function throws, is too slow or returns what is not valid. */
export async function resolveSettings<Given, Settings>(
  call: InboundCall,
  details: CallDetails,
  { resolve, check, defaults, budgetMs, clock, log }: Resolving<Given, Settings>,
): Promise<Resolved<Settings>> {
  let later = true;
  try {
    const given = await within(clock, budgetMs, '"resolve"', async () => resolve(arrivingCall(call, details)));
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
