import {
  type AnsweredBy,
  atOnce,
  callSettings,
  type CallSettings,
  DEFAULT_FORWARDING_CONFIG,
  type E164,
  type Effect,
  type Flow,
  forwarding,
  type ForwardingConfig,
  type ForwardingEvent,
  type ForwardingState,
  inOrder,
  type Reply,
  staggered,
} from '@amd/core';
import type { LateRequests } from './calls.js';
import { forwardingMemory, type ForwardingMemory } from './memory.js';

export interface WorldOptions {
  /** `atOnce` rings both legs together, `inOrder` one after the other, `staggered` the second one after a while as well. */
  /** Three: only what decides a race may happen (verdicts, keys, redirects, ends, a caller who leaves, two timers). */
  readonly legs: 1 | 2 | 3;
  readonly ring?: 'inOrder' | 'atOnce' | 'staggered';
  /** Requests for TwiML that are made twice: whichever answer is carried out, and copies whose answer nobody hears. Default 0. */
  readonly repeats?: number;
  /** How often the room may be ended by nobody who is in it: through the API, or by an accident. Default 0. */
  readonly roomEnds?: number;
  /** What the caller gets when nobody can be reached. Default `say`. */
  readonly fallback?: 'say' | 'voicemail';
  /** Refusals, lost answers, failures and crashes in one history. Default 1. */
  readonly faults?: number;
  /** Who may answer. Default all of human, machine_start, fax, unknown. */
  readonly answers?: readonly AnsweredBy[];
  /** Whether the caller arrives with a token, so that their number is shown first. Default true. */
  readonly token?: boolean;
  /** When detection listens; default `sync`. */
  readonly amd?: 'sync' | 'async';
  /**
   * `ringing`: the caller is on hold and everybody rings before anything else happens; `greeted`: everybody has picked up and
   * heard the question as well. Default: from nothing; of three legs `greeted`.
   */
  readonly from?: 'nothing' | 'ringing' | 'greeted';
  /** Which requests of a redirected call are still on the way. Default all; of two legs with `async` the newest, of three none. */
  readonly late?: LateRequests;
  /** The caller stays on the line, and nobody's time is up: what is left is between the legs. */
  readonly callerStays?: boolean;
  /** The only notifications that are not lost: `verdict`, `final`, `callerFinal` …; default all. */
  readonly only?: readonly string[];
  /** Every notification is lost: only requests, REST and timers tell the flow anything. */
  readonly notificationsLost?: boolean;
  /**
   * REST may be slower than it is allowed to be. Default false: a fetch is answered at once, if with what was true a moment
   * ago, and no watchdog (10 s and more) overtakes a REST call that is under way (8 s at the most). The deadline and the
   * heartbeat, which are due at a time of their own, may always.
   */
  readonly slowRest?: boolean;
  /** Another flow to put to the same test. */
  readonly flow?: Flow<ForwardingState, ForwardingEvent, Effect, Reply, ForwardingConfig>;
}

/** The options of one world with their defaults, and what follows from them: the same in all of its states. */
export interface WorldContext extends Required<Omit<WorldOptions, 'flow' | 'only'>> {
  readonly only: readonly string[] | null;
  /** Whether a notification of this name may be heard. */
  readonly hears: (name: string) => boolean;
  readonly config: ForwardingConfig;
  readonly settings: CallSettings;
  readonly memory: ForwardingMemory;
}

const ANSWERS: readonly AnsweredBy[] = ['human', 'machine_start', 'fax', 'unknown'];

export function worldContext(options: WorldOptions): WorldContext {
  const { flow = forwarding, ...given } = options;
  const { legs, faults = 1, amd = 'sync', only = null } = given;
  // As few tries as the faults leave us: more of the same is not another order.
  const config: ForwardingConfig = { ...DEFAULT_FORWARDING_CONFIG, redirectRetryMs: [1000], farewellTries: 1 + faults };
  const numbers = ['+14155550101', '+14155550102', '+14155550103'].slice(0, legs).map((to) => ({ to: to as E164 }));
  const plans = {
    inOrder: () => inOrder(numbers),
    atOnce: () => atOnce(numbers),
    staggered: () => staggered(5, numbers),
  };
  const world = {
    ring: 'inOrder',
    answers: ANSWERS,
    token: true,
    from: legs > 2 ? 'greeted' : 'nothing',
    late: legs > 2 ? 'none' : legs === 2 && amd === 'async' ? 'the newest of each leg' : 'all',
    callerStays: false,
    repeats: 0,
    roomEnds: 0,
    fallback: 'say',
    notificationsLost: false,
    slowRest: false,
    ...given,
    faults,
    amd,
    only,
  } as const;
  return {
    ...world,
    hears: (name) => only?.some((one) => name.endsWith(one)) ?? true,
    config,
    settings: callSettings({
      forwardTo: plans[world.ring](),
      amd: { mode: amd },
      fallback: { kind: world.fallback },
    }),
    memory: forwardingMemory(flow, config),
  };
}

const BEGINNINGS = { nothing: [], ringing: ['from ringing on'], greeted: ['from the question on'] };

export function worldName(context: WorldContext): string {
  const { legs, ring, faults, answers, amd, from, late, callerStays, only, notificationsLost, slowRest } = context;
  const { repeats, roomEnds, fallback } = context;
  return [
    legs === 1 ? '1 leg' : `${String(legs)} legs ${ring}`,
    `${String(faults)} fault${faults === 1 ? '' : 's'}`,
    ...(amd === 'async' ? ['async'] : []),
    ...BEGINNINGS[from],
    ...(callerStays ? ['the caller stays'] : []),
    ...(only === null ? [] : [`hears ${only.join(' and ')}`]),
    ...(late === 'none' ? ['nothing late'] : []),
    ...(notificationsLost ? ['nothing heard'] : []),
    ...(slowRest ? ['slow REST'] : []),
    ...(repeats === 0 ? [] : [`${String(repeats)} asked twice`]),
    ...(roomEnds === 0 ? [] : ['a room that ends']),
    ...(fallback === 'say' ? [] : [fallback]),
    ...(answers === ANSWERS ? [] : [answers.join(' or ')]),
  ].join(', ');
}
