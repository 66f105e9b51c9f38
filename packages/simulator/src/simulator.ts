import { createSettleLoop } from './clock/settle.js';
import type { SimulatorClock } from './clock/clock.js';
import { countedClock } from './clock/counted-clock.js';
import { virtualClock } from './clock/virtual-clock.js';
import { PendingWork } from './clock/pending-work.js';
import { createNotifier } from './notify.js';
import { DEFAULT_ACCOUNT_SID, DEFAULT_AUTH_TOKEN } from './options.js';
import type { NumberOptions, SimulatorOptions } from './options.js';
import { talks } from './people/behaviour.js';
import { checkPeople } from './people/person.js';
import { createIdentifiers } from './random.js';
import { apiPath, basicAuth, createHttpClient } from './rest/http-client.js';
import type { SimulatorHttpClient } from './rest/http-client.js';
import { exchange } from './rest/exchange.js';
import type { OfficialHttpClient } from './rest/official-client.js';
import { logLine } from './server/log-line.js';
import { moveByHand, setUpWorkspace } from './taskrouter/set-up.js';
import type { WorkspaceSetUp, WorkspaceSids } from './taskrouter/set-up.js';
import { viewWorkspace } from './taskrouter/view.js';
import type { SimulatedWorkspace } from './taskrouter/view.js';
import { DEFAULT_TOGGLES, TOGGLE_VALUES } from './toggles.js';
import type { Call } from './voice/call.js';
import type { DebuggerEntry } from './voice/debugger.js';
import { hangUp } from './voice/hang-up.js';
import { placeInbound } from './voice/inbound.js';
import type { HangUpRule, InboundOptions } from './voice/inbound.js';
import type { TimelineEntry } from './voice/timeline.js';
import { after } from './voice/world.js';
import type { PhoneNumber, World } from './voice/world.js';
import { viewCall, viewConference } from './views.js';
import type { SimulatedCall, SimulatedConference } from './views.js';
import type { SharedKey } from './wire/signature.js';
import { fetchTransport } from './wire/transport.js';

/** A simulated Twilio in one process. */
export interface Simulator {
  readonly accountSid: string;
  readonly authToken: string;
  readonly clock: SimulatorClock;
  /** For `twilio(sim.accountSid, sim.authToken, { httpClient: sim.httpClient })`. */
  readonly httpClient: SimulatorHttpClient & OfficialHttpClient;
  /** The same REST for web-standard requests; the first path segment may be the original host name. */
  fetch(request: Request): Promise<Response>;
  /** Places a call to one of the numbers. */
  placeCall(options: InboundOptions): SimulatedCall;
  /** From now on this key signs webhooks; with `null` the auth token does. */
  signWith(key: SharedKey | null): void;
  /** Adds or replaces a phone number. */
  setNumber(number: NumberOptions): void;
  /** Creates a TaskRouter workspace with a queue, a workflow, activities and workers; REST can create them too. */
  addWorkspace(options: WorkspaceSetUp): WorkspaceSids;
  /** Moves a worker to the activity of this name, as a person at the console would. */
  setWorkerActivity(workerSid: string, activity: string): void;
  /** TaskRouter's workspaces as they are now. */
  readonly workspaces: readonly SimulatedWorkspace[];
  /** Every call so far, oldest first. */
  readonly calls: readonly SimulatedCall[];
  /** One call by its SID. */
  call(sid: string): SimulatedCall | undefined;
  /** Every conference so far, oldest first. */
  readonly conferences: readonly SimulatedConference[];
  /** Everything that happened, in order. */
  readonly timeline: readonly TimelineEntry[];
  /** What Twilio's console debugger would show; empty for a healthy application. */
  readonly debugger: readonly DebuggerEntry[];
  /** Calls `listener` with each new entry of the timeline; returns a function that stops it. */
  on(event: 'entry', listener: (entry: TimelineEntry) => void): () => void;
  /** Virtual clock: runs until nothing is left to happen, or until `until` (epoch ms). Real clock: waits for that. */
  settle(until?: number): Promise<void>;
  /** Runs until no call is left and Twilio has nothing more to do; timers of the application may be left. */
  settleCalls(): Promise<void>;
  /** Lets this many ms pass. */
  advance(ms: number): Promise<void>;
  /**
   * Waits on the simulator's clock inside a busy application: a slow database, a slow service. Virtual time may move meanwhile,
   * as while a REST answer is late.
   */
  pause(ms: number): Promise<void>;
  /** Stops virtual time until work that does not depend on the clock, such as a query to a real database, is done. */
  hold<T>(outside: Promise<T>): Promise<T>;
  /** Sends nothing more and refuses REST. */
  close(): void;
}

function checkToggles(toggles: SimulatorOptions['toggles']): void {
  const known: Readonly<Record<string, readonly unknown[]>> = TOGGLE_VALUES;
  for (const [name, value] of Object.entries(toggles ?? {})) {
    const values = known[name];
    if (values === undefined) throw new TypeError(`unknown toggle "${name}"`);
    if (!values.includes(value)) throw new TypeError(`"${name}" must be one of ${values.join(', ')}`);
  }
}

/** Creates a simulator. Nothing happens until its clock moves: see {@link Simulator.settle}. */
export function createSimulator(options: SimulatorOptions = {}): Simulator {
  checkToggles(options.toggles);
  const clock = options.clock ?? virtualClock();
  const own = countedClock(clock);
  const began = clock.now();
  const pending = new PendingWork();
  const timeline: TimelineEntry[] = [];
  const debugEntries: DebuggerEntry[] = [];
  const listeners = new Set<(entry: TimelineEntry) => void>();
  const views = new Map<Call, SimulatedCall>();
  const rules = new Map<Call, Extract<HangUpRule, { when: unknown }>>();
  const people = options.people ?? {};
  if (typeof people !== 'function') checkPeople(people);
  const keys = new Map(Object.entries(options.apiKeys ?? {}));
  let freeAt = 0;
  let events = 0;
  let lastEvent: TimelineEntry | undefined;
  const notify = createNotifier(() => world, options.disorder);
  const world: World = {
    accountSid: options.accountSid ?? DEFAULT_ACCOUNT_SID,
    authToken: options.authToken ?? DEFAULT_AUTH_TOKEN,
    sharedKey: options.sharedKey,
    clock: own,
    pending,
    ids: createIdentifiers(options.random ?? 1),
    toggles: { ...DEFAULT_TOGGLES, ...options.toggles },
    transport: options.transport ?? fetchTransport,
    repeats: options.repeats,
    underway: new Set(),
    numbers: new Map(),
    callerIds: new Set(options.callerIds),
    forbiddenCountries: new Set(options.forbiddenCountries),
    trial: options.trial ?? false,
    tokens: new Map(),
    calls: new Map(),
    liveInbound: new Set(),
    conferences: new Map(),
    rooms: new Map(),
    workspaces: new Map(),
    person: typeof people === 'function' ? people : (to) => people[to],
    nextDeparture() {
      if (options.cps === undefined) return 0;
      const at = Math.max(freeAt, clock.now());
      freeAt = at + 1000 / options.cps;
      return Math.ceil(at);
    },
    live: 0,
    closed: false,
    notify,
    record(kind, about, text, detail) {
      const at = clock.now();
      const entry: TimelineEntry = { at, ms: at - began, call: about, kind, text, detail };
      timeline.push(entry);
      if (kind !== 'rest') {
        events += 1;
        lastEvent = entry;
      }
      for (const listener of listeners) listener(entry);
    },
    debug(entry) {
      debugEntries.push({ at: clock.now(), ...entry });
      world.record('debugger', entry.callSid, `${entry.level} ${entry.code}: ${entry.message}`, { ...entry });
    },
    moment(moment, leg) {
      if (moment === 'bridged') talks(world, leg);
      const caller = leg.direction === 'inbound' ? leg : leg.caller;
      const rule = caller && rules.get(caller);
      if (caller === undefined || rule?.when !== moment) return;
      rules.delete(caller);
      const reason = `the caller gave up (${moment})`;
      if (rule.afterMs === undefined) hangUp(world, caller, reason);
      else after(world, caller, rule.afterMs, () => hangUp(world, caller, reason));
    },
  };
  const settleLoop = createSettleLoop({
    clock,
    own,
    pending,
    idle: options.idle,
    busy: () => world.live > 0,
    history: {
      count: () => events,
      last: () => lastEvent && logLine(lastEvent),
      calls: () => world.calls.size,
    },
  });

  const view = (call: Call): SimulatedCall => {
    let seen = views.get(call);
    if (seen === undefined) views.set(call, (seen = viewCall(world, call)));
    return seen;
  };
  const setNumber = (number: NumberOptions): void => {
    const known = world.numbers.get(number.phoneNumber);
    const made: PhoneNumber = { ...number, sid: number.sid ?? known?.sid ?? world.ids.sid('PN') };
    world.numbers.set(number.phoneNumber, made);
  };
  for (const number of options.numbers ?? []) setNumber(number);

  return {
    accountSid: world.accountSid,
    authToken: world.authToken,
    clock,
    httpClient: createHttpClient((request, timeoutMs) => exchange(world, keys, options.rest, request, timeoutMs)),
    async fetch(request) {
      const url = new URL(request.url);
      const reply = await exchange(world, keys, options.rest, {
        method: request.method,
        path: apiPath(url.pathname),
        query: url.searchParams,
        form: new URLSearchParams(await request.text()),
        ifMatch: request.headers.get('if-match') ?? undefined,
        username: undefined,
        password: undefined,
        ...basicAuth(request.headers.get('authorization')),
      });
      return new Response(reply.status === 204 ? null : reply.body, { status: reply.status, headers: reply.headers });
    },
    signWith(key) {
      world.sharedKey = key ?? undefined;
    },
    placeCall(inbound) {
      const number = world.numbers.get(inbound.to);
      if (number === undefined) throw new TypeError(`"to" must be one of the simulator's numbers: ${inbound.to}`);
      const call = placeInbound(world, number, inbound);
      if (inbound.hangUp !== undefined && 'when' in inbound.hangUp) {
        rules.set(call, inbound.hangUp);
        call.onEnd(() => rules.delete(call));
      }
      return view(call);
    },
    setNumber,
    addWorkspace: (options) => setUpWorkspace(world, options),
    setWorkerActivity(sid, activity) {
      moveByHand(world, sid, activity);
    },
    get workspaces() {
      return [...world.workspaces.values()].map(viewWorkspace);
    },
    get calls() {
      return [...world.calls.values()].map(view);
    },
    call(sid) {
      const call = world.calls.get(sid);
      return call && view(call);
    },
    get conferences() {
      return [...world.conferences.values()].map(viewConference);
    },
    timeline,
    debugger: debugEntries,
    on(_event, listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    settle: (until) => settleLoop.run(until),
    settleCalls: () => settleLoop.runCalls(),
    advance: (ms) => settleLoop.run(clock.now() + ms),
    async pause(ms) {
      pending.begin();
      try {
        await pending.sleep(clock, ms);
      } finally {
        pending.end();
      }
    },
    hold: (outside) => pending.hold(outside),
    close() {
      world.closed = true;
      for (const cancel of world.underway) cancel();
      world.underway.clear();
      for (const call of world.calls.values()) {
        call.execution?.cancel();
        call.membership?.waiting?.cancel();
        call.membership?.announcing?.cancel();
        call.queued?.waiting?.cancel();
        call.cancelTimers();
      }
    },
  };
}
