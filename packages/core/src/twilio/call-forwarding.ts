import { onlyKnown } from '../kernel/check.js';
import type { OutcomeEvent, TimerEvent } from '../flows/effects.js';
import type { ForwardingEvent } from '../flows/forwarding/events.js';
import { forwarding } from '../flows/forwarding/forwarding.js';
import { CALL_OPTIONS, type CallOptions, callSettings, type ForwardingConfig } from '../flows/forwarding/options.js';
import type { ForwardingState } from '../flows/forwarding/state.js';
import { createForwardingEndpoint } from '../http/forwarding/endpoint.js';
import type { ArrivingCall } from '../http/arriving-call.js';
import type { OnlyOptions, Resolution, Resolve } from '../http/resolve.js';
import { callbackUrls } from '../http/urls.js';
import { createRuntime, type ObservableRuntime } from '../runtime/create-runtime.js';
import type { Reply } from '../wire/twiml.js';
import { assemble } from './assemble.js';
import { begin } from './begin.js';
import { type ConferenceClient, lostCallers } from './recover-callers.js';
import { type MayDial, START_OPTIONS, type Started, type StartOptions } from './start-options.js';

interface ForwardingStart extends StartOptions {
  /** Times of the machinery, in ms; what is left out is as `DEFAULT_FORWARDING_CONFIG` says. */
  readonly config?: Partial<ForwardingConfig> | undefined;
}

/** Every call is forwarded in the same way: to this list, with the options of a call beside it. */
interface ToOneList extends ForwardingStart, Omit<CallOptions, 'ownNumber'> {
  /** Default: the numbers of `forwardTo`. */
  readonly mayDial?: MayDial | undefined;
  readonly resolve?: undefined;
}

/** `resolve` says for each call whom to ring, and `mayDial` which numbers may be dialled at all: there is no default for it. */
interface ByResolve extends ForwardingStart {
  readonly resolve: Resolve;
  readonly mayDial: MayDial;
  /** What a call gets when `resolve` fails. Default: the caller is asked to wait, and hears the static fallback after 20 s. */
  readonly defaultSettings?: CallOptions | undefined;
  readonly forwardTo?: undefined;
}

/** Options of `createCallForwarding`: one list for every call (`forwardTo`), or `resolve` with `mayDial`. */
export type CallForwardingOptions = ToOneList | ByResolve;

export interface CallForwarding extends Started {
  readonly runtime: ObservableRuntime<ForwardingState, ForwardingEvent | OutcomeEvent | TimerEvent, Reply>;
  /** What happens in this process, for looking: `committed`, `executed`, `conflict`, `failure`. */
  readonly events: CallForwarding['runtime']['events'];
}

const OPTIONS: Readonly<Record<string, true>> = {
  ...START_OPTIONS,
  ...({ config: true, resolve: true, mayDial: true, defaultSettings: true } as const),
};

/**
 * Forwards calls: makes store, client, runtime, executor and endpoint from one address, one list and one token, and starts.
 * Webhooks are answered by `listener` or `fetch`.
 * @throws TypeError or RangeError naming the option
 */
export function createCallForwarding<Result extends Resolution | Promise<Resolution>>(
  options: ToOneList | (ByResolve & { readonly resolve: (call: ArrivingCall) => Result } & OnlyOptions<Result>),
): CallForwarding {
  const list =
    options.resolve === undefined ? Object.fromEntries(CALL_OPTIONS.map((name) => [name, true as const])) : {};
  onlyKnown(options, 'createCallForwarding', { ...OPTIONS, ...list });
  const { publicBaseUrl, ownNumber } = options;
  const { resolve, mayDial, defaultSettings } = callsOf(options);
  const parts = assemble(options, mayDial);
  const { store, clock, forCalls, forEndpoint } = parts;
  const runtime = createRuntime({ ...forCalls, flow: forwarding, config: options.config });
  const endpoint = createForwardingEndpoint({
    ...forEndpoint,
    runtime,
    resolve: async (call) => withOwnNumber(await resolve(call), ownNumber),
    defaultSettings,
  });
  const started = begin(options, parts, {
    endpoint,
    runtimes: [runtime],
    look: (client) =>
      lostCallers({
        client: client as unknown as ConferenceClient,
        store,
        url: callbackUrls(publicBaseUrl),
        publicBaseUrl,
        clock,
      }),
  });
  return { ...started, runtime, events: runtime.events };
}

/** Whom a call rings, and which numbers may be dialled, as either kind of options says. */
function callsOf(options: CallForwardingOptions): {
  readonly resolve: Resolve;
  readonly mayDial: MayDial;
  readonly defaultSettings: CallOptions | undefined;
} {
  const { resolve } = options;
  if (resolve !== undefined) {
    if (typeof resolve !== 'function') throw new TypeError('"resolve" must be a function');
    // JavaScript may leave it out.
    if ((options.mayDial as unknown) === undefined) {
      throw new TypeError(
        '"mayDial" must be given beside "resolve": a list of numbers, or a function that says which may be dialled',
      );
    }
    return { resolve, mayDial: options.mayDial, defaultSettings: options.defaultSettings };
  }
  const given = Object.fromEntries(
    Object.entries(options).filter(
      ([name, value]) => CALL_OPTIONS.includes(name) && (name !== 'ownNumber' || !Array.isArray(value)),
    ),
  );
  // Checked here and not at the first call; how it is kept is the endpoint's.
  const settings = callSettings(given as unknown as CallOptions);
  const people = settings.plan.flatMap(({ targets }) => targets.map(({ to }) => to));
  return { resolve: () => settings, mayDial: options.mayDial ?? people, defaultSettings: undefined };
}

/** Options that do not say whose number is shown show the one that the start was given. */
function withOwnNumber(given: Resolution, ownNumber: StartOptions['ownNumber']): Resolution {
  if (typeof ownNumber !== 'string' || 'kind' in given || 'plan' in given || given.ownNumber !== undefined)
    return given;
  return { ...given, ownNumber };
}
