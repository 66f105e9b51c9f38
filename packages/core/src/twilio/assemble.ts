import { e164 } from '../kernel/ids.js';
import type { TwilioEffect } from '../flows/effects.js';
import type { EndpointOptions } from '../http/endpoint-options.js';
import { callbackUrls, publicBase } from '../http/urls.js';
import { createCallLimits } from '../runtime/call-limits.js';
import { type Clock, clockFrom } from '../runtime/clock.js';
import type { Executor } from '../runtime/executor.js';
import { guarded, type Log, type LogOption } from '../runtime/log.js';
import { type Metrics, safeMetrics } from '../runtime/metrics.js';
import type { Hooks } from '../runtime/run-hooks.js';
import { createMemoryStore } from '../store/memory.js';
import { checkedStore, type Store } from '../store/store.js';
import type { TwilioClient } from './client.js';
import { createTwilioExecutor } from './executor.js';
import { officialClient } from './official-client.js';
import { regionOptions, type RegionOptions } from './region.js';
import type { MayDial, StartOptions } from './start-options.js';

interface ForRuntime {
  readonly store: Store;
  readonly clock: Clock;
  readonly execute: Executor<TwilioEffect>;
  readonly log: LogOption | undefined;
  readonly metrics: Metrics | undefined;
  /** How often the store is asked for work of other processes, in ms: no other has a store that was made here. */
  readonly pollMs: number | null | undefined;
}

/** The parts that both starts are made of. */
export interface Parts {
  readonly store: Store;
  readonly clock: Clock;
  /** Counts what it is told. */
  readonly log: Log;
  readonly client: Promise<TwilioClient>;
  /** What every runtime of the start is given. */
  readonly forRuntime: ForRuntime;
  /** What the runtime of the calls is given. */
  readonly forCalls: ForRuntime & {
    readonly hooks: Hooks | undefined;
    readonly callsPerSecond: number | undefined;
  };
  readonly forEndpoint: EndpointOptions;
}

/**
 * Makes store, client and executor, and what runtimes and endpoint have in common.
 * @throws TypeError naming the option
 */
export function assemble(options: StartOptions, mayDial: MayDial): Parts {
  const { accountSid, authToken, authTokens, publicBaseUrl, ownNumber, httpClient, limits, metrics } = options;
  if (typeof authToken !== 'string' || authToken === '') {
    throw new TypeError('"authToken" must be the auth token of the account, and not empty: is TWILIO_AUTH_TOKEN set?');
  }
  // JavaScript may leave it out.
  if (typeof ownNumber !== 'string' && !Array.isArray(ownNumber)) {
    throw new TypeError(
      '"ownNumber" must be your Twilio number in E.164 form, such as +14155550199, or a list of them',
    );
  }
  const ownNumbers = (typeof ownNumber === 'string' ? [ownNumber] : ownNumber).map((own) => e164(own, 'ownNumber'));
  publicBase(publicBaseUrl);
  const store = options.store === undefined ? createMemoryStore() : checkedStore(options.store);
  const region = regionOf(options);
  const clock = clockFrom(options.clock);
  const log = guarded(options.log, safeMetrics(metrics));
  const client =
    options.client === undefined
      ? officialClient({ accountSid, authToken, httpClient, region })
      : Promise.resolve(options.client);
  const rule = rulesOf(mayDial);
  const executor = client.then((known) =>
    createTwilioExecutor({ client: known, url: callbackUrls(publicBaseUrl), mayDial: rule, ownNumbers, clock, log }),
  );
  // `ready` says what is missing.
  executor.catch(() => undefined);
  const forRuntime: ForRuntime = {
    store,
    clock,
    execute: async (effect, atMostMs) => (await executor)(effect, atMostMs),
    log: options.log,
    metrics,
    pollMs: options.store === undefined ? null : undefined,
  };
  return {
    store,
    clock,
    log,
    client,
    forRuntime,
    forCalls: {
      ...forRuntime,
      // Each is called with the data of its own name.
      hooks: options.hooks as Hooks | undefined,
      callsPerSecond: options.callsPerSecond,
    },
    forEndpoint: {
      publicBaseUrl,
      accountSid,
      authTokens: authTokens ?? [authToken],
      sharedKeys: options.sharedKeys,
      fallbackTexts: options.fallbackTexts,
      limits: limits === undefined ? undefined : createCallLimits({ ...limits, store, clock }),
      log: options.log,
      metrics,
      clock,
      serverless: options.serverless,
      serverlessBudgetMs: options.serverlessBudgetMs,
    },
  };
}

/** @throws TypeError naming the option */
function regionOf({ region, client }: StartOptions): RegionOptions | undefined {
  if (region !== undefined && client !== undefined) {
    throw new TypeError(
      '"region" is for the client that is made here: make your own "client" in its region, or leave one out',
    );
  }
  return region === undefined ? undefined : regionOptions(region);
}

/** @throws TypeError naming the option */
function rulesOf(mayDial: MayDial): (to: string) => boolean | Promise<boolean> {
  if (typeof mayDial === 'function') return mayDial;
  if (!Array.isArray(mayDial)) {
    throw new TypeError(
      '"mayDial" must be a list of numbers, or a function that says which numbers may be dialled, such as (to) => people.includes(to)',
    );
  }
  const allowed = new Set<string>(mayDial.map((number: unknown) => e164(number, 'mayDial')));
  return (to) => allowed.has(to);
}
