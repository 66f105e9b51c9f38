import type { SimulatorClock } from '../clock/clock.js';
import type { SimulatorOptions } from '../options.js';
import { checkPeople, type Person } from '../people/person.js';
import { loadOfficialClient } from '../rest/official-client.js';
import type { MakeClient, OfficialClient } from '../rest/official-client.js';
import { createSimulator } from '../simulator.js';
import type { Simulator } from '../simulator.js';
import type { InboundOptions } from '../voice/inbound.js';
import type { WebhookTransport } from '../wire/transport.js';
import { fetchApp, listenerApp } from './app-transport.js';
import type { FetchHandler, NodeListener, OnThrown } from './app-transport.js';
import { tellStory } from './story.js';
import type { Story } from './story.js';
import { watchTwilio } from './twilio-watch.js';

/** What an app under test is made of: what it has in production, from the simulator. */
export interface TestAppParts {
  /** The official client, talking to the simulator. Needs the package `twilio`; reading it without throws. */
  readonly client: OfficialClient;
  /** The clock that the app has to use for its timers. */
  readonly clock: SimulatorClock;
  /** Where the simulated Twilio reaches the app, without a slash at the end. */
  readonly publicBaseUrl: string;
  readonly accountSid: string;
  /** Signs the webhooks. */
  readonly authToken: string;
  /** For a client of your own: `twilio(accountSid, authToken, { httpClient })`. */
  readonly httpClient: Simulator['httpClient'];
  /** The number that is called. */
  readonly number: string;
}

/** An app as an object; the runtime of `@amd/core`, or what holds one, is such an object. */
interface BuiltObject {
  /** For `http.createServer`. Wins over `fetch`. */
  readonly listener?: NodeListener | undefined;
  readonly fetch?: FetchHandler | undefined;
  /** Resolves when nothing is under way; needed where work goes on after the answer and is not in memory, as with a real database. */
  idle?(): Promise<unknown>;
  readonly runtime?: { idle?(): Promise<unknown> } | undefined;
  /** Called by `close()`. */
  stop?(): unknown;
}

/** What `build` returns: a listener for `http.createServer` (two parameters or more), a web-standard handler, or an object with either. */
export type BuiltApp = NodeListener | FetchHandler | BuiltObject;

/** How a test app is called: its number, its addresses, and who answers. */
export interface TestAppOptions extends Omit<SimulatorOptions, 'numbers' | 'people' | 'transport' | 'idle'> {
  /** The number that is called. Default `+14155550199`. */
  number?: string;
  /** Default `https://app.example.com`. Nothing is looked up: requests for it stay in this process. */
  publicBaseUrl?: string;
  /** Where the app is asked what to do with a call, under `publicBaseUrl`. Default `/inbound`. */
  voiceUrl?: string;
  /** Asked when `voiceUrl`, or a later document of the caller's call, fails. Default: none. */
  voiceFallbackUrl?: string;
  /** Told when the caller's call is over; `null`: nobody is. Default `/inbound/status`. */
  statusCallback?: string | null;
  /** Who answers in every call, unless the call says otherwise. */
  people?: Readonly<Record<string, Person>>;
  /** Carries what goes to other addresses than the app's. Default: they cannot be reached. */
  elsewhere?: WebhookTransport;
}

/** One call: by whom, and who is at which number. */
export interface TestCallOptions extends Partial<InboundOptions> {
  /** Who answers at which number; at all others nobody can be reached. */
  people?: Readonly<Record<string, Person>>;
}

/** An app under test. */
export interface TestApp {
  /**
   * Places a call, lets virtual time pass until it is over, and tells what happened. The app is built before the first.
   * @throws what `build` throws, or an Error when the app threw instead of answering, or asked Twilio itself
   */
  call(options?: TestCallOptions): Promise<Story>;
  /** Everything below: more numbers, TaskRouter, the timeline. */
  readonly simulator: Simulator;
  /** Ends the app (its `stop()`, if it has one) and the simulator. */
  close(): Promise<void>;
}

const CALLER = '+12125550123';
const NUMBER = '+14155550199';

/**
 * Puts an app on a simulated Twilio, in this process and on a virtual clock: `build` makes it from what it would have in
 * production, and `call()` plays a call. There is no port, nothing to wait for, and nothing to close unless the app has it.
 */
export function createTestApp(
  build: (parts: TestAppParts) => BuiltApp | Promise<BuiltApp>,
  options: TestAppOptions = {},
): TestApp {
  const { number = NUMBER, people = {}, elsewhere = unreachable, ...simulated } = options;
  checkPeople(people);
  const publicBaseUrl = (options.publicBaseUrl ?? 'https://app.example.com').replace(/\/+$/, '');
  const under = (address: string): string => new URL(address, `${publicBaseUrl}/`).href;
  const at = (path: string): string => (path.startsWith('/') ? publicBaseUrl + path : under(path));
  const statusCallback = options.statusCallback === undefined ? '/inbound/status' : options.statusCallback;
  /** Those of the calls that are under way, the newest first. */
  let present: readonly Readonly<Record<string, Person>>[] = [];
  const thrown: Error[] = [];
  let clockUsed = false;
  let running = 0;
  let app: { readonly transport: WebhookTransport; readonly object: BuiltObject } | undefined;
  /** Thrown once the app has asked Twilio itself: then its calls wait for a network, and perhaps for ever. */
  let astray: Error | undefined;

  const simulator = createSimulator({
    ...simulated,
    numbers: [
      {
        phoneNumber: number,
        voiceUrl: at(options.voiceUrl ?? '/inbound'),
        ...(options.voiceFallbackUrl === undefined ? {} : { voiceFallbackUrl: at(options.voiceFallbackUrl) }),
        ...(statusCallback === null ? {} : { statusCallback: at(statusCallback) }),
      },
    ],
    people: (to) => present.find((some) => some[to] !== undefined)?.[to] ?? people[to],
    transport: (request) =>
      app !== undefined && request.url.startsWith(`${publicBaseUrl}/`) ? app.transport(request) : elsewhere(request),
    idle: async () => {
      if (astray !== undefined) throw astray;
      await app?.object.idle?.();
      await app?.object.runtime?.idle?.();
    },
  });

  const onThrown: OnThrown = ({ method, url }, error) => {
    const { pathname } = new URL(url, publicBaseUrl);
    const reason = error instanceof Error ? error.message : String(error);
    thrown.push(new Error(`the app threw while it answered ${method} ${pathname}: ${reason}`, { cause: error }));
  };

  async function unlessAstray(work: () => Promise<void>): Promise<void> {
    if (astray !== undefined) throw astray;
    let unwatch = (): void => undefined;
    const asked = new Promise<never>((_resolve, reject) => {
      unwatch = watchTwilio((request) => {
        reject((astray ??= new Error(askedTwilio(request))));
      });
    });
    try {
      await Promise.race([work(), asked]);
    } finally {
      unwatch();
    }
  }

  let started: Promise<void> | undefined;
  async function start(): Promise<void> {
    const parts = await partsOf(simulator, { publicBaseUrl, number }, () => {
      clockUsed = true;
    });
    const built = await build(parts);
    app = { transport: transportOf(built, onThrown), object: typeof built === 'object' ? built : {} };
  }

  return {
    simulator,
    async call({ people: here = {}, ...inbound } = {}) {
      checkPeople(here);
      await unlessAstray(() => (started ??= start()));
      const beginning = {
        calls: simulator.calls.length,
        entries: simulator.timeline.length,
        complaints: simulator.debugger.length,
      };
      present = [here, ...present];
      running += 1;
      const caller = simulator.placeCall({ from: CALLER, to: number, ...inbound });
      // Whoever calls in the same turn is there by now.
      await Promise.resolve();
      const isAlone = running === 1;
      try {
        await unlessAstray(() => simulator.settleCalls());
      } finally {
        running -= 1;
        present = present.filter((some) => some !== here);
      }
      const [error] = thrown.splice(0);
      if (error !== undefined) throw error;
      return tellStory(simulator, { ...beginning, caller, isAlone, clockUsed });
    },
    async close() {
      await started?.catch(() => undefined);
      await app?.object.stop?.();
      simulator.close();
    },
  };
}

function askedTwilio(request: string): string {
  return `the app asked Twilio itself instead of the simulator, ${request}: pass \`client\` or \`httpClient\`, which "build" is given, to what asks Twilio, such as createCallForwarding({ client })`;
}

/** The client is made when it is asked for, so that the package `twilio` is needed by those alone who use it. */
async function partsOf(
  simulator: Simulator,
  { publicBaseUrl, number }: { publicBaseUrl: string; number: string },
  onClockUsed: () => void,
): Promise<TestAppParts> {
  const { accountSid, authToken, httpClient } = simulator;
  const clock: SimulatorClock = {
    now() {
      onClockUsed();
      return simulator.clock.now();
    },
    wakeAt(at, run) {
      onClockUsed();
      return simulator.clock.wakeAt(at, run);
    },
  };
  const loaded = await loadOfficialClient().catch((error: unknown) => error as Error);
  let client: OfficialClient | undefined;
  return {
    clock,
    publicBaseUrl,
    accountSid,
    authToken,
    httpClient,
    number,
    get client() {
      return (client ??= made(loaded)(accountSid, authToken, { httpClient }));
    },
  };
}

function made(loaded: MakeClient | Error): MakeClient {
  if (typeof loaded === 'function') return loaded;
  throw loaded;
}

function transportOf(built: BuiltApp, onThrown: OnThrown): WebhookTransport {
  if (typeof built === 'function') {
    return built.length > 1 ? listenerApp(built, onThrown) : fetchApp(built as unknown as FetchHandler, onThrown);
  }
  // JavaScript may return anything.
  const { listener, fetch } = (built as BuiltObject | undefined) ?? {};
  if (listener !== undefined) return listenerApp(listener, onThrown);
  if (fetch !== undefined) return fetchApp((request) => fetch.call(built, request), onThrown);
  throw new TypeError(
    'the app that was built must be a listener (request, response) => …, a web-standard handler (request) => Response, or an object with "listener" or "fetch"',
  );
}

/** What is not the app's own address is not there. */
const unreachable: WebhookTransport = ({ url }) =>
  Promise.reject(Object.assign(new Error(`only the app itself can be reached, not ${url}`), { code: 'ENOTFOUND' }));
