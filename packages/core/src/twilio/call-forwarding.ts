import { onlyKnown } from '../kernel/check.js';
import type { OutcomeEvent, TimerEvent } from '../flows/effects.js';
import type { ForwardingEvent } from '../flows/forwarding/events.js';
import { forwarding } from '../flows/forwarding/forwarding.js';
import { CALL_OPTIONS, type CallOptions, callSettings, type ForwardingConfig } from '../flows/forwarding/options.js';
import type { ForwardingState } from '../flows/forwarding/state.js';
import { createForwardingEndpoint } from '../http/forwarding/endpoint.js';
import type { ArrivingCall } from '../http/arriving-call.js';
import type { OnlyOptions, Resolution, Resolve } from '../http/resolve.js';
import { toNodeListener } from '../http/servers/node.js';
import { callbackUrls, webhookUrls } from '../http/urls.js';
import { createCallLimits } from '../runtime/call-limits.js';
import { createRuntime, type ObservableRuntime } from '../runtime/create-runtime.js';
import type { Hooks } from '../runtime/run-effects.js';
import type { Reply } from '../wire/twiml.js';
import {
  assemble,
  lifecycle,
  type MayDial,
  noticed,
  otherPaths,
  readiness,
  START_OPTIONS,
  type Started,
  type StartOptions,
  warnOfLocalAddress,
} from './assemble.js';
import { type ConferenceClient, lostCallers } from './recover-callers.js';

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

/** `resolve` says for each call whom to ring. Whoever pays for the calls says where they may go. */
interface ByResolve extends ForwardingStart {
  readonly resolve: Resolve;
  readonly mayDial: MayDial;
  /** What a call gets when `resolve` fails. Default: the caller is asked to wait, and hears the static fallback after 20 s. */
  readonly defaultSettings?: CallOptions | undefined;
  readonly forwardTo?: undefined;
}

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
  const { accountSid, authToken, publicBaseUrl, ownNumber, hooks, limits } = options;
  const { resolve, mayDial, defaultSettings } = callsOf(options);
  const parts = assemble(options, mayDial);
  const { store, clock, log, client, execute, pollMs } = parts;
  const runtime = createRuntime({
    flow: forwarding,
    config: options.config,
    store,
    clock,
    execute,
    hooks: hooks as Hooks | undefined,
    callsPerSecond: options.callsPerSecond,
    log: options.log,
    metrics: options.metrics,
    pollMs,
  });
  const endpoint = noticed(
    createForwardingEndpoint({
      runtime,
      publicBaseUrl,
      accountSid,
      authTokens: options.authTokens ?? [authToken],
      resolve: async (call) => withOwnNumber(await resolve(call), ownNumber),
      defaultSettings,
      fallbackTexts: options.fallbackTexts,
      limits: limits === undefined ? undefined : createCallLimits({ ...limits, store, clock }),
      log: options.log,
      metrics: options.metrics,
      clock,
    }),
    parts,
    webhookUrls(publicBaseUrl).voice,
  );
  warnOfLocalAddress(options, log);

  const { start, stop, idle } = lifecycle(options, parts, {
    runtimes: [runtime],
    endpoint,
    look: (known) =>
      lostCallers({
        client: known as unknown as ConferenceClient,
        store,
        url: callbackUrls(publicBaseUrl),
        publicBaseUrl,
        clock,
      }),
  });

  return {
    listener: toNodeListener(endpoint, otherPaths(options.app)),
    fetch: (request) => endpoint.fetch(request),
    endpoint,
    runtime,
    events: runtime.events,
    store,
    ready: readiness([client], log),
    start,
    stop,
    idle,
  };
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
